// Outcome credit from a group of samples of one prompt: credit.reinforce, credit.rloo, credit.grpo,
// credit.dr_grpo.
//
//   credit.reinforce   A_i = R_i                                                Williams 1992
//   credit.rloo        A_i = R_i - mean_{j != i} R_j                            arXiv 2402.14740
//   credit.grpo        A_i = (R_i - mean(R)) / (std(R) + 1e-6)                  arXiv 2402.03300; sample std
//   credit.dr_grpo     A_i = R_i - mean(R)                                      arXiv 2503.20783
//
// Broadcast to every token of the rollout that is not an observation. One rule, three constants: which mean
// is taken off, whether it leaves the sample itself out, what is divided by. A group whose rewards are all
// the same gets exactly zero; a group of one gets zero (reinforce: R). A rollout with a missing reward is
// left out of the mean and stays missing.
//
//   [[operator]]
//   name = "credit.grpo"
//   channel = "outcome"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_group_baseline(OperatorRegistry& registry);

}  // namespace gradus
