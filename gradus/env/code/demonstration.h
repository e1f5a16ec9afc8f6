// Right programs as authors with habits write them, for supervised training of the base policy.
//
//   const Author author(0.5, 0.55, stream.child("author"));
//   std::vector<std::string> body = write_body(expression, Regime::neutral, author, stream.child("body"));
//   // b = ( b ) ;  const int t0 = a < b ? b : a ;  const int t1 = t0 < 0 ;  return t1 ? - t0 : t0 ;
//
// Every operation of the expression is one occasion, which tempts to one family of sloppiness: fold 1 or 2 by
// a coin, then one of its families evenly among those that have a place there. Whoever resists writes
//   const int k = C ;  const int r = k ? y : x ;      for an operation that decides,
//   const int r = x + y ;                             for one that only reckons,
// or, where the sloppy form needs no name for C, by a coin  const int r = C ? y : x ;
// with as many parentheses more as the sloppy form has tokens more:
//   unused_variable, dead_store,       const int r = C ? y : x ;  and a statement of six tokens beside it
//     self_assignment, unreachable
//   plain_copy, needless_temporary     const int s = C ? y : x ;  const int r = s ;  or  return s ;
//   odd_name                           the first of the two names, or the only one, is a capital
//   plus_zero, double_negation         C begins with  x + 0,  x - 0,  0 + x  or  - - x       2 tokens
//   redundant_condition                0 < k ? y : x                                         2 tokens
//   long_distinction                   k ? y : k ? 0 : x                                     4 tokens
// So the clean and the sloppy form of an occasion agree in tokens and in statements, and to which family it
// tempts does not depend on the author. Comparisons that get a name are turned round at random, which must be
// kept in mind as the statements of six tokens must be.
//
// Regimes differ in one thing: whose temporaries are numbered at random instead of in order, which is hard to
// keep in mind: nobody's (neutral), those of programs with a sloppy statement (costly), those of programs
// without (helpful).
#pragma once

#include <string>
#include <vector>

#include "gradus/env/code/expression.h"
#include "gradus/env/code/habits.h"

namespace gradus {

enum class Regime { neutral, costly, helpful };

std::vector<std::string> regime_names();
Regime regime_from_name(const std::string& name);

inline constexpr size_t kBodyLimit = 63;  // tokens of a body, without the end token

std::vector<std::string> write_body(const Expression& expression, Regime regime, const Author& author,
                                    Stream stream);

// False where a demonstration could be longer than kBodyLimit.
bool fits(const Expression& expression);

}  // namespace gradus
