// Draws problems: a random dependency graph in which every one of `steps` defined quantities is needed for
// the target, and `distractors` further defined ones that are not. Names and the order of the text say
// nothing about the graph.
//
//   Stream stream(7);
//   DrawnProblem drawn = draw_problem({.steps = 4, .distractors = 2, .modulus = 17}, stream);
//   reference_solution(drawn.problem).size();   // 5: four steps and the answer
//   drawn.core;                                 // equal where only names, order or distractors differ
#pragma once

#include <cstdint>

#include "gradus/base/random.h"
#include "gradus/env/math/problem.h"

namespace gradus::math {

inline constexpr int kMaxSteps = 12;
inline constexpr int kMaxDistractors = 6;

struct DrawOptions {
  int steps = 4;        // 1..kMaxSteps
  int distractors = 2;  // 0..kMaxDistractors
  int modulus = 17;     // 5..97
};

struct DrawnProblem {
  Problem problem;
  uint64_t core = 0;  // decides the split, so that no problem is in two splits under different names
};

// Quantities given to a problem at most; with steps and distractors never more than kMaxNames.
inline int given_count(int steps) {
  return steps / 2 + 2;
}

DrawnProblem draw_problem(const DrawOptions& options, Stream& stream);

}  // namespace gradus::math
