// ProcessBench (arXiv 2412.06559, QwenLM/ProcessBench): is the first wrong step found?
//
//   critic_answer("... \\boxed{2}");              // 2: last box, stripped, as a whole number; else nothing
//   voted_answer({{"\\boxed{2}", "\\boxed{1}", "\\boxed{2}"}});   // 2
//   first_below({{0.9, 0.2, 0.8}}, 0.5);          // 1: the first step below the threshold; else -1
//   ErrorAccuracy counts;  counts.add(2, 2);  counts.add(-1, 0);
//   counts.error();  counts.correct();  counts.f1();   // percent
//
// E: solutions with a wrong step, C: those without. error = 100 mean(predicted = label over E), correct =
// 100 mean(predicted = -1 over C), F1 = 2 e c / (e + c). Indices from 0. A right final answer does not
// matter. compat: both 0 gives nan, as does an empty E or C; strict: both 0 gives 0, an empty side gives
// nothing. Votes: the texts are counted before they become numbers, boxes that are missing do not vote, of
// equal counts the first seen wins. An answer that is no whole number (or does not fit in 64 bits) is wrong,
// and never -1. For scores, wrong iff score < threshold: the official script has no scalar scorer, so which
// side equality falls on is our choice (PRMBench calls a step valid iff score > threshold).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/eval/confusion.h"

namespace gradus {

inline constexpr int64_t kNoError = -1;
inline constexpr double kValidityOfAStep = 0.5;  // default threshold, for scorers trained on hard labels

std::optional<int64_t> critic_answer(std::string_view critique);
std::optional<int64_t> voted_answer(std::span<const std::string> critiques);

int64_t first_below(std::span<const double> scores, double threshold);

struct ErrorAccuracy {
  double error_hits = 0, errors = 0, correct_hits = 0, corrects = 0;

  void add(int64_t label, std::optional<int64_t> predicted);
  Share error() const { return share_of(100 * error_hits, errors); }
  Share correct() const { return share_of(100 * correct_hits, corrects); }
  Share f1() const { return harmonic_mean(error(), correct()); }  // nothing where both are 0
  Share strict_f1() const;                                        // 0 where both are 0
};

}  // namespace gradus
