// credit.token_baseline: returns minus the baseline of least variance at the same token of the group's
// rollouts.
//
//   G_t = sum_{u >= t} r_u
//   W_t = sum_{u <= t} w_u,   w_u = (1 - 2 pi_u + sum_a pi_u(a)^2) * rho_u^2       squared norm of the score
//   B_t = sum_g G_t W_t / (sum_g W_t + 1e-8)                                       over the group's rollouts
//   A_t = G_t - B_t
//
// The optimal token baseline of verl (core_algos.py); 1e-8 is its constant. pi_u is the probability of the
// token, the sum of squares that of its whole distribution (the chance that two draws agree), rho an optional
// importance weight. t counts trained tokens, as verl's multi-turn twin does; index = "response" counts
// observed ones too, as its single-turn function does. Where only the longest rollout of a group is left, its
// baseline would be its own return: tail = "return" leaves it without one there, "baseline" takes it off (the
// single-turn function).
//
// A group of one keeps its returns. A token without a return (no reward at or after it) stays missing and
// does not count; a trained token without a probability is refused.
//
//   [[operator]]
//   name = "credit.token_baseline"
//   reward = "reward"
//   logprob = "old_logprob"
//   collision = "collision"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_token_baseline(OperatorRegistry& registry);

}  // namespace gradus
