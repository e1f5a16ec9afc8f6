// timed_bandit: a fast poor action and a slow good one, tried by workers that do not wait for each other.
// Shows how collection in wall time favours what is fast, and what weights of duration do about it (arXiv
// 2509.01684).
//
// In every window of `window` seconds each of `workers` workers draws an action from the policy and repeats
// it until the window ends; what has finished is the batch. So an action of duration d is seen about pi(a) *
// window / d times.
//
// Arms are paid rollout.outcome (the reward) and step.duration and must write token.advantage. Numbers of an
// arm: drift_ratio, weight of the slow action over that of the fast one in the update when both are equally
// likely (advantage over reward, summed over what finished); final_slow, its probability after `updates`
// windows.
//
//   [[simulation]]
//   name = "timed_bandit"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_timed_bandit(SimulationRegistry& registry);

}  // namespace gradus
