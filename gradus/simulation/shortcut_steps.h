// shortcut_steps: steps that can be derived, guessed, or skipped, and a noisy judge of wrong steps (CAPO,
// arXiv 2508.02298). How hard the judge's findings weigh against the outcome decides which of the three is
// learned.
//
// `steps` positions. Derived: contributes with probability `derive`, else the step is wrong. Guessed:
// contributes with probability `guess`, but is a wrong step whatever it gives. Skipped: contributes nothing
// and is not wrong. The outcome is right with at least `needed` contributions. Each judge says "wrong" of a
// right step with probability `false_alarm` and "right" of a wrong one with probability `miss`.
//
// Arms are paid rollout.outcome and step.NAME for every name of `judges` and must write token.advantage.
// Numbers of an arm, of `evaluations` episodes of the final policy: accuracy; step_errors, share of wrong
// steps among all.
//
//   [[simulation]]
//   name = "shortcut_steps"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_shortcut_steps(SimulationRegistry& registry);

}  // namespace gradus
