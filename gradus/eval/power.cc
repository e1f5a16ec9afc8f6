#include "gradus/eval/power.h"

#include <algorithm>
#include <cmath>

#include "gradus/eval/student_t.h"

namespace gradus {

namespace {

constexpr size_t kMostSeeds = 1000;  // the most that a study may have

double normal_above(double z) {
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

// P(T > critical) of a noncentral t: the mean over S of P(Z > critical S - shift), by Simpson's rule over the
// density of S = sqrt(chi-square / degrees), which has all but 1e-12 of its mass within the limits.
double noncentral_above(double critical, double shift, double degrees) {
  constexpr int kSteps = 2000;
  const double limit = 1 + 8 / std::sqrt(degrees);
  const double width = limit / kSteps;
  const double scale = std::log(2.0) + 0.5 * degrees * std::log(0.5 * degrees) - std::lgamma(0.5 * degrees);
  // At S = 0 the density is 0, but for one degree of freedom.
  double sum = degrees == 1 ? std::exp(scale) * normal_above(-shift) : 0;
  for (int i = 1; i <= kSteps; ++i) {
    const double s = i * width;
    const double density = std::exp(scale + (degrees - 1) * std::log(s) - 0.5 * degrees * s * s);
    const double weight = i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * density * normal_above(critical * s - shift);
  }
  return sum * width / 3;
}

double error_of(const SeedSpread& spread, size_t seeds) {
  return std::sqrt(spread.between * spread.between / static_cast<double>(seeds) +
                   spread.shared * spread.shared);
}

template <class Chance>
std::optional<size_t> fewest(const Chance& chance) {
  if (chance(kMostSeeds) < kWantedPower) return std::nullopt;
  size_t low = 1, high = kMostSeeds;  // too few, enough
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    (chance(middle) < kWantedPower ? low : high) = middle;
  }
  return high;
}

}  // namespace

double detection_chance(const SeedSpread& spread, size_t seeds, double effect) {
  if (seeds < 2) return 0;
  const double degrees = static_cast<double>(seeds - 1), error = error_of(spread, seeds);
  if (error == 0) return effect == 0 ? 0 : 1;
  const double critical = student_t_quantile(0.975, degrees), shift = std::fabs(effect) / error;
  return noncentral_above(critical, shift, degrees) + noncentral_above(critical, -shift, degrees);
}

double non_inferiority_chance(const SeedSpread& spread, size_t seeds, double margin) {
  if (seeds < 2) return 0;
  const double degrees = static_cast<double>(seeds - 1), error = error_of(spread, seeds);
  if (error == 0) return 1;
  return noncentral_above(student_t_quantile(0.95, degrees), margin / error, degrees);
}

std::optional<double> smallest_effect(const SeedSpread& spread, size_t seeds) {
  if (seeds < 2) return std::nullopt;
  const double error = error_of(spread, seeds);
  if (error == 0) return 0.0;
  double low = 0, high = error;
  while (detection_chance(spread, seeds, high) < kWantedPower) high *= 2;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (detection_chance(spread, seeds, middle) < kWantedPower ? low : high) = middle;
  }
  return high;
}

std::optional<size_t> seeds_for_effect(const SeedSpread& spread, double effect) {
  return fewest([&](size_t seeds) { return detection_chance(spread, seeds, effect); });
}

std::optional<size_t> seeds_for_margin(const SeedSpread& spread, double margin) {
  return fewest([&](size_t seeds) { return non_inferiority_chance(spread, seeds, margin); });
}

}  // namespace gradus
