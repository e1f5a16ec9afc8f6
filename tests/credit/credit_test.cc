#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/rollout/small_batch.h"

#include "gradus/credit/group_baseline.h"
#include "gradus/credit/step_return.h"
#include "gradus/credit/weighted_sum.h"

namespace gradus {
namespace {

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_group_baseline(out);
  register_step_return(out);
  register_weighted_sum(out);
  return out;
}

// Rewards of the five rollouts: group 7 = rollouts 0, 1, 4; group 9 = rollouts 2, 3.
RolloutBatch outcomes(const std::vector<float>& rewards) {
  RolloutBatch batch = small_batch();
  Column& outcome = batch.add_column("rollout.outcome");
  for (size_t r = 0; r < rewards.size(); ++r) outcome.set(r, rewards[r]);
  return batch;
}

const Column& credit(const std::string& name, RolloutBatch& batch) {
  registry().make(name, {{"into", "a"}})->apply(batch, {});
  return batch.column("token.a");
}

TEST(GroupBaseline, Grpo) {
  RolloutBatch batch = outcomes({1, 0, 5, 6, 0});
  const Column& a = credit("credit.grpo", batch);
  const double deviation = std::sqrt(2.0 / 3 / 2);
  EXPECT_NEAR(a[batch.first_token(0)], (1 - 1.0 / 3) / (deviation + 1e-6), 1e-6);
  EXPECT_NEAR(a[batch.first_token(1)], (0 - 1.0 / 3) / (deviation + 1e-6), 1e-6);
  EXPECT_NEAR(a[batch.first_token(3)], 0.5 / (std::sqrt(0.5) + 1e-6), 1e-6);
}

TEST(GroupBaseline, RlooDrGrpoAndReinforce) {
  RolloutBatch batch = outcomes({1, 0, 5, 6, 0.5});
  EXPECT_FLOAT_EQ(credit("credit.rloo", batch)[batch.first_token(0)], 1 - 0.25f);
  EXPECT_FLOAT_EQ(credit("credit.dr_grpo", batch)[batch.first_token(0)], 0.5f);
  EXPECT_FLOAT_EQ(credit("credit.reinforce", batch)[batch.first_token(0)], 1.0f);
}

TEST(GroupBaseline, ObservedTokensAreNeverTrained) {
  RolloutBatch batch = outcomes({1, 0, 5, 6, 0});
  const Column& a = credit("credit.grpo", batch);
  for (size_t t = 2; t < 5; ++t) EXPECT_FALSE(a.valid(t));
  EXPECT_TRUE(a.valid(0) && a.valid(1) && a.valid(5));
}

TEST(GroupBaseline, EqualRewardsGiveExactlyZeroInAllButReinforce) {
  EXPECT_TRUE(rc::check("equal rewards", [] {
    const float reward = static_cast<float>(*rc::gen::inRange(-1000000, 1000000)) / 97.0f;
    for (const char* name : {"credit.grpo", "credit.rloo", "credit.dr_grpo"}) {
      RolloutBatch batch = outcomes(std::vector<float>(5, reward));
      const Column& a = credit(name, batch);
      for (size_t t = 0; t < a.size(); ++t) RC_ASSERT(a[t] == 0.0f);
    }
  }));
}

TEST(GroupBaseline, MissingRewardIsLeftOutAndStaysMissing) {
  RolloutBatch batch = outcomes({1, 0, 5, 6, 0});
  batch.column("rollout.outcome").clear(4);
  const Column& a = credit("credit.dr_grpo", batch);
  EXPECT_FLOAT_EQ(a[0], 0.5f);
  EXPECT_FALSE(a.valid(batch.first_token(4)));
}

std::vector<float> returns(Json params, const std::vector<float>& rewards, RolloutBatch& batch) {
  Column& prm = batch.add_column("step.prm");
  for (size_t s = 0; s < rewards.size(); ++s) prm.set(s, rewards[s]);
  params["channel"] = "prm";
  params["into"] = "g";
  registry().make("credit.step_return", params)->apply(batch, {});
  const auto values = batch.column("token.g").values<float>();
  return {values.begin(), values.end()};
}

TEST(StepReturn, SumMinAndOwn) {
  // Rollout 3 has steps 4, 5, 6 with 2, 0 and 2 tokens: tokens 7..10. Rollout 0: steps 0 (act), 1 (observe),
  // 2 (answer).
  const std::vector<float> rewards{1, 100, -2, 0.5f, 3, -1, 2, 0, 0};
  RolloutBatch a = small_batch(), b = small_batch(), c = small_batch(), d = small_batch();
  const auto sum = returns({{"form", "sum"}}, rewards, a);
  EXPECT_FLOAT_EQ(sum[0], -1.0f) << "the reward on the observation does not count";
  EXPECT_FLOAT_EQ(sum[5], -2.0f);
  EXPECT_FLOAT_EQ(sum[7], 4.0f);
  EXPECT_FLOAT_EQ(sum[9], 2.0f);
  EXPECT_FALSE(a.column("token.g").valid(3));
  EXPECT_FLOAT_EQ(returns({{"form", "min"}}, rewards, b)[7], -1.0f);
  EXPECT_FLOAT_EQ(returns({{"form", "own"}}, rewards, c)[7], 3.0f);
  EXPECT_FLOAT_EQ(returns({{"form", "sum"}, {"gamma", 0.5}}, rewards, d)[7], 3.0f - 0.5f + 0.5f);
}

TEST(StepReturn, MissingRewardsAddNothing) {
  RolloutBatch batch = small_batch();
  returns({{"form", "sum"}}, {1, 0, 2}, batch);  // all later steps missing
  const Column& g = batch.column("token.g");
  EXPECT_TRUE(g.valid(0));
  for (size_t t = 6; t < g.size(); ++t) EXPECT_FALSE(g.valid(t));
}

TEST(StepReturn, AMillionTokens) {
  RolloutBatch batch;
  batch.add_rollout({.id = "long"});
  for (int s = 0; s < 100'000; ++s) {
    batch.add_step(StepKind::reason, "");
    for (int t = 0; t < 10; ++t) batch.add_token(3);
  }
  const auto g = returns({{"form", "sum"}}, std::vector<float>(100'000, 0.125f), batch);
  EXPECT_FLOAT_EQ(g[0], 12'500.0f);
  EXPECT_FLOAT_EQ(g[999'999], 0.125f);
}

TEST(WeightedSum, AddsWhatIsThere) {
  RolloutBatch batch = outcomes({1, 0, 5, 6, 0});
  credit("credit.dr_grpo", batch);
  Column& p = batch.add_column("token.p");
  p.set(0, 2.0f);
  registry().make("credit.sum", {{"from", {"a", "p"}}, {"weights", {1.0, 0.5}}})->apply(batch, {});
  const Column& sum = batch.column("token.advantage");
  EXPECT_FLOAT_EQ(sum[0], 2.0f / 3 + 1.0f);
  EXPECT_FLOAT_EQ(sum[1], 2.0f / 3);
  EXPECT_FALSE(sum.valid(3)) << "observed";
}

TEST(WeightedSum, AddsAtAnyLevel) {
  RolloutBatch batch = outcomes({1, 0, 5, 6});
  batch.add_column("rollout.p").set(1, 2.0);
  registry()
      .make("credit.sum",
            {{"level", "rollout"}, {"from", {"outcome", "p"}}, {"weights", {1.0, 0.5}}, {"into", "total"}})
      ->apply(batch, {});
  const Column& sum = batch.column("rollout.total");
  EXPECT_FLOAT_EQ(sum[0], 1.0f);
  EXPECT_FLOAT_EQ(sum[1], 1.0f);
  EXPECT_FALSE(sum.valid(4)) << "missing in both";
}

TEST(WeightedSum, RefusesZeroAndWrongCounts) {
  EXPECT_REFUSED(registry().make("credit.sum", {{"from", {"a"}}, {"weights", {0.0}}}), "weights");
  EXPECT_REFUSED(registry().make("credit.sum", {{"from", {"a", "b"}}, {"weights", {1.0}}}), "weights");
}

}  // namespace
}  // namespace gradus
