// How hard a question is, in five levels, and which strategy answers the questions of a level best.
//
//   level = 5 where m < q1, 4 where m < q2, 3 where m < q3, 2 where m < q4, else 1 (easiest)
//
// m: pass@1 of the policy (needs labels) or its mean final verifier score (needs none); q1 < .. < q4: the
// quintiles of m over the questions (huggingface/search-and-learn, compute_level; Snell et al., arXiv
// 2408.03314). Absolute cuts 0.1 and 0.5 on pass@1 are those of Liu et al. (arXiv 2502.06703; from a
// summary).
//
// Compute-optimal selection: per level, the strategy with the highest mean result. It is chosen on one half
// of the questions and reported on the other, both ways round (Snell et al.; recalled): choosing and
// reporting on the same results is too good by several points for levels of 50 questions.
//
//   const std::vector<double> cuts = quantile_cuts(pass_at_1, 5);
//   Selection chosen = select_per_level(results, levels, folds);   // results[strategy][question]
//   chosen.result;                                                // mean over questions, each held out
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

// `cuts` ascending; cuts.size() + 1 for the hardest, 1 for the easiest. A value that is no number is easiest,
// as in the released code: it is below no cut.
int difficulty_level(double value, std::span<const double> cuts);

// The levels - 1 quantiles between `levels` equal parts, linearly interpolated.
std::vector<double> quantile_cuts(std::span<const double> values, int levels);

struct Selection {
  double result = 0;             // mean over questions of the chosen strategy, chosen without them
  std::vector<size_t> strategy;  // of each question
};

// folds[q] is 0 or 1. The first of equally good strategies; one that is best over the whole other fold where
// that has no question of a level.
Selection select_per_level(std::span<const std::vector<double>> results, std::span<const int> levels,
                           std::span<const uint8_t> folds);

}  // namespace gradus
