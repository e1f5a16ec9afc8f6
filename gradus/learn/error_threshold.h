// The threshold of step scores below which a step counts as the first error, chosen on labelled solutions.
//
//   predicted = the first step with sig(score) < t, none: -1
//   F1        = harmonic mean of the accuracy on solutions with an error and on those without (label -1)
//   t         = the smallest of n evenly spaced values of [0, 1] with the largest F1
//
// ImplicitPRM (arXiv 2412.01981) on ProcessBench (arXiv 2412.06559), with scores that accumulate from the
// start. Chosen on one subset and carried to the others; choosing on the subset itself is optimistic. With no
// solution of one kind no threshold can be told from another: 0, with F1 0.
//
//   ErrorThreshold best = best_error_threshold({{{{1.2, -0.3}, 1}, {{0.4}, -1}}}, 1000);
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

struct LabelledSteps {
  std::vector<double> scores;
  int64_t first_error = -1;  // -1: none
};

struct ErrorThreshold {
  double threshold = 0;
  double f1 = 0;
};

ErrorThreshold best_error_threshold(std::span<const LabelledSteps> solutions, size_t thresholds);

}  // namespace gradus
