// shape.by_success: labels of steps as rewards that depend on how well the policy does on the prompt.
//
//   p = share of the group's rollouts that are solved (outcome > 0.5)
//
//                      step right      step wrong
//   solved rollout        +1              -p
//   failed rollout     +(1 - p) c         -1
//
// A wrong step of a solved rollout costs little while the policy is weak: trial and error is not stifled.
//
// INFERRED: TP-GRPO (arXiv 2507.23317) says that its reward adapts to the capability of the policy on the
// prompt and names the stages (judge steps, merge them to thoughts, reward by ability); this table and c =
// 0.5 are our composition, no code or formula was available. Its chain here: shape.by_success, shape.merge
// (label = "correct"), shape.place, shape.normalise over the group's tokens, credit.sum with the outcome
// advantage.
//
// A step without a label and the steps of a rollout without an outcome stay missing; such a rollout does not
// count in p. Observed steps are never written.
//
//   [[operator]]
//   name = "shape.by_success"
//   label = "correct"
//   into = "thought_reward"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

constexpr double kFailedShare = 0.5;  // c: inferred

void register_by_success(OperatorRegistry& registry);

}  // namespace gradus
