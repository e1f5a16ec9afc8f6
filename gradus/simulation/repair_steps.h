// repair_steps: a program with undefined names, and an agent that is paid by what a language server says of
// every step (Lanser-CLI). Shows what a reward for looking at a safe edit once more teaches.
//
// `faults` names are undefined. Every step is one of
//
//   fix       one fault less with probability `skill`, else nothing changes and the edit is not safe
//   nothing   reads: no edit, so no safety
//   suppress  a comment silences one fault, which stays
//   delete    removes the code around one fault, and `callers` calls of it are undefined from then on
//   preview   looks at a rename that is safe, and does not apply it
//
// The target of an edit is sure with a confidence of 0.9, of everything else with 1. An episode ends when no
// fault is left that is not silenced, and is cut off after `limit` steps. The policy knows how many
// diagnostics there are and whether the last edit was safe, not the time. The world is ours.
//
// Arms are paid step.diagnostics, step.safe (missing: nothing), step.confidence, step.suppressions, step.open
// (key of the state before the step) and rollout.before (diagnostics before the first step); they must write
// token.advantage. Numbers of an arm, of `evaluations` episodes of the final policy: preview_share,
// suppress_share and delete_share of all steps; diagnostics, mean at the end with the silenced ones; steps.
//
//   [[simulation]]
//   name = "repair_steps"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_repair_steps(SimulationRegistry& registry);

}  // namespace gradus
