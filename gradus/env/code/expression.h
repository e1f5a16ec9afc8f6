// What a task asks for: an integer expression over a, b, c, written in prefix notation, with its exact
// meaning.
//
//   Expression e = parse_expression("max a clamp b 0 9");
//   int32_t value = evaluate(e, {3, 12, 0});   // 9
//   std::string key = canonical_text(e);       // equal for expressions that differ in operand order
//
//   max x y, min x y   larger, smaller      sign x          -1, 0 or 1
//   add x y, sub x y   x + y, x - y         clamp x lo hi   x kept within constants lo < hi
//   abs x              distance from 0      pick x y p q    p where x < y, else q
//
// Inputs lie in -20..20 and an expression has at most four operations, so no value leaves -400..400.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {

struct Expression {
  std::string head;  // an operation, a variable or a constant: one token
  std::vector<Expression> args;

  bool leaf() const { return args.empty(); }
  bool constant() const { return leaf() && head[0] >= '0' && head[0] <= '9'; }
  bool operator==(const Expression&) const = default;
};

using Inputs = std::array<int32_t, 3>;  // a, b, c

inline constexpr int32_t kInputRange = 20;
inline constexpr int kOperationsLimit = 4;

Expression parse_expression(std::string_view prefix);  // throws Error::input
std::string prefix_text(const Expression& expression);
std::string canonical_text(const Expression& expression);
int32_t evaluate(const Expression& expression, const Inputs& inputs);
int operations(const Expression& expression);

// An expression with exactly `count` operations in which each operation matters: replacing any one by any of
// its operands changes a value, and at most one operation is a sum or a difference.
Expression random_expression(int count, Stream stream);

// Expressions that a small mistake would compute instead: an operation replaced by an operand or by its
// opposite, operands exchanged, a variable or constant replaced by another.
std::vector<Expression> mutants(const Expression& expression);

// Inputs that agree with the edges of the operations: small, equal, opposite and boundary values, distinct
// rows.
std::vector<Inputs> input_pool(size_t count, Stream stream);

}  // namespace gradus
