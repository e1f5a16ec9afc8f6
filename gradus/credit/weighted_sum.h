// credit.sum: advantages of several channels (of tokens, or another level), added with weights, after each
// was credited on its own. Channels are never summed before grouping: their scales differ, and so do their
// missing values.
//
//   A_t = sum_c w_c * A_ct     over the channels valid at t; missing where none is, and where observed
//
// A weight of zero is refused: leave the channel out, so that what an arm is trained on can be read off its
// recipe.
//
//   [[operator]]
//   name = "credit.sum"
//   from = ["outcome_advantage", "process_advantage"]
//   weights = [1.0, 0.5]
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_weighted_sum(OperatorRegistry& registry);

}  // namespace gradus
