// noisy_scorer: a scorer with noise of growing standard deviation, on the two kinds of prompts of RewardBench
// 2 (arXiv 2506.01937), scored by gradus/eval/benchmarks/rewardbench2.h.
//
// Best of 4: true quality 1 for the right answer and 0 for three wrong ones. Ties: four right answers and
// four wrong ones; a bonus is added to one right answer. No arms. Numbers: best_of_4.NOISE for every entry of
// `noise` (the first is 0 by name), falls (1 where every accuracy is below the one before, by more than
// `slack`), last (the accuracy under the largest noise), ties.tied_accuracy, ties.margin, ties.margin_hard
// with the change that the bonus makes: bonus.tied_accuracy, bonus.margin, bonus.margin_hard.
//
//   [[simulation]]
//   name = "noisy_scorer"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_noisy_scorer(SimulationRegistry& registry);

}  // namespace gradus
