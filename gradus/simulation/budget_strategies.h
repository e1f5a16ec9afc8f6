// budget_strategies: weighted best of n and beam search with the same number of sampled steps, on problems of
// five difficulties. Shows what choosing the strategy per difficulty is worth (compute-optimal scaling, arXiv
// 2408.03314).
//
// A solution has `steps` steps; the next is right with the problem's own probability while all before it
// were. The verifier's score of a prefix is sig(+-g / 2 + noise); a share `trap` of the wrong steps looks
// right to it and a little better (+1 logit). Both strategies sample n x steps steps and answer by a vote
// weighted with the last score: n solutions, or n / 4 beams (gradus/search/beam.h). Wrong solutions end in
// one of 6 wrong answers. Difficulty: pass@1 of 64 samples (oracle), or the mean last score of these
// (predicted, without labels); five quantile bins; the strategy of a bin is chosen on one half of the
// problems and reported on the other (gradus/eval/difficulty.h). Both strategies, and the bins, use the same
// budget, so tokens are equal.
//
// No arms. Numbers: best_of_n, beam (accuracy), single (the better of the two over all problems, chosen
// across halves), oracle, predicted, gain.oracle, gain.predicted (over single),
// gain.predicted_over_60_percent (gain.predicted minus 0.6 gain.oracle), advantage.easy and advantage.hard
// (beam minus best of n on oracle level 1, and on levels 3 and 4), advantage.harder (their difference).
//
//   [[simulation]]
//   name = "budget_strategies"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_budget_strategies(SimulationRegistry& registry);

}  // namespace gradus
