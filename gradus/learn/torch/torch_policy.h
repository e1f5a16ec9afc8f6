// The policy on libtorch: a Transformer, its sampler, supervised and policy-gradient training.
//
//   auto policy = make_torch_policy({.vocabulary = 60, .context = 96, .layers = 3, .heads = 4, .width = 96},
//   seed);
//
// What it can do is in gradus/learn/policy.h. It trains and samples on the thread that made it, and on that
// alone.
#pragma once

#include "gradus/learn/policy.h"

namespace gradus {

std::unique_ptr<Policy> make_torch_policy(const PolicyConfig& config, uint64_t seed);

}  // namespace gradus
