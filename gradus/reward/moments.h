// Count, mean and sum of squared deviations, of parts and of the whole: parts are merged in a fixed order, so
// that the same bits come out for any number of threads.
//
//   Moments all;
//   for (const Moments& part : of_rollouts) all.merge(part);
//   all.deviation();   // sample standard deviation (n - 1)
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace gradus {

struct Moments {
  size_t count = 0;
  double mean = 0;
  double squares = 0;  // sum of (x - mean)^2

  void merge(const Moments& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const double here = static_cast<double>(count), there = static_cast<double>(other.count);
    const double apart = other.mean - mean, total = here + there;
    mean += apart * (there / total);
    squares += other.squares + apart * apart * (here * there / total);
    count += other.count;
  }

  double variance() const { return count > 1 ? squares / static_cast<double>(count - 1) : 0.0; }
  double deviation() const { return std::sqrt(variance()); }
};

// Of the values themselves: two passes, four running sums, so that the compiler may keep them side by side.
template <class T>
Moments moments_of(std::span<const T> values) {
  if (values.empty()) return {};
  const auto total = [&](auto&& term) {
    double sums[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 <= values.size(); i += 4) {
      for (size_t lane = 0; lane < 4; ++lane) sums[lane] += term(static_cast<double>(values[i + lane]));
    }
    for (; i < values.size(); ++i) sums[0] += term(static_cast<double>(values[i]));
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  };
  Moments out{values.size(), 0, 0};
  out.mean = total([](double x) { return x; }) / static_cast<double>(values.size());
  out.squares = total([&](double x) { return (x - out.mean) * (x - out.mean); });
  return out;
}

}  // namespace gradus
