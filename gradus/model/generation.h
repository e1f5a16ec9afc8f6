// Sampling from a Network: keys and values are remembered, equal prompts are read once, finished rows
// leave the batch.
//
//   std::vector<Sample> rows = generate(network, requests, {.temperature = 1.0, .max_tokens = 64}, {});
//
// Every row draws from its own Stream(key), one uniform number a token, and finds the token by the inverse of
// the cumulative distribution in double precision: what a row says does not depend on the rows beside it.
#pragma once

#include <span>
#include <vector>

#include "gradus/model/language_model.h"
#include "gradus/model/network.h"

namespace gradus {

std::vector<Sample> generate(Network& network, std::span<const SampleRequest> requests,
                             const SamplingOptions& options, const Observer& observer);

}  // namespace gradus
