// Golden functions that train scorers of rollouts on outcomes: prime, oprl (iStar), spa_rl.
#include <algorithm>
#include <map>
#include <numeric>

#include "gradus/learn/score_loss.h"
#include "gradus/verify/dense.h"
#include "gradus/verify/golden.h"
#include "gradus/verify/methods.h"

namespace gradus {

namespace {

double masked_sum(const std::vector<double>& values, const std::vector<double>& mask) {
  if (values.size() != mask.size()) throw Error::input("a row and its mask are not of one length");
  return std::inner_product(values.begin(), values.end(), mask.begin(), 0.0);
}

// Scores of rows: beta * sum of q over the mask; an empty row has 0.
std::vector<double> scores_of(const Json& in) {
  const Matrix q = matrix_of(in.at("q")), mask = matrix_of(in.at("mask"));
  const double beta = golden_number(in.at("beta"));
  std::vector<double> out;
  for (size_t r = 0; r < q.size(); ++r) out.push_back(beta * masked_sum(q[r], mask.at(r)));
  return out;
}

// Every trained token of a row has beta times the slope of its score.
Json spread(const std::vector<double>& slopes, const Json& in) {
  Matrix out = matrix_of(in.at("mask"));
  const double beta = golden_number(in.at("beta"));
  for (size_t r = 0; r < out.size(); ++r) {
    for (double& value : out[r]) value *= beta * slopes.at(r);
  }
  return out;
}

Verified prime_cross_entropy(const Json& in, const Verifying&) {
  RolloutBatch batch = ragged_batch(std::vector<std::vector<size_t>>(in.at("acc").size()),
                                    std::vector<int64_t>(in.at("acc").size(), 0));
  put_column(batch, "rollout.score", scores_of(in));
  put_column(batch, "rollout.outcome", numbers_of(in.at("acc")));
  run_operator(batch, "loss.scores", {{"rule", "cross_entropy"}});
  const std::vector<double> losses = numbers_of(list_of(batch.column("rollout.score_loss")));
  const std::vector<double> slopes = numbers_of(list_of(batch.column("rollout.score_loss_slope")));
  return {{{"loss", std::accumulate(losses.begin(), losses.end(), 0.0)}, {"grad_q", spread(slopes, in)}}};
}

Verified prime_contrast(const Json& in, const Verifying&) {
  Matrix group_scores = matrix_of(in.at("group_Q_sums"));
  const Matrix group_outcomes = matrix_of(in.at("group_acc"));
  std::vector<ContrastGroup> groups;
  for (size_t r = 0; r < group_scores.size(); ++r) {
    for (double& score : group_scores[r]) score *= golden_number(in.at("beta"));
    groups.push_back({group_scores[r], group_outcomes.at(r)});
  }
  const std::string mode = in.at("bon_mode").get<std::string>();
  const BestOf best_of = mode == "bon_acc"  ? BestOf::outcome
                         : mode == "bon_rm" ? BestOf::score
                                            : BestOf::none;
  const ScoreLoss loss =
      contrast(scores_of(in), numbers_of(in.at("acc")), groups, best_of, Precision::single);
  return {{{"loss", loss.loss()}, {"grad_q", spread(loss.slope, in)}}};
}

// A row is one step; a trajectory's score is the mean over its active rows.
Verified oprl_pairs(const Json& in, const Verifying&) {
  const std::vector<double> row_scores =
      scores_of({{"q", in.at("q_logratio")}, {"mask", in.at("mask")}, {"beta", in.at("beta")}});
  std::vector<Json> keys;
  std::vector<std::vector<size_t>> rows, lengths;
  Json groups = Json::array();
  for (size_t row = 0; row < row_scores.size(); ++row) {
    if (!in.at("active").at(row).get<bool>()) continue;
    const Json key{in.at("group").at(row), in.at("trajectory").at(row)};
    const size_t at = static_cast<size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
    if (at == keys.size()) {
      keys.push_back(key);
      groups.push_back(in.at("group").at(row));
      rows.emplace_back();
      lengths.emplace_back();
    }
    rows[at].push_back(row);
    lengths[at].push_back(0);
  }
  RolloutBatch batch = ragged_batch(lengths, group_ids(groups, groups.size()));
  std::vector<double> scores, outcomes;
  for (const std::vector<size_t>& own : rows) {
    for (const size_t row : own) scores.push_back(row_scores[row]);
    outcomes.push_back(golden_number(in.at("trajectory_reward").at(own.front())));
  }
  put_column(batch, "step.score", scores);
  put_column(batch, "rollout.outcome", outcomes);
  run_operator(batch, "shape.aggregate", {{"channel", "score"}, {"form", "mean"}, {"into", "score"}});
  run_operator(batch, "loss.scores", {{"rule", "group_pairs"}});
  const std::vector<double> losses = numbers_of(list_of(batch.column("rollout.score_loss")));
  const std::vector<double> slopes = numbers_of(list_of(batch.column("rollout.score_loss_slope")));
  std::vector<double> row_slopes(row_scores.size(), 0.0);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const size_t row : rows[i]) row_slopes[row] = slopes[i] / static_cast<double>(rows[i].size());
  }
  return {{{"loss", std::accumulate(losses.begin(), losses.end(), 0.0)}, {"grad_q", spread(row_slopes, in)}}};
}

// A linear head read at the last token of every action.
Verified spa_estimator(const Json& in, const Verifying&) {
  const std::vector<double> weight = numbers_of(in.at("weight"));
  const double bias = numbers_of(in.at("bias")).at(0);
  const DenseBatch dense(in.at("action_mask"), nullptr);
  std::vector<double> values;
  std::vector<size_t> offsets{0};
  Json turns = Json::array();
  for (size_t r = 0; r < dense.batch.rollouts(); ++r) {
    Json own = Json::array();
    for (size_t s = dense.batch.step_begin(r); s < dense.batch.step_end(r); ++s) {
      if (dense.batch.kind(s) == StepKind::observe) continue;
      const std::vector<double> features =
          numbers_of(in.at("features").at(r).at(dense.batch.token_end(s) - 1 - dense.batch.first_token(r)));
      values.push_back(bias + masked_sum(features, weight));
      own.push_back(values.back());
    }
    offsets.push_back(values.size());
    turns.push_back(std::move(own));
  }
  const SumLoss loss = squared_sums(values, offsets, numbers_of(in.at("labels")));
  return {{{"predictions", loss.sums}, {"mse", loss.loss}, {"turn_values", turns}}};
}

}  // namespace

void verify_score_losses(Adapters& adapters) {
  adapters.add("prime", "compute_ce_dpo_loss_rm", prime_cross_entropy);
  adapters.add("prime", "compute_detach_dpo_loss_rm", prime_contrast);
  adapters.add("oprl", "compute_eto_loss_rm", oprl_pairs);
  adapters.add("spa_rl", "prm_model.forward", spa_estimator);
}

}  // namespace gradus
