// shape.normalise: centre and scale a channel over a pool.
//
//   r'_k = (r_k - centre(pool)) / (std(pool) + epsilon)
//
//   centre   mean: of the pool. leave_one_out: of its other values. none: 0
//   scale    std: sample standard deviation (n - 1). none: not divided
//   pool     rollout, group, index (the k-th values of a group), batch, or key: values of one group whose
//            channel `key` is the same, e.g. observations met twice (GiGPO, arXiv 2505.10978)
//
// A pool of one has no spread and no others: singleton = "zero" gives 0 (its mean is itself), "own" takes
// mean 0 and standard deviation 1, as verl does for a lone response. A pool of more values that are all the
// same is exactly 0 after centring and is never divided. Missing values stay missing and do not count; a
// value whose key is missing is in no pool and becomes missing; observed places are left as they are and do
// not count.
//
// by: a rollout channel over whose values mean and deviation are measured, while the values of the channel
// are centred with them. With by = the mean of each response (shape.aggregate), token rewards lose a baseline
// that no long response dominates (PRIME, arXiv 2502.01456); with by = the first return of each rollout, the
// later ones keep their distance from it (the unused second estimator of IGPO, arXiv 2510.14967).
// Leave-one-out leaves the rollout's own number out; a rollout of a group where nothing is measured becomes
// missing. In a pool of one "zero" takes off the one number there is and divides by 1. variant = "released"
// is what code of PRIME, iStar (arXiv 2509.19199) and IGPO does: leave_one_out = (r - mean) n / (n - 1),
// which is the mean of the others only for the measured number itself; and a deviation of 0 is divided by,
// plus epsilon.
//
// With pool = "group" and scale = "std" this is the process supervision of GRPO (DeepSeekMath, arXiv
// 2402.03300, section 4.1.3): all step rewards of a group are normalised together; which standard deviation
// is not said there, the sample one with 1e-6 is ours. TRL adds 1e-4.
//
//   [[operator]]
//   name = "shape.normalise"
//   channel = "style"
//   pool = "group"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_normalise(OperatorRegistry& registry);

}  // namespace gradus
