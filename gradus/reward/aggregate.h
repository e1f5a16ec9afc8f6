// shape.aggregate: one number per rollout from a step channel.
//
//   sum, mean, min, product, last   over the valid values of the rollout's steps, in order
//
// min and product read a process reward model as "as good as its worst step", last as a value model. A
// rollout without a valid value stays missing.
//
//   [[operator]]
//   name = "shape.aggregate"
//   channel = "prm"
//   form = "min"
//   into = "prm_min"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_aggregate(OperatorRegistry& registry);

}  // namespace gradus
