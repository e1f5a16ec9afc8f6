// What stands in score files for a number that is not finite, beside null.
//
//   says_not_finite("NaN");     // true: Python writes it so, and json.dumps of a text of it
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace gradus {

inline bool says_not_finite(std::string_view word) {
  constexpr std::array<std::string_view, 6> kWords = {"NaN", "nan", "Infinity", "inf", "-Infinity", "-inf"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

}  // namespace gradus
