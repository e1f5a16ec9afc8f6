#include "gradus/learn/score_loss.h"

#include <cmath>
#include <map>
#include <numeric>

#include "gradus/base/logistic.h"

namespace gradus {

namespace {

ScoreLoss sized(size_t count) {
  return {std::vector<double>(count, 0.0), std::vector<double>(count, 0.0)};
}

// Sums that differ by rounding alone count as equal.
bool not_above(double a, double b) {
  return a <= b + 1e-12 * (1 + std::abs(b));
}

double best_of_weight(const ContrastGroup& group, double score, double outcome, BestOf best_of,
                      Precision precision) {
  if (best_of == BestOf::none) return 1;
  const double n = static_cast<double>(group.scores.size());
  double below = 0;
  for (size_t j = 0; j < group.scores.size(); ++j) {
    below += best_of == BestOf::outcome ? group.outcomes[j] <= outcome : not_above(group.scores[j], score);
  }
  if (precision == Precision::full) return n * std::pow(below / n, n - 1);
  const float share = static_cast<float>(below / n), count = static_cast<float>(n);
  return static_cast<double>(count * (n == 3   ? share * share
                                      : n == 4 ? share * share * share
                                               : std::pow(share, count - 1)));
}

class ScoreLossOperator : public Operator {
 public:
  explicit ScoreLossOperator(const Params& params)
      : rule_(params.text("rule")),
        best_of_(params.text("best_of") == "outcome" ? BestOf::outcome
                 : params.text("best_of") == "score" ? BestOf::score
                                                     : BestOf::none),
        score_("rollout." + params.text("score")),
        outcome_("rollout." + params.text("outcome")),
        before_(params.text("before").empty() ? score_ : "rollout." + params.text("before")),
        into_("rollout." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column &score = batch.column(score_), &outcome = batch.column(outcome_),
                 &before = batch.column(before_);
    std::vector<size_t> rollouts;
    std::vector<double> scores, outcomes, old_scores;
    std::vector<int64_t> groups;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (!score.valid(r) || !outcome.valid(r) || !before.valid(r)) continue;
      rollouts.push_back(r);
      scores.push_back(score[r]);
      outcomes.push_back(outcome[r]);
      old_scores.push_back(before[r]);
      groups.push_back(batch.group(r));
    }
    const ScoreLoss loss = rule_ == "cross_entropy" ? cross_entropy(scores, outcomes)
                           : rule_ == "group_pairs" ? group_pairs(scores, outcomes, groups)
                                                    : contrasted(scores, outcomes, old_scores, groups);
    Column& values = batch.add_column(into_);
    Column& slopes = batch.add_column(into_ + "_slope");
    for (size_t i = 0; i < rollouts.size(); ++i) {
      values.set(rollouts[i], loss.value[i]);
      slopes.set(rollouts[i], loss.slope[i]);
    }
  }

 private:
  ScoreLoss contrasted(const std::vector<double>& scores, const std::vector<double>& outcomes,
                       const std::vector<double>& old_scores, const std::vector<int64_t>& groups) const {
    struct Members {
      std::vector<double> scores, outcomes;
    };
    std::map<int64_t, Members> members;
    for (size_t i = 0; i < scores.size(); ++i) {
      members[groups[i]].scores.push_back(old_scores[i]);
      members[groups[i]].outcomes.push_back(outcomes[i]);
    }
    std::vector<ContrastGroup> views;
    for (const int64_t group : groups) views.push_back({members[group].scores, members[group].outcomes});
    return contrast(scores, outcomes, views, best_of_);
  }

  std::string rule_;
  BestOf best_of_;
  std::string score_, outcome_, before_, into_;
};

}  // namespace

double ScoreLoss::loss() const {
  return std::accumulate(value.begin(), value.end(), 0.0);
}

ScoreLoss cross_entropy(std::span<const double> scores, std::span<const double> outcomes) {
  require(scores.size() == outcomes.size(), "an outcome for every score");
  ScoreLoss out = sized(scores.size());
  const double count = static_cast<double>(scores.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    const double o = outcomes[i], q = scores[i];
    out.value[i] = -(o * log_sigmoid(q) + (1 - o) * log_sigmoid(-q)) / count;
    out.slope[i] = (sigmoid(q) - o) / count;
  }
  return out;
}

ScoreLoss group_pairs(std::span<const double> scores, std::span<const double> outcomes,
                      std::span<const int64_t> groups) {
  require(scores.size() == outcomes.size() && scores.size() == groups.size(), "one of each per rollout");
  ScoreLoss out = sized(scores.size());
  std::map<int64_t, std::vector<size_t>> failures;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (outcomes[i] <= 0) failures[groups[i]].push_back(i);
  }
  double pairs = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (outcomes[i] <= 0) continue;
    for (const size_t j : failures[groups[i]]) {
      const double apart = scores[i] - scores[j];
      out.value[i] -= log_sigmoid(apart);
      out.slope[i] -= sigmoid(-apart);
      out.slope[j] += sigmoid(-apart);
      ++pairs;
    }
  }
  if (pairs == 0) return out;
  for (double& value : out.value) value /= pairs;
  for (double& slope : out.slope) slope /= pairs;
  return out;
}

ScoreLoss contrast(std::span<const double> scores, std::span<const double> outcomes,
                   std::span<const ContrastGroup> groups, BestOf best_of, Precision precision) {
  require(scores.size() == outcomes.size() && scores.size() == groups.size(), "one of each per rollout");
  ScoreLoss out = sized(scores.size());
  const double mean = best_of == BestOf::none ? 1 / static_cast<double>(scores.size()) : 1;
  for (size_t i = 0; i < scores.size(); ++i) {
    const double side = outcomes[i] > 0 ? 1 : -1;
    double sum = 0, count = 0;
    for (size_t j = 0; j < groups[i].scores.size(); ++j) {
      const double other = groups[i].outcomes[j];
      if (side > 0 ? other >= outcomes[i] : other <= outcomes[i]) continue;
      sum += groups[i].scores[j];
      ++count;
    }
    const double apart = side * (scores[i] - (count > 0 ? sum / count : 0));
    const double weight = mean * best_of_weight(groups[i], scores[i], outcomes[i], best_of, precision);
    out.value[i] = -weight * log_sigmoid(apart);
    out.slope[i] = -weight * side * sigmoid(-apart);
  }
  return out;
}

SumLoss squared_sums(std::span<const double> parts, std::span<const size_t> offsets,
                     std::span<const double> targets) {
  require(offsets.size() == targets.size() + 1 && offsets.back() <= parts.size(), "offsets that fit");
  SumLoss out{{}, 0, std::vector<double>(parts.size(), 0.0)};
  const double count = static_cast<double>(targets.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    double sum = 0;
    for (size_t k = offsets[i]; k < offsets[i + 1]; ++k) sum += parts[k];
    const double error = sum - targets[i];
    out.sums.push_back(sum);
    out.loss += error * error / count;
    for (size_t k = offsets[i]; k < offsets[i + 1]; ++k) out.slope[k] = 2 * error / count;
  }
  return out;
}

void register_score_loss(OperatorRegistry& registry) {
  registry.add(
      {.name = "loss.scores",
       .summary = "loss of a scorer of rollouts against their outcomes, and its slope in the score",
       .paper = "2412.01981, 2502.01456, 2509.19199",
       .params = {text_param("rule", "cross_entropy", "which loss",
                             {"cross_entropy", "group_pairs", "contrast"}),
                  text_param("score", "score", "rollout channel of the scores (log-odds)"),
                  text_param("outcome", "outcome", "rollout channel of the outcomes, 0 to 1"),
                  text_param("before", "",
                             "contrast: rollout channel of the scores before the update; "
                             "empty: the scores themselves"),
                  text_param("best_of", "none", "contrast: weigh by the density of the best of n",
                             {"none", "outcome", "score"}),
                  text_param("into", "score_loss", "rollout channel to write; INTO_slope beside it")},
       .reads = {"rollout.{score}", "rollout.{outcome}", "rollout.{before}"},
       .writes = {"rollout.{into}", "rollout.{into}_slope"},
       .scope = "batch"},
      [](const Params& params) { return std::make_unique<ScoreLossOperator>(params); });
}

}  // namespace gradus
