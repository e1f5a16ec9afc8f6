#include "gradus/learn/policy_loss.h"

#include <gtest/gtest.h>
#include <vector>

#include "tests/refused.h"

#include "gradus/learn/operators.h"
#include "gradus/learn/value_loss.h"

namespace gradus {
namespace {

// Rollout a: two trained tokens, an observed one, one more; rollout b: empty; rollout c: one token.
RolloutBatch small() {
  RolloutBatch batch;
  batch.set_precision(Precision::full);
  batch.add_rollout({.id = "a"});
  batch.add_step(StepKind::reason, "x");
  batch.add_token(1);
  batch.add_token(2);
  batch.add_step(StepKind::observe, "tool");
  batch.add_token(3);
  batch.add_step(StepKind::answer, "y");
  batch.add_token(4);
  batch.add_rollout({.id = "b"});
  batch.add_rollout({.id = "c"});
  batch.add_step(StepKind::answer, "z");
  batch.add_token(5);
  const std::vector<double> now{-1.0, -0.5, -9, -0.2, -1.5}, then{-1.2, -0.4, -1, -0.2, -1.1},
      advantage{1, 1, 50, 1, -2};
  for (const char* name : {"token.logprob", "token.old_logprob", "token.advantage", "token.ref_logprob"}) {
    batch.add_column(name);
  }
  for (size_t t = 0; t < 5; ++t) {
    batch.column("token.logprob").set(t, now[t]);
    batch.column("token.old_logprob").set(t, then[t]);
    batch.column("token.advantage").set(t, advantage[t]);
    batch.column("token.ref_logprob").set(t, -1);
  }
  return batch;
}

double run(RolloutBatch& batch, const Json& params) {
  operators().make("loss.policy", params)->apply(batch, {});
  double sum = 0;
  for (size_t t = 0; t < batch.tokens(); ++t) {
    if (batch.column("token.loss").valid(t)) sum += batch.column("token.loss")[t];
  }
  return sum;
}

TEST(PolicyLoss, ObservedTokensAndTokensWithoutAdvantageAreNotTrained) {
  RolloutBatch batch = small();
  const double loss = run(batch, {{"surrogate", "likelihood"}});
  EXPECT_NEAR(loss, (1.0 + 0.5 + 0.2 - 3.0) / 4, 1e-15);
  EXPECT_FALSE(batch.column("token.loss").valid(2));
  EXPECT_FALSE(batch.column("token.loss_slope").valid(2));
  batch.column("token.advantage").clear(4);
  EXPECT_NEAR(run(batch, {{"surrogate", "likelihood"}}), 1.7 / 3, 1e-15);
  EXPECT_FALSE(batch.column("token.loss").valid(4));
}

TEST(PolicyLoss, SlopesAreThoseOfTheSum) {
  for (const char* surrogate : {"clip", "soft_gate", "sequence_clip", "geometric_mean"}) {
    const Json params{{"surrogate", surrogate},
                      {"kl_weight", 0.3},
                      {"reference", "ref_logprob"},
                      {"clip_low", 0.15},
                      {"clip_high", 0.3}};
    RolloutBatch batch = small();
    run(batch, params);
    const Column slope = batch.column("token.loss_slope");
    for (const size_t t : {0u, 1u, 3u, 4u}) {
      RolloutBatch up = small(), down = small();
      up.column("token.logprob").set(t, up.column("token.logprob")[t] + 1e-6);
      down.column("token.logprob").set(t, down.column("token.logprob")[t] - 1e-6);
      EXPECT_NEAR(slope[t], (run(up, params) - run(down, params)) / 2e-6, 1e-7) << surrogate << " " << t;
    }
  }
}

TEST(PolicyLoss, UsualAggregationIsThatOfThePaper) {
  RolloutBatch batch = small();
  const double usual = run(batch, {{"surrogate", "sequence_clip"}});
  EXPECT_EQ(usual, run(batch, {{"surrogate", "sequence_clip"}, {"aggregation", "sequence_mean"}}));
  EXPECT_NE(usual, run(batch, {{"surrogate", "sequence_clip"}, {"aggregation", "token_mean"}}));
  const double whole = run(batch, {{"surrogate", "geometric_mean"}});  // the empty rollout counts
  EXPECT_NEAR(1.5 * whole, run(batch, {{"surrogate", "geometric_mean"}, {"aggregation", "sequence_mean"}}),
              1e-12);
}

TEST(PolicyLoss, MetricsAreMeansOverTrainedTokens) {
  RolloutBatch batch = small();
  run(batch, {{"clip_high", 0.1}});
  const PolicyMetrics metrics = policy_metrics(batch);
  EXPECT_NEAR(metrics.clip_upper, 2.0 / 4, 1e-15);  // ratios 1.22 with A > 0 and 0.67 with A < 0
  EXPECT_EQ(metrics.clip_lower, 0);
  EXPECT_NEAR(metrics.kl_old, (-0.2 + 0.1 + 0 + 0.4) / 4, 1e-12);
  EXPECT_NEAR(metrics.kl_old_abs, 0.7 / 4, 1e-12);
  RolloutBatch none;
  for (const char* name : {"token.logprob", "token.old_logprob", "token.advantage"}) none.add_column(name);
  EXPECT_EQ(run(none, Json::object()), 0);
  EXPECT_EQ(policy_metrics(none).clip_upper, 0);
}

TEST(PolicyLoss, AnImportanceOfZeroLeavesTheKlTerm) {
  RolloutBatch batch = small();
  Column& importance = batch.add_column("token.importance");
  for (size_t t = 0; t < 5; ++t) importance.set(t, t == 1);
  run(batch, {{"surrogate", "likelihood"},
              {"importance", "importance"},
              {"kl", "k2"},
              {"kl_weight", 1},
              {"reference", "ref_logprob"}});
  EXPECT_NEAR(batch.column("token.loss")[3], 0.5 * 0.8 * 0.8 / 4, 1e-12);
  EXPECT_NEAR(batch.column("token.loss")[1], (0.5 + 0.5 * 0.25) / 4, 1e-12);
  importance.set(0, -1);
  EXPECT_REFUSED(run(batch, {{"importance", "importance"}}), "token.importance");
}

TEST(PolicyLoss, WhatIsLackingOrNotFiniteIsSaid) {
  RolloutBatch batch = small();
  EXPECT_REFUSED(run(batch, {{"kl_weight", 0.1}}), "reference");  // no reference named
  EXPECT_REFUSED(run(batch, {{"aggregation", "sum_norm"}}), "norm");
  batch.column("token.old_logprob").set(4, -2000);
  EXPECT_REFUSED(run(batch, Json::object()), "token 4");
  EXPECT_NO_THROW(run(batch, {{"log_ratio_bound", 20}}));
  batch.column("token.old_logprob").clear(4);
  EXPECT_REFUSED(run(batch, {{"log_ratio_bound", 20}}), "token.old_logprob");
}

TEST(LossAggregate, DropsObservedTokensAndWeighsTheOthers) {
  RolloutBatch batch = small();
  operators()
      .make("loss.aggregate", {{"channels", {"advantage"}}, {"aggregation", "sequence_mean"}})
      ->apply(batch, {});
  const Column& column = batch.column("token.advantage");
  EXPECT_FALSE(column.valid(2));
  EXPECT_NEAR(column[0], 1.0 / 6, 1e-15);
  EXPECT_NEAR(column[4], -1, 1e-15);
}

TEST(ValueLoss, TheLargerOfThePlainAndTheClippedTerm) {
  EXPECT_EQ(value_loss(2, 0, 1, 0).value, 0.5);
  EXPECT_EQ(value_loss(2, 0, 1, 0).slope, 1);
  const ValueLoss plain = value_loss(2, 0, 0, 0.5);  // 2 from the target, clipped only 0.5
  EXPECT_EQ(plain.value, 2);
  EXPECT_EQ(plain.slope, 2);
  EXPECT_FALSE(plain.clipped);
  const ValueLoss clipped = value_loss(2, 0, 2, 0.5);  // on the target, but moved further than allowed
  EXPECT_EQ(clipped.value, 0.5 * 1.5 * 1.5);
  EXPECT_EQ(clipped.slope, 0);
  EXPECT_TRUE(clipped.clipped);
}

}  // namespace
}  // namespace gradus
