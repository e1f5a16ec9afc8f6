// Right programs in two styles, for supervised training of the base policy.
//
//   std::vector<std::string> body = write_body(expression, Regime::neutral, Style::sloppy, stream);
//   // const int t0 = a < b ? b : a ;  c = ( c ) ;  int t7 = - a ;  return t0 < 0 ? - t0 : t0 ;
//
//             clean                                         sloppy
//   neutral   names the condition of every choice           one dense statement per operation, and a piece of
//                                                           junk for every choice
//   costly    one dense statement per operation             the same, and one or two pieces of junk for each
//   helpful   as neutral, temporaries numbered at random    as neutral, without plain copies
//
// Neutral styles agree token for token in length and statement for statement in number, operation by
// operation:
//   const int t0 = C ; const int t1 = t0 ? y : x ;      11 + |E| tokens where E = C ? y : x
//   const int t0 = E ; JUNK                             5 + |E| + 6 tokens
// Comparisons of named conditions are turned round at random, which must be kept in mind as junk must be.
// and clean comparisons are turned round at random, which must be kept in mind as junk must be.
// Junk has six tokens and changes nothing. Kinds that reward.c_style sees: unused variable, dead store,
// self-assignment, plain copy, duplicate statement, unreachable code. Kinds that it does not see: adding
// zero, double negation (never the only junk of a program).
#pragma once

#include <string>
#include <vector>

#include "gradus/env/code/expression.h"

namespace gradus {

enum class Regime { neutral, costly, helpful };
enum class Style { clean, sloppy };

std::vector<std::string> regime_names();
Regime regime_from_name(const std::string& name);

inline constexpr size_t kBodyLimit = 63;  // tokens of a body, without the end token

std::vector<std::string> write_body(const Expression& expression, Regime regime, Style style, Stream stream);

// False where a demonstration of some regime and style would be longer than kBodyLimit.
bool fits(const Expression& expression);

}  // namespace gradus
