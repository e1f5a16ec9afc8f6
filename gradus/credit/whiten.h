// credit.whiten: token advantages with mean 0 and variance 1 over the trained tokens of the batch.
//
//   A' = (A - mean) / sqrt(var + 1e-8)        mean and sample variance (n - 1) over all valid tokens
//
// Long rollouts weigh more. shift = false is verl's shift_mean=False: A' + mean, centred and scaled with the
// mean added back, so it does more than scale. To scale only: shape.normalise with pool = "batch", centre =
// "none". Values that are all equal become exactly zero; fewer than two tokens are refused. masked_whiten of
// verl (torch_functional.py) divides sums by n + 1e-8, which shows in tiny batches and leaves something of
// equal values: variant = "released"; its older forks do not.
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

enum class WhitenVariant { paper, released };

// Throws Error::input for fewer than two values.
Whitening whitening_of(const Moments& moments, bool shift, WhitenVariant variant);

void register_whiten(OperatorRegistry& registry);

}  // namespace gradus
