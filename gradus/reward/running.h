// Scales that are measured over all batches so far: shape.running and shape.percentile.
//
//   shape.running      r' = (r - m) / sqrt(v + epsilon)        m, v: running mean and variance of `measure`
//                      centre = false: r' = r / sqrt(v + epsilon)
//   shape.percentile   r' = r / max(floor, S)                  S: running P_high - P_low
//
// shape.running merges the moments of every batch into those so far (parallel Welford), which start at mean
// 0, variance 1 and a count of 1e-4 (ONI, arXiv 2410.23022, whose ranking rewards are then passed through
// shape.threshold; its released learner computes the normalised value and goes on with the raw one). The
// variance of a batch is the sample variance, as there; a batch of one value has variance 0 (there: NaN).
// With centre = false and `measure` a discounted return, it is the reward scaling by the standard deviation
// of returns.
//
// shape.percentile: S moves to the range of the batch's percentiles (linear between ranks) with S = decay * S
// + (1 - decay) * range, from the range of the first batch on; 5, 95, 0.99 and floor 1 as in DreamerV3 (arXiv
// 2301.04104). Where the floor holds, small rewards are left alone.
//
// The state is kept in the context's memory, which a run saves with its checkpoints; without a memory every
// batch is the first one. A batch without a valid value leaves the state as it is.
//
//   [[operator]]
//   name = "shape.running"
//   channel = "intrinsic"
#pragma once

#include <vector>

#include "gradus/reward/moments.h"
#include "gradus/rollout/operator.h"

namespace gradus {

struct RunningMoments {
  double mean = 0;
  double variance = 1;
  double count = 1e-4;

  void add(const Moments& batch);  // nothing where the batch is empty
};

void register_running(OperatorRegistry& registry);

}  // namespace gradus
