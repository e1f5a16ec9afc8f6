#include "gradus/eval/student_t.h"

#include <cmath>

#include "gradus/base/error.h"

namespace gradus {

namespace {

// The continued fraction of DLMF 8.17.22; converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;  // stands in for a zero denominator
  const auto keep_away_from_zero = [](double value) { return std::fabs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / keep_away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keep_away_from_zero(1 + even * d);
    c = keep_away_from_zero(1 + even / c);
    fraction *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keep_away_from_zero(1 + odd * d);
    c = keep_away_from_zero(1 + odd / c);
    fraction *= c * d;
    if (std::fabs(c * d - 1) < 1e-15) break;
  }
  return fraction;
}

double regularised_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

// The root of a decreasing tail(x) = target on x >= 0.
template <class Tail>
double bisect(double target, const Tail& tail) {
  double low = 0, high = 1;
  while (tail(high) > target) high *= 2;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (tail(middle) > target ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

double student_t_two_sided(double t, double degrees) {
  return regularised_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

double student_t_quantile(double probability, double degrees) {
  require(probability > 0 && probability < 1, "a quantile needs a probability between 0 and 1");
  const double two_sided = 2 * std::fmin(probability, 1 - probability);
  const double size = bisect(two_sided, [&](double t) { return student_t_two_sided(t, degrees); });
  return probability < 0.5 ? -size : size;
}

double normal_quantile(double probability) {
  require(probability > 0 && probability < 1, "a quantile needs a probability between 0 and 1");
  const double two_sided = 2 * std::fmin(probability, 1 - probability);
  const double size = bisect(two_sided, [](double z) { return std::erfc(z / std::sqrt(2.0)); });
  return probability < 0.5 ? -size : size;
}

}  // namespace gradus
