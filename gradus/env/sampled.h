// Sampled responses as rollouts: what every environment shares. Sample i answers task i / (samples / tasks),
// which is its group; token.logprob holds the sampler's log-probabilities, missing on observed tokens and for
// a sample that comes without any.
//
//   RolloutBatch batch = rollouts_of(tasks, samples, [](const Sample& sample, RolloutBatch& out) {
//     out.add_step(StepKind::answer, text_of(sample.tokens));      // every token of the sample, in order
//     for (const int32_t token : sample.tokens) out.add_token(token);
//   });
#pragma once

#include <functional>

#include "gradus/env/environment.h"

namespace gradus {

using StepCutter = std::function<void(const Sample& sample, RolloutBatch& batch)>;

RolloutBatch rollouts_of(std::span<const Task> tasks, std::span<const Sample> samples, const StepCutter& cut);

}  // namespace gradus
