// cancelled_errors: candidates whose wrong steps may cancel, so that their end looks right. Shows for which
// questions choosing by step scores does better than choosing by one score of the whole (ViLBench, arXiv
// 2503.20271), and whether the PRM-preference of the right candidates finds these questions.
//
// Of every question `candidates` solutions are sampled, each right with probability `right`. In a share
// `cancelling` of the questions wrong solutions have wrong steps in the middle that cancel: a judge of the
// end is unsure of right and wrong alike, N(3, 1). In the others it sees what it judges, N(4, noise) or N(2,
// noise). A judge of steps gives N(4, noise) to right steps and N(2, noise) to wrong ones, two of `steps` in
// a wrong solution.
//
// No arms. The `cancelling` share of questions with the highest preference is kept. Numbers: steps.kept,
// response.kept, gain.kept (accuracy of best of n and its difference) and the same for .rest; found, the
// share of the cancelling questions that are kept.
//
//   [[simulation]]
//   name = "cancelled_errors"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_cancelled_errors(SimulationRegistry& registry);

}  // namespace gradus
