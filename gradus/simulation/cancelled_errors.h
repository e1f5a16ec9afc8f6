// cancelled_errors: candidates whose wrong steps may cancel, so that their end looks right. Shows for which
// questions choosing by step scores does better than choosing by one score of the whole (ViLBench, arXiv
// 2503.20271), and whether the PRM-preference of the right candidates finds these questions.
//
// Of every question `candidates` solutions are sampled, each right with probability p = `right`; one to three
// of `steps` steps of a wrong one are wrong. In a share `cancelling` of the questions the errors of a wrong
// solution cancel with probability u, drawn for the question from U(0, 1); elsewhere u = 0.
//
//   judge of the end    sees the flaw of a wrong solution whose errors do not cancel with probability `sees`,
//                       and one in a right solution with 1 - `sees`; N(2, noise) where it sees one, else
//                       N(4 - 2 c (1 - q), noise), q = p / (p + (1 - p) u) the chance that what looks right
//                       here is right: it knows to the degree c = `calibrated` how far it can be trusted
//   judge of steps      says of every step whether it is right, rightly with a probability of the question's
//                       own, `detects` +- 0.15; N(4, noise) or N(2, noise)
//
// So either judge is the better one on some questions, and the preference need not find them: it looks at
// right candidates alone. No arms. The `cancelling` share of questions with the highest preference is kept;
// the gain is measured on as many other candidates of each question, since the preference of these very ones
// is high where one score has underrated them by chance. Numbers: steps.kept, response.kept, gain.kept
// (accuracy of best of n and its difference), gain_same.kept (the gain on the candidates that were selected
// on), and the same for .rest, and for .random, as many questions kept at random; found, the share of the
// cancelling questions that are kept.
//
//   [[simulation]]
//   name = "cancelled_errors"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_cancelled_errors(SimulationRegistry& registry);

}  // namespace gradus
