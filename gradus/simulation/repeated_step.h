// repeated_step: a rollout and the same one with a step repeated, scored alike. Shows what the repetition
// pays: what it adds to the return of the first step (arXiv 2410.15115).
//
// Random scores, 2 to `steps` steps; once a step of score `good`, once one of score `poor` is repeated, never
// the last step. Arms are paid step.prm and must write step.return. Numbers of an arm: added_good,
// added_poor.
//
//   [[simulation]]
//   name = "repeated_step"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_repeated_step(SimulationRegistry& registry);

}  // namespace gradus
