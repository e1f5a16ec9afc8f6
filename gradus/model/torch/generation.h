// Sampling from a Transformer: keys and values are remembered, equal prompts are read once, finished rows
// leave the batch.
//
//   std::vector<Sample> rows = generate(model, requests, {.temperature = 1.0, .max_tokens = 64}, {});
//
// Every row draws from its own Stream(key), one uniform number a token, and finds the token by the inverse of
// the cumulative distribution in double precision: what a row says does not depend on the rows beside it.
#pragma once

#include <span>
#include <vector>

#include "gradus/model/language_model.h"
#include "gradus/model/torch/transformer.h"

namespace gradus {

std::vector<Sample> generate(const Transformer& model, std::span<const SampleRequest> requests,
                             const SamplingOptions& options, const Observer& observer);

}  // namespace gradus
