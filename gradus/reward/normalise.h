// shape.normalise: centre and scale a step channel over a pool.
//
//   r'_k = (r_k - mean(pool)) / (std(pool) + epsilon)         (scale = "std"; sample standard deviation)
//   r'_k = r_k - mean(pool)                                   (scale = "none")
//
// With pool = "group" and scale = "std" this is the process supervision of GRPO (DeepSeekMath, arXiv
// 2402.03300, section 4.1.3): all step rewards of a group are normalised together. A pool whose values are
// all the same gets exactly zero. Missing values stay missing and do not count.
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
