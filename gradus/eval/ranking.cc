#include "gradus/eval/ranking.h"

#include <algorithm>
#include <vector>

namespace gradus {

namespace {

// Runs of equal score from the best down: fn(right ones, wrong ones).
template <class Fn>
void each_tie(std::span<const ScoredUnit> units, bool best_first, Fn&& fn) {
  std::vector<ScoredUnit> sorted(units.begin(), units.end());
  std::sort(sorted.begin(), sorted.end(), [&](const ScoredUnit& a, const ScoredUnit& b) {
    return best_first ? a.score > b.score : a.score < b.score;
  });
  for (size_t i = 0; i < sorted.size();) {
    double right = 0, wrong = 0;
    const double score = sorted[i].score;
    for (; i < sorted.size() && sorted[i].score == score; ++i) (sorted[i].right ? right : wrong) += 1;
    fn(right, wrong);
  }
}

}  // namespace

std::optional<double> auroc(std::span<const ScoredUnit> units) {
  double right_above = 0, wrong_above = 0, won = 0;
  each_tie(units, true, [&](double right, double wrong) {
    won += wrong * (right_above + 0.5 * right);
    right_above += right;
    wrong_above += wrong;
  });
  if (right_above == 0 || wrong_above == 0) return std::nullopt;
  return won / (right_above * wrong_above);
}

std::optional<double> auprc(std::span<const ScoredUnit> units, bool right_is_positive) {
  double positive = 0, negative = 0, area = 0;
  each_tie(units, right_is_positive, [&](double right, double wrong) {
    const double hits = right_is_positive ? right : wrong;
    positive += hits;
    negative += right_is_positive ? wrong : right;
    if (hits > 0) area += hits * positive / (positive + negative);
  });
  if (positive == 0 || negative == 0) return std::nullopt;
  return area / positive;
}

}  // namespace gradus
