// What the agent is asked: a chain of one-digit operations, evaluated from left to right. Every intermediate
// result is a digit 1..9, so that a useful call never looks like the trivial 0 + 0.
//
//   Chain chain = parse_chain("3 + 4 - 2 ?");   // operands 3 4 2, operations + -
//   chain.answer();                             // 5
//   chain.nodes();                              // {3 + 4}, {7 - 2}: what a calculator is needed for
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/base/random.h"

namespace gradus::calculator {

inline constexpr int kMaxOperations = 2;

// One application of the calculator: two digits, + or -. It answers with a digit or, out of 0..9, not at all.
struct Operation {
  int left = 0;
  char op = '+';
  int right = 0;
  bool operator==(const Operation&) const = default;
};

std::optional<int> evaluate(const Operation& operation);

// The same computation: + may be turned round.
bool same_computation(const Operation& a, const Operation& b);

struct Chain {
  std::vector<int> operands;  // one more than operations
  std::string operations;
  bool operator==(const Chain&) const = default;

  std::vector<Operation> nodes() const;
  int answer() const;
  std::string text() const;
  std::string canonical() const;  // the text with the operands of the first + in ascending order
};

Chain draw_chain(int operations, Stream& stream);
Chain parse_chain(std::string_view text);  // throws Error::input on text that draw_chain cannot have written

}  // namespace gradus::calculator
