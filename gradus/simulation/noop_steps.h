// noop_steps: a step that does nothing and that the process reward model likes all the same (arXiv
// 2410.15115: paid raw scores, policies repeat trivial correct steps).
//
// The policy works, does nothing, or answers. Work makes progress, or with probability `slip` an error that
// nobody sees but the model; an answer is correct with `needed` pieces of progress and no error. An episode
// is cut off after `limit` steps, and is then incorrect. The policy knows its progress alone, not the time.
// The model scores work 0.9 (with an error 0.1), nothing 0.8, a correct answer 0.9, another 0.2.
//
// Arms are paid rollout.outcome, step.prm and step.progress (before the step) and must write token.advantage.
// Numbers of an arm, of `evaluations` episodes of the final policy: accuracy, steps.
//
//   [[simulation]]
//   name = "noop_steps"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_noop_steps(SimulationRegistry& registry);

}  // namespace gradus
