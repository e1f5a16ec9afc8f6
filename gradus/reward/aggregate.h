// shape.aggregate: one number per rollout, or per step, from a finer channel.
//
//   sum, mean, min, max, product, first, last   over the valid values below it, in order
//
// min and product read a process reward model as "as good as its worst step", last as a value model. A
// rollout or step without a valid value stays missing. Observed steps and their tokens do not count. to =
// "step" makes one number of every step's tokens: its mean entropy, its implicit reward.
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
