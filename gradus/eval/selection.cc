#include "gradus/eval/selection.h"

#include <algorithm>
#include <cmath>

#include "gradus/reward/aggregate.h"

namespace gradus {

// The strongest, the first of equals, and all of them.
Pick pick_best(std::span<const double> scores, std::span<const uint8_t> right) {
  if (scores.empty()) return {};
  const size_t best = best_sample(scores);
  Pick out{.first = static_cast<double>(right[best])};
  double tied = 0, sum = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (i != best && !(scores[i] == scores[best])) continue;
    tied += 1;
    sum += right[i];
  }
  out.expected = sum / tied;
  out.tied = tied > 1;
  return out;
}

std::string SelectionRule::name() const {
  const std::string& rule = choice_names()[static_cast<size_t>(choice)];
  return choice == Choice::majority ? rule : rule + " " + form;
}

Pick pick_sample(const SampledQuestion& question, const SelectionRule& rule, size_t n) {
  std::vector<std::string> keys;
  std::vector<double> scores;
  std::vector<uint8_t> right;
  size_t not_finite = 0;
  for (size_t i = 0; i < std::min(n, question.samples.size()); ++i) {
    const ScoredSample& sample = question.samples[i];
    const bool scored = rule.choice != Choice::majority;
    if (!sample.votes || (scored && sample.steps.empty())) continue;
    const double score = scored ? aggregate(rule.form, sample.steps) : 0;
    if (!std::isfinite(score)) {  // would win or lose by its place
      ++not_finite;
      continue;
    }
    keys.push_back(sample.key);
    right.push_back(sample.right);
    if (scored) scores.push_back(score);
  }
  Pick pick;
  if (rule.choice == Choice::best) {
    pick = pick_best(scores, right);
    pick.not_finite = not_finite;
    return pick;
  }
  std::vector<double> strength;
  std::vector<uint8_t> group_right;
  for (const AnswerGroup& group : answer_groups(keys, scores)) {
    strength.push_back(rule.choice == Choice::majority ? static_cast<double>(group.count) : group.score);
    group_right.push_back(right[group.first]);
  }
  pick = pick_best(strength, group_right);
  pick.not_finite = not_finite;
  return pick;
}

}  // namespace gradus
