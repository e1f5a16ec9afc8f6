// Accuracy of every rule of choice, and pass@n, over growing n, with intervals over questions.
//
//   const Json curves = selection_curves(compat, strict, {.rules = rules, .sizes = {1, 4, 16}});
//   // [{"rule", "n", "questions", "compat": {value, low, high}, "strict": {..}, "tied", "not_finite"}]
//
// compat: keys of text form, ties to the first; strict: keys of mathematical equality, ties at random
// (selection.h). pass@n is unbiased over all samples of a question (pass_at_k.h). A question with fewer than
// n samples takes no part at n. Intervals: 95 % percentile, questions redrawn.
#pragma once

#include <cstdint>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/eval/selection.h"

namespace gradus {

struct CurveOptions {
  std::vector<SelectionRule> rules;
  std::vector<size_t> sizes;
  int bootstrap = 10000;
  uint64_t seed = 1;
};

// The powers of two up to the largest number of samples.
std::vector<size_t> doubling_sizes(const std::vector<SampledQuestion>& questions);

// The same questions in the same order, with the keys of each column.
Json selection_curves(const std::vector<SampledQuestion>& compat, const std::vector<SampledQuestion>& strict,
                      const CurveOptions& options);

}  // namespace gradus
