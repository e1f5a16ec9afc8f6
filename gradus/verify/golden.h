// Golden files: inputs and outputs of the authors' own code, as JSON lists of sets.
//
//   for (const GoldenSet& set : read_golden("golden/pure.json")) { set.method; set.function; set.cases; }
//
// [{"method", "function", "note", "tolerance"?, "cases": [{"name", "inputs": {...}, "expected": {...}}]}]
// "NaN", "Infinity" and "-Infinity" stand for these numbers.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct GoldenCase {
  std::string name;
  Json inputs, expected;
};

struct GoldenSet {
  std::string file, method, function;
  double tolerance = 1e-9;  // absolute, and relative to the expected value
  std::vector<GoldenCase> cases;
};

// Throws Error::input naming file and field.
std::vector<GoldenSet> read_golden(const std::string& path);

// A number, or one of the three texts above; throws Error::input for anything else.
double golden_number(const Json& value);

// A whole number from 0 to a hundred million; throws Error::input for anything else.
size_t golden_count(const Json& value);

}  // namespace gradus
