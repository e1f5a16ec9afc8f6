// The tests of a task: inputs and the outputs that its expression demands, visible ones (rewards see these)
// first, then as many hidden ones (evaluation only). No input occurs twice.
//
//   TestCases cases = make_cases(parse_expression("max a clamp b 0 9"));
//   bool right = output == cases.expected[i];
//
// Both halves tell the expression from every mutant (see expression.h) that a pool of 96 inputs tells it
// from, as far as kVisible and kHidden inputs can. The inputs depend on the expression alone.
#pragma once

#include <string>
#include <vector>

#include "gradus/env/code/expression.h"

namespace gradus {

inline constexpr size_t kVisible = 8;
inline constexpr size_t kHidden = 8;

struct TestCases {
  std::vector<Inputs> inputs;     // kVisible + kHidden
  std::vector<int32_t> expected;  // of the expression
};

TestCases make_cases(const Expression& expression);

}  // namespace gradus
