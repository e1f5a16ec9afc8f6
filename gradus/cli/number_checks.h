// What a number on the command line must be, checked before it is converted, so that none is taken for
// another: "nan" is no threshold, "-1" is not the largest seed.
#pragma once

#include <CLI/CLI.hpp>

namespace gradus {

CLI::Validator finite_number();
CLI::Validator seed_number();     // a whole number, 0 or larger, that fits in 64 bits
CLI::Validator count_of_draws();  // of a bootstrap: 0 (no intervals), or enough for an interval
CLI::Validator count_of_samples();

}  // namespace gradus
