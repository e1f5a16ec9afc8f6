#include "gradus/eval/selection.h"

#include <algorithm>

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
  for (size_t i = 0; i < std::min(n, question.samples.size()); ++i) {
    const ScoredSample& sample = question.samples[i];
    if (sample.key.empty() || (rule.choice != Choice::majority && sample.steps.empty())) continue;
    keys.push_back(sample.key);
    right.push_back(sample.right);
    if (rule.choice != Choice::majority) scores.push_back(aggregate(rule.form, sample.steps));
  }
  if (rule.choice == Choice::best) return pick_best(scores, right);
  std::vector<double> strength;
  std::vector<uint8_t> group_right;
  for (const AnswerGroup& group : answer_groups(keys, scores)) {
    strength.push_back(rule.choice == Choice::majority ? static_cast<double>(group.count) : group.score);
    group_right.push_back(right[group.first]);
  }
  return pick_best(strength, group_right);
}

}  // namespace gradus
