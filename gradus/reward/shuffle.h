// shape.shuffle: the control arm. The same rewards, permuted over the steps of a pool: scale and sum over the
// pool stay, what they say about a single step is gone.
//
// pool = "rollout" keeps each rollout's own sum, so a rule that ranks whole rollouts still sees some
// information; pool = "group" removes that too. Missing values stay where they are.
//
//   [[operator]]
//   name = "shape.shuffle"
//   channel = "style"
//   pool = "batch"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_shuffle(OperatorRegistry& registry);

}  // namespace gradus
