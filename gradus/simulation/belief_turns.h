// belief_turns: rollouts of several turns, each followed by an observation, with a random probability of the
// known answer after every turn but the answering one (IGPO, arXiv 2510.14967). Checks two identities of
// information gains:
//
//   sum over turns of the gains = P_last - P_0
//   return-to-go of turn k      = P_last - P_{k-1} + outcome       (gamma = 1: pure potential shaping)
//
// Arms are paid step.belief (missing at the answering turn), rollout.start_belief and rollout.outcome; they
// must turn step.belief into gains in place and write step.return. Numbers of an arm: telescoping_gap,
// return_gap, the largest deviations from the two.
//
//   [[simulation]]
//   name = "belief_turns"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_belief_turns(SimulationRegistry& registry);

}  // namespace gradus
