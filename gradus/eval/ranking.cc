#include "gradus/eval/ranking.h"

#include <algorithm>

namespace gradus {

namespace {

// Runs of equal score in the order given: fn(right ones, wrong ones).
template <class It, class Fn>
void each_tie(It unit, It end, Fn&& fn) {
  while (unit != end) {
    double right = 0, wrong = 0;
    const double score = unit->score;
    for (; unit != end && unit->score == score; ++unit) (unit->right ? right : wrong) += 1;
    fn(right, wrong);
  }
}

// Average precision of the class that `hits` counts, in the order given.
template <class It, class Hits>
double average_precision(It begin, It end, Hits&& hits) {
  double positive = 0, all = 0, area = 0;
  each_tie(begin, end, [&](double right, double wrong) {
    const double found = hits(right, wrong);
    positive += found;
    all += right + wrong;
    if (found > 0) area += found * positive / all;
  });
  return area / positive;
}

}  // namespace

Ranking rank_units(std::span<ScoredUnit> units) {
  std::sort(units.begin(), units.end(),
            [](const ScoredUnit& a, const ScoredUnit& b) { return a.score < b.score; });
  double right_below = 0, wrong_below = 0, won = 0;
  each_tie(units.begin(), units.end(), [&](double right, double wrong) {
    won += right * (wrong_below + 0.5 * wrong);
    right_below += right;
    wrong_below += wrong;
  });
  if (right_below == 0 || wrong_below == 0) return {};
  const auto rights = [](double right, double) { return right; };
  const auto wrongs = [](double, double wrong) { return wrong; };
  return {.auroc = won / (right_below * wrong_below),
          .auprc_right = average_precision(units.rbegin(), units.rend(), rights),
          .auprc_wrong = average_precision(units.begin(), units.end(), wrongs)};
}

}  // namespace gradus
