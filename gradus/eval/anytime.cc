#include "gradus/eval/anytime.h"

#include <algorithm>
#include <cmath>

namespace gradus {

namespace {

// Variance of the prior on the effect size: an effect of one standard deviation, the unit-information choice
// of Rouder et al. 2009. It moves the width only, never the guarantee.
constexpr double kPrior = 1.0;

}  // namespace

std::optional<double> anytime_t(size_t n, double level) {
  if (n < 2) return std::nullopt;
  const double count = static_cast<double>(n), ratio = 1 + count * kPrior;
  // E_n < 1/level in x = t^2/(n-1): (1 + x) / (1 + x/ratio) < bound.
  const double bound = std::pow(std::sqrt(ratio) / level, 2 / count);
  if (bound >= ratio) return std::nullopt;
  return std::sqrt((count - 1) * (bound - 1) / (1 - bound / ratio));
}

double anytime_p(double t, size_t n) {
  const double count = static_cast<double>(n), ratio = 1 + count * kPrior;
  const double x = t * t / (count - 1);
  const double log_e = 0.5 * (count * std::log((1 + x) / (1 + x / ratio)) - std::log(ratio));
  return std::min(1.0, std::exp(-log_e));
}

}  // namespace gradus
