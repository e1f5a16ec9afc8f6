// sampled_solutions: n solutions of every problem with noisy scores of their steps. Shows what rules of
// choice are worth: best of n, majority, weighted vote.
//
// A solution has `steps` steps, each right with probability `step_accuracy` as long as all before it were;
// after the first wrong one the solution is wrong. A step's score is sig(g / 2 + noise) while the solution is
// right, else sig(-g / 2 + noise), g = `gap`, noise from N(0, `noise`). The right answer is 0; wrong
// solutions end in one of `wrong_answers` others.
//
// Arms see step.prm and rollout.answer and must write rollout.chosen (1 at the chosen one). Numbers of an
// arm: accuracy, the share of problems whose chosen solution is right.
//
//   [[simulation]]
//   name = "sampled_solutions"
//   seeds = 10
//   samples = 16
//   noise = 4.0
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_sampled_solutions(SimulationRegistry& registry);

}  // namespace gradus
