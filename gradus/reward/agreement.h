// reward.agreement: how well a score of rollouts orders their outcomes; a diagnostic, not a reward.
//
//   form = "pairs"   of the pairs of a group, the share that score and outcome order the same way, each pair
//                    weighted by |difference of outcomes|; equal scores count half, and a group without a
//                    difference of outcomes is 0.5
//   form = "sign"    1 where sign(score) = sign(2 outcome - 1), else 0
//
// The two accuracies that PRIME (arXiv 2502.01456) logs of its implicit reward model. Every rollout gets the
// number of its group (pairs) or its own (sign); missing where score or outcome is.
//
//   [[operator]]
//   name = "reward.agreement"
//   score = "implicit_sum"
//   into = "implicit_agreement"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_agreement(OperatorRegistry& registry);

}  // namespace gradus
