// shaped_process: a small decision process of which every trajectory is enumerated, so that shaped rewards
// can be compared with the true ones exactly (Ng, Harada, Russell 1999).
//
//   world = "random"   `states` states, 2 actions, each to 2 random states; random rewards and potentials
//   world = "cycle"    start <-> near -> goal: only the goal is rewarded; potentials 0, 1, 2
//
// An episode ends at the goal or after `horizon` steps; both ends are terminal. From the returns of an arm
// its reward of every transition is read off (G_k - gamma * G_{k+1}), and with those rewards values,
// advantages (of a random policy) and optimal actions are computed by backward induction.
//
// Arms are paid step.reward, step.potential (of the state that the step leads to) and
// rollout.start_potential, and must write step.return. Numbers of an arm: advantage_gap, the largest |A' -
// A|; return_gap, the largest |G' - (G - potential of the start)| over trajectories; policy_changed, 1 where
// an action that is optimal under the arm's rewards is not under the true ones; cycle_gain (world "cycle"),
// reward of going start, near, start.
//
//   [[simulation]]
//   name = "shaped_process"
//   seeds = 20
//   world = "random"
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_shaped_process(SimulationRegistry& registry);

}  // namespace gradus
