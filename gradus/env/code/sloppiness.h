// Which statements of a program are sloppy, and in which families (habits.h), read from the tokens alone by
// the grammar of statement.h: no compiler, no syntax tree of clang, whether the program is right or not.
//
//   const std::vector<std::string> body = {"c = a + b ;", "const int T0 = a + 0 < b ;", "return T0 ? b : a
//   ;"}; std::vector<Families> sloppy = sloppiness(body);   // dead_store | odd_name, plus_zero | none
//
//   unused_variable      declared, and no statement behind reads the name
//   dead_store           nobody reads the value before it is overwritten or the function ends; or the same
//                        assignment stood before and nothing has changed since; no self-assignment
//   unreachable          behind the first return
//   redundant_condition  0 < t where t is a truth value: a comparison, or a name that is declared with one
//   and
//                        never written again
//   long_distinction     a case that equals the other (c ? x : x), or asks the same again (c ? x : c ? y : z)
//   odd_name             declares a name in capitals; parameters are small letters
//   self_assignment      x = x
//   plain_copy           declares a second name for one that neither changes afterwards, and is read
//   needless_temporary   declares what is read once, by a return of nothing else
//   plus_zero            e + 0, e - 0, 0 + e
//   double_negation      - - e
//
// Parentheses mean nothing. A statement that is not of the grammar is not sloppy, and reads every name in it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/env/code/habits.h"

namespace gradus {

std::vector<Families> sloppiness(std::span<const std::string> statements);

}  // namespace gradus
