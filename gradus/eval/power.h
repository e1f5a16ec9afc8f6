// What a number of seeds can show, before they are run.
//
//   SeedSpread spread{.between = 0.03};                  // sd over seeds of an arm's difference to the
//   baseline smallest_effect(spread, 10);                     // 0.030: seen in 80 % of such studies
//   non_inferiority_chance(spread, 10, 0.02);        // 0.60, where the arms are truly alike
//   seeds_for_effect(spread, 0.02);                  // 20
//
// Two-sided t test at 5 %, one-sided at 5 % for non-inferiority, over n independent seeds, with the power of
// the noncentral t distribution: P(|Z + d| > t S), S^2 a chi-square over its degrees of freedom (Cohen 1988,
// chapter 2), integrated over S.
#pragma once

#include <cstddef>
#include <optional>

namespace gradus {

struct SeedSpread {
  double between = 0;  // standard deviation over seeds, each with a base policy of its own
  double shared = 0;   // of the mean, from tasks that seeds share: more seeds do not lower it
};

inline constexpr double kWantedPower = 0.8;  // the convention of Cohen 1988

double detection_chance(const SeedSpread& spread, size_t seeds, double effect);
double non_inferiority_chance(const SeedSpread& spread, size_t seeds, double margin);

// Detected with kWantedPower; none for fewer than two seeds.
std::optional<double> smallest_effect(const SeedSpread& spread, size_t seeds);

// Fewest seeds with kWantedPower; none where a thousand are not enough.
std::optional<size_t> seeds_for_effect(const SeedSpread& spread, double effect);
std::optional<size_t> seeds_for_margin(const SeedSpread& spread, double margin);

}  // namespace gradus
