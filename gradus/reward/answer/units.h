// Units of measure behind an answer: what they measure, and how many of the base unit they are, exactly.
//
//   const Unit cm = unit_of("cm");       // dimension "length", factor 1/100
//   unit_of("square cm");                // "length^2", 1/10000;  "cm^2" is the same
//   unit_of("Mg").factor;                // 1000000, and of "mg" 1/1000: the case of a symbol counts
//   unit_of("apples");                   // dimension "apple", factor 1: known by its name only
//
// Length, area and volume, mass, time, speed, force, energy, power, pressure, frequency, charge, bits and
// bytes, money (one dollar is 100 cents), angle (degrees), years (12 months; not a number of days). Symbols
// with the prefixes of the SI, names in any case, singular and plural; international yard and pound (exact
// by definition), gallons of the US. Temperature is not converted.
#pragma once

#include <gmpxx.h>
#include <optional>
#include <string>
#include <string_view>

namespace gradus {

struct Unit {
  std::string dimension;  // "" where there is no unit
  mpq_class factor = 1;
};

bool is_unit(std::string_view word);      // known by the table, one word
bool is_prefixed(std::string_view word);  // a symbol that is known by its prefix only: "ns"
Unit unit_of(std::string_view text);

// What a word behind a number multiplies it by: "percent", "million"; none for any other.
std::optional<mpq_class> number_word(std::string_view word);

}  // namespace gradus
