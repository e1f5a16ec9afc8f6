// The logistic function and its logarithm, without overflow for large arguments.
//
//   log_sigmoid(-800);   // -800, where log(1 / (1 + exp(800))) would be -inf
#pragma once

#include <algorithm>
#include <cmath>

namespace gradus {

inline double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

inline double log_sigmoid(double x) {
  return std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x)));
}

}  // namespace gradus
