// outcome_groups: one group of rollouts for every given number of successes, rewards 0 and 1. Shows by what
// factor an estimator stretches the centred reward, which with GRPO's division by the standard deviation
// depends on how hard the prompt is:
//
//   |A_i| / |R_i - mean(R)| = 1 / (s + epsilon),   s = sqrt(k (n - k) / (n (n - 1)))      k successes of n
//
// Arms are paid rollout.outcome and must write token.advantage. Numbers of an arm, for each k: factor_K, the
// mean of |A_i| / |R_i - mean(R)|; gap_K, its distance from the closed form.
//
//   [[simulation]]
//   name = "outcome_groups"
//   seeds = 3
//   successes = [1, 4]
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_outcome_groups(SimulationRegistry& registry);

}  // namespace gradus
