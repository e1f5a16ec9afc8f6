// A solution is text, one step per line; the last line is the answer:
//
//   c = a + b = 4 + 9 = 13
//   d = c * 3 = 13 * 3 = 5
//   answer 5
//
// A step is name = formula = the same with numbers = result, modulo the problem's modulus (17 here).
//
//   std::optional<SolutionLine> line = parse_line("c = a + b = 4 + 9 = 13");   // empty: not of either form
//   std::vector<std::string> lines = reference_solution(problem);              // the needed steps alone
#pragma once

#include "gradus/env/math/problem.h"

namespace gradus::math {

struct SolutionLine {
  bool answer = false;  // then `result` alone holds
  char subject = 'a';
  Operand left;
  char op = '+';
  Operand right;
  int left_value = 0;
  char shown_op = '+';  // the operation as repeated with numbers
  int right_value = 0;
  int result = 0;
  bool operator==(const SolutionLine&) const = default;
};

// Empty for anything that is not one well-formed line, whatever it is and however long.
std::optional<SolutionLine> parse_line(std::string_view line);

std::string to_text(const SolutionLine& line);

// The line that derives a defined quantity from known values; every operand must be known.
SolutionLine derive(const Problem& problem, const Quantity& quantity, const Values& known);

// True where every operand of a defined quantity has a value.
bool derivable(const Quantity& quantity, const Values& known);

// The values that the problem gives, and nothing else.
Values given_values(const Problem& problem);

std::vector<std::string> reference_solution(const Problem& problem);

// Text between line ends. A line end at the end of the text opens no further line.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join_lines(const std::vector<std::string>& lines);

}  // namespace gradus::math
