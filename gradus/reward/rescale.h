// shape.rescale: values relative to the range, the mean or the largest return of their pool.
//
//   form = "min_max"          x' = (x - low) / (high - low + epsilon)
//   form = "mean"             x' = x / (mean + epsilon)                the mean becomes 1
//   form = "largest_return"   x' = x / (max |suffix sum| + epsilon)    the largest return becomes 1
//
// min_max over the batch with epsilon 1e-8 is the entropy of EMPG (arXiv 2509.09265), over the rollout with
// epsilon 0 the deviation of RLFR (arXiv 2510.10201); mean is EMPG's scale and the duration weight of
// arXiv 2509.01684; largest_return with epsilon 1e-6 is the batch norm of PRIME (arXiv 2502.01456) and iStar
// (arXiv 2509.19199). One outlier sets the scale of a whole pool.
//
// low = "second" takes the second smallest distinct value for low, as RLFR's released code does to pass over
// the zeros of padding: without padding the true minimum then falls below 0. Where the divisor is 0 (equal
// values and epsilon 0) a value has no place in its range and becomes missing.
//
//   [[operator]]
//   name = "shape.rescale"
//   channel = "entropy"
//   pool = "batch"
//   into = "relative_entropy"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_rescale(OperatorRegistry& registry);

}  // namespace gradus
