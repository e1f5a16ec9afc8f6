// Units of measure behind an answer: what they measure, and how many of the base unit they are, exactly.
//
//   const Unit cm = unit_of("cm");       // dimension "length", factor 1/100
//   unit_of("square cm");                // "length^2", 1/10000;  "cm^2" is the same
//   unit_of("apples");                   // dimension "apple", factor 1: known by its name only
//
// Length, area and volume, mass, time, speed, money (one dollar is 100 cents), angle (degrees), with plurals
// and the common short forms; international yard and pound (exact by definition). Temperature is not
// converted.
#pragma once

#include <gmpxx.h>
#include <string>
#include <string_view>

namespace gradus {

struct Unit {
  std::string dimension;  // "" where there is no unit
  mpq_class factor = 1;
};

bool is_unit(std::string_view word);  // known by the table, one word
Unit unit_of(std::string_view text);

}  // namespace gradus
