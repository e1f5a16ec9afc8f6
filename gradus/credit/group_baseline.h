// Outcome credit from the samples of one prompt: one baseline rule and one scale rule.
//
//   credit.reinforce   A_i = R_i                                                Williams 1992
//   credit.rloo        A_i = R_i - mean_{j != i} R_j                            arXiv 2402.14740
//   credit.grpo        A_i = (R_i - mean(R)) / (std(R) + epsilon)               arXiv 2402.03300
//   credit.dr_grpo     A_i = R_i - mean(R)                                      arXiv 2503.20783
//   credit.opo         A_i = R_i - sum_j L_j R_j / sum_j L_j                    arXiv 2505.23585
//   credit.gpg         A_i = (R_i - mean(R)) * B / max(1, B_nonzero) / f_norm   arXiv 2504.02546
//   credit.pass_at_k   A_best = (R_best - R_second) / (std(R) + epsilon)        arXiv 2503.19595; others 0
//   credit.remax       A_i = R_i - b_i                                          arXiv 2310.10505
//
// L_j are the trained tokens of rollout j, b_i is the reward of a greedy sample, std the sample deviation,
// epsilon 1e-6.
//
// B counts the rewards of the batch, B_nonzero those that are not 0. Two best rewards that are equal leave
// pass@k at 0.
//
// level = "token" writes the value on every token of the rollout that is not an observation; level =
// "rollout" writes it once, for shape.place to spread.
//
// A group whose rewards are all the same gets exactly zero. A group of one: singleton = "zero" gives 0, "own"
// takes 0 for the baseline and 1 for the deviation (verl), "refuse" throws. A rollout with a missing reward
// is left out of all statistics and stays missing; so does one without a baseline of its own (remax).
//
// verl's vectorised GRPO takes its statistics in float32 from sums of squares and never lets the variance
// fall below 1e-6: variant = "released". Groups with little spread then differ by 1e-6 and more, and groups
// of equal rewards may leave 0.
//
// REINFORCE++-baseline is credit.dr_grpo with singleton = "own", then credit.whiten.
//
//   [[operator]]
//   name = "credit.grpo"
//   channel = "outcome"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_group_baseline(OperatorRegistry& registry);

}  // namespace gradus
