#include "gradus/eval/difficulty.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/base/quantile.h"

namespace gradus {

namespace {

using Results = std::span<const std::vector<double>>;

// Sum of a strategy over the questions that `wanted` takes, and how many they are.
template <class Wanted>
std::pair<double, size_t> total(std::span<const double> results, const Wanted& wanted) {
  double sum = 0;
  size_t count = 0;
  for (size_t q = 0; q < results.size(); ++q) {
    if (!wanted(q)) continue;
    sum += results[q];
    ++count;
  }
  return {sum, count};
}

template <class Wanted>
size_t best_strategy(Results results, const Wanted& wanted) {
  size_t best = 0;
  double highest = 0;
  for (size_t s = 0; s < results.size(); ++s) {
    const double sum = total(results[s], wanted).first;
    if (s == 0 || sum > highest) {
      best = s;
      highest = sum;
    }
  }
  return best;
}

void require_shape(Results results, std::span<const int> levels, std::span<const uint8_t> folds) {
  const size_t questions = levels.size();
  const bool fits = std::all_of(results.begin(), results.end(),
                                [&](const std::vector<double>& one) { return one.size() == questions; });
  if (!results.empty() && questions > 0 && fits && folds.size() == questions) return;
  throw Error::input("a selection needs one result, level and fold per question")
      .found(fmt::format("{} strategies, {} levels, {} folds", results.size(), questions, folds.size()));
}

}  // namespace

int difficulty_level(double value, std::span<const double> cuts) {
  for (size_t i = 0; i < cuts.size(); ++i) {
    if (value < cuts[i]) return static_cast<int>(cuts.size() - i + 1);
  }
  return 1;
}

std::vector<double> quantile_cuts(std::span<const double> values, int levels) {
  if (values.empty() || levels < 1) throw Error::input("quantiles need values").found("none");
  std::vector<double> ordered(values.begin(), values.end()), cuts;
  for (int i = 1; i < levels; ++i) cuts.push_back(quantile(ordered, static_cast<double>(i) / levels));
  return cuts;
}

Selection select_per_level(Results results, std::span<const int> levels, std::span<const uint8_t> folds) {
  require_shape(results, levels, folds);
  Selection out;
  out.strategy.resize(levels.size());
  double sum = 0;
  for (size_t q = 0; q < levels.size(); ++q) {
    const auto other = [&](size_t i) { return folds[i] != folds[q]; };
    const auto alike = [&](size_t i) { return other(i) && levels[i] == levels[q]; };
    const bool known = total(results[0], alike).second > 0;
    out.strategy[q] = known ? best_strategy(results, alike) : best_strategy(results, other);
    sum += results[out.strategy[q]][q];
  }
  out.result = sum / static_cast<double>(levels.size());
  return out;
}

}  // namespace gradus
