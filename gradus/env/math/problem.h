// A modular-arithmetic problem over a dependency graph of named quantities: some are given, the others are
// defined by one operation; one is asked for. Some quantities are distractors: the target does not need them.
//
//   Problem p = parse_problem("mod 17 ; a = 4 ; c = a + b ; b = a * 3 ; ? c");
//   Values v = values(p);              // v[index_of('c')] == 16
//   Needed n = needed(p);              // which quantities the target depends on, itself included
//   std::string text = to_text(p);     // parse_problem(text) gives p back
//
// A name is one letter a..z, so a problem has at most 26 quantities. All arithmetic is exact, modulo
// `modulus`.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::math {

inline constexpr int kMaxNames = 26;
inline constexpr int kMaxNumber = 99999;  // as written in a text: a product stays far below 2^63

struct Operand {
  char name = 0;  // 0: the number `number`
  int number = 0;
  bool operator==(const Operand&) const = default;
};

struct Quantity {
  char name = 'a';
  bool given = true;
  int value = 0;  // of a given quantity
  Operand left;   // of a defined one: left op right
  char op = '+';  // + - *
  Operand right;
  bool operator==(const Quantity&) const = default;
};

struct Problem {
  int modulus = 17;
  std::vector<Quantity> quantities;  // in the order of the text
  char target = 'a';
  bool operator==(const Problem&) const = default;
};

using Values = std::array<std::optional<int>, kMaxNames>;  // empty: no such quantity
using Needed = std::array<bool, kMaxNames>;

inline size_t index_of(char name) {
  return static_cast<size_t>(name - 'a');
}

// left op right modulo `modulus`, in 0..modulus-1; modulus >= 1 and every number at most kMaxNumber.
int calculate(int left, char op, int right, int modulus);

const Quantity* find(const Problem& problem, char name);  // null: no such quantity
Values values(const Problem& problem);
Needed needed(const Problem& problem);

std::string to_text(const Problem& problem);

// Throws Error::input on text that is no problem: bad syntax, a name defined twice or never, a cycle, a
// limit.
Problem parse_problem(std::string_view text);

}  // namespace gradus::math
