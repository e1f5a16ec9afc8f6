// credit.peer_baseline: step or token rewards minus what the other rollouts of the group earn.
//
//   per = "token"   b_i = sum_{j != i} S_j / sum_{j != i} L_j     r'_ik = r_ik - b_i * tokens of step k
//   per = "value"   b_i = mean_{j != i} (S_j / K_j)               r'_ik = r_ik - b_i
//
// S_j the sum of rollout j's values, L_j its trained tokens, K_j the number of its values. These are the
// token and the step baseline of PURE's main branch (arXiv 2504.15275): the step baseline pays for cutting
// the same text into other steps, the token baseline does not. spare_ends leaves the last token of every step
// (its separator) out of the count, as PURE does. On token channels every value is one token.
//
// PURE's verl branch takes the baseline off token returns and divides by (n - 1) times the padded width of
// the batch, so that advantages depend on padding: variant = "released".
//
// Values that are all the same bits in a group get exactly zero (per = "value", or a token channel without
// gaps). A rollout whose group has no other values: singleton = "zero" gives 0, "own" its values. Missing
// stays missing.
//
//   [[operator]]
//   name = "credit.peer_baseline"
//   channel = "prm"
//   spare_ends = true
//   into = "process"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_peer_baseline(OperatorRegistry& registry);

}  // namespace gradus
