// Is what came out what was expected?
//
//   Agreement c = compare(expected, outputs, where, 1e-9);
//   c.worst;      // largest absolute error of a number
//   c.mismatch;   // "" or the first difference: "advantages[2][0]: got 0.5, want 0.25"
//
// Numbers: |got - want| <= tolerance + tolerance * |want|; NaN equals NaN and a missing value (null).
// Integers, booleans and texts exactly; a key of the expected object that was not put out is a difference,
// but for "note", which is prose.
#pragma once

#include <string>

#include "gradus/base/json.h"

namespace gradus {

struct Agreement {
  double worst = 0;
  std::string mismatch;
};

// `where`: {} or, for some keys of `expected`, an array of the same nesting with 0 where the expected value
// has no meaning (outside a mask).
Agreement compare(const Json& expected, const Json& got, const Json& where, double tolerance);

}  // namespace gradus
