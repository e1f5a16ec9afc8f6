// The C of each operation of an expression, with names still to be given.
//
//   std::vector<PlannedOperation> operations = operations_of(parse_expression("max a clamp b 0 9"), stream);
//   // 1: condition "b < 0", value "@ ? 0 : 9 < b ? 9 : b", dense "b < 0 ? 0 : 9 < b ? 9 : b", result "r0"
//   // 2: condition "a < r0", value "@ ? r0 : a", dense "a < r0 ? r0 : a", result "r1"
//
// In `value`, "@" stands for the condition. A comparison that gets a name is turned round by a coin of the
// stream where there is such a form of equal length; dense ones are not.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradus/env/code/expression.h"

namespace gradus {

using Words = std::vector<std::string>;

std::string token_words(const Words& words);  // with single spaces

Words replaced(const Words& words, const std::map<std::string, Words>& names);

struct PlannedOperation {
  Words condition;  // empty: nothing to decide
  Words value;
  Words dense;         // value and condition in one
  std::string result;  // name of its value
};

std::vector<PlannedOperation> operations_of(const Expression& expression, Stream turns);  // operands first

}  // namespace gradus
