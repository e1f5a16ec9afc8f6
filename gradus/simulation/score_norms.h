// score_norms: how far one action can move a softmax policy, against how certain the policy is (EMPG, arXiv
// 2509.09265). For a softmax over actions, with the expectation over its own actions,
//
//   E || grad_logits log pi(a) ||^2 = 1 - sum_v pi_v^2 = 1 - exp(-H2)       H2: Renyi entropy of order 2
//
// Random policies, logits from N(0, u) with u uniform up to `spread`. No arms. Numbers: identity_gap, the
// largest deviation; inversions, share of neighbours in the order of H2 whose norms are in the other order.
//
//   [[simulation]]
//   name = "score_norms"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_score_norms(SimulationRegistry& registry);

}  // namespace gradus
