#include "gradus/eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/base/error.h"
#include "gradus/eval/student_t.h"

namespace gradus {

namespace {

constexpr double kRounding = 1e-12;  // relative; sums of a few hundred values in double precision

// Rounding depends on the order of a sum, so every sum runs over sorted values.
std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> out(values.begin(), values.end());
  std::sort(out.begin(), out.end());
  return out;
}

double largest_magnitude(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::fabs(value));
  return largest;
}

// Counts the sign patterns of sizes[from..] for which |sum| reaches `bound`.
uint64_t count_extreme(std::span<const double> sizes, size_t from, double sum, double bound) {
  if (from == sizes.size()) return std::fabs(sum) >= bound ? 1 : 0;
  return count_extreme(sizes, from + 1, sum + sizes[from], bound) +
         count_extreme(sizes, from + 1, sum - sizes[from], bound);
}

}  // namespace

double sample_mean(std::span<const double> values) {
  require(!values.empty(), "the mean of no values was asked for");
  const std::vector<double> order = sorted(values);
  return std::accumulate(order.begin(), order.end(), 0.0) / static_cast<double>(order.size());
}

std::optional<double> sample_sd(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  if (degenerate(values)) return 0.0;
  const double mean = sample_mean(values);
  std::vector<double> squares;
  for (const double value : values) squares.push_back((value - mean) * (value - mean));
  std::sort(squares.begin(), squares.end());
  return std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0) /
                   static_cast<double>(values.size() - 1));
}

bool degenerate(std::span<const double> values) {
  if (values.size() < 2) return true;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low <= kRounding * std::max(1.0, largest_magnitude(values));
}

std::optional<Interval> paired_t_interval(std::span<const double> differences) {
  const std::optional<double> sd = sample_sd(differences);
  if (!sd) return std::nullopt;
  const double n = static_cast<double>(differences.size());
  const double half = student_t_quantile(0.975, n - 1) * *sd / std::sqrt(n);
  const double mean = sample_mean(differences);
  return Interval{mean - half, mean + half};
}

double sign_flip_p(std::span<const double> differences, int draws, Stream stream) {
  require(!differences.empty(), "a permutation test of no differences was asked for");
  constexpr size_t kExact = 20;  // 2^20 patterns take milliseconds
  const std::vector<double> order = sorted(differences);
  std::vector<double> sizes;
  for (const double value : order) sizes.push_back(std::fabs(value));
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  const double total = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  const double bound = std::fabs(std::accumulate(order.begin(), order.end(), 0.0)) - kRounding * total;
  if (sizes.size() <= kExact) {
    // Flipping every sign keeps |sum|, so the first sign is held.
    const uint64_t extreme = count_extreme(sizes, 1, sizes[0], bound);
    return static_cast<double>(extreme) / static_cast<double>(uint64_t{1} << (sizes.size() - 1));
  }
  uint64_t extreme = 0;
  for (int draw = 0; draw < draws; ++draw) {
    double sum = 0;
    uint64_t bits = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (i % 64 == 0) bits = stream.next();
      sum += (bits >> (i % 64)) & 1 ? sizes[i] : -sizes[i];
    }
    if (std::fabs(sum) >= bound) ++extreme;
  }
  return static_cast<double>(1 + extreme) / static_cast<double>(1 + draws);
}

std::optional<double> cohens_dz(std::span<const double> differences) {
  if (degenerate(differences)) return std::nullopt;
  return sample_mean(differences) / *sample_sd(differences);
}

double hedges_correction(size_t n) {
  return 1.0 - 3.0 / (4.0 * (static_cast<double>(n) - 1.0) - 1.0);
}

std::optional<double> hedges_g(std::span<const double> differences) {
  const std::optional<double> dz = cohens_dz(differences);
  if (!dz || differences.size() < 3) return std::nullopt;  // with two values J would be 0
  return hedges_correction(differences.size()) * *dz;
}

double cliffs_delta(std::span<const double> arm, std::span<const double> baseline) {
  require(!arm.empty() && !baseline.empty(), "Cliff's delta needs values on both sides");
  int64_t balance = 0;
  for (const double b : arm) {
    for (const double a : baseline) balance += (b > a) - (b < a);
  }
  return static_cast<double>(balance) /
         (static_cast<double>(arm.size()) * static_cast<double>(baseline.size()));
}

double probability_of_improvement(std::span<const double> arm, std::span<const double> baseline) {
  return 0.5 * (1.0 + cliffs_delta(arm, baseline));
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double running = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const double scaled = static_cast<double>(p.size() - rank) * p[order[rank]];
    running = std::min(1.0, std::max(running, scaled));
    adjusted[order[rank]] = running;
  }
  return adjusted;
}

}  // namespace gradus
