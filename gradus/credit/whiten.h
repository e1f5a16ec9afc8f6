// credit.whiten: token advantages with mean 0 and variance 1 over the trained tokens of the batch.
//
//   A' = (A - mean) / sqrt(var + 1e-8)        mean and sample variance (n - 1) over all valid tokens
//
// as masked_whiten of verl (core_algos.py) does it; its means divide by n + 1e-8, which shows in tiny
// batches. Long rollouts weigh more. shift = false gives the mean back after scaling. Values that are all
// equal become exactly zero; fewer than two tokens are refused.
//
//   [[operator]]
//   name = "credit.whiten"
//   channel = "advantage"
#pragma once

#include "gradus/reward/moments.h"
#include "gradus/rollout/operator.h"

namespace gradus {

constexpr double kWhitenEpsilon = 1e-8;  // verl, verl/utils/torch_functional.py
constexpr double kCountEpsilon = 1e-8;   // same file, masked_mean: sum / (n + 1e-8)

struct Whitening {
  double mean = 0, scale = 0, added = 0;
  double operator()(double value) const { return (value - mean) * scale + added; }
};

// Throws Error::input for fewer than two values.
Whitening whitening_of(const Moments& moments, bool shift);

void register_whiten(OperatorRegistry& registry);

}  // namespace gradus
