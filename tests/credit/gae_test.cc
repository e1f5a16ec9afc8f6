// credit.gae against numbers worked out by hand and against its definition on random batches.
#include "gradus/credit/gae.h"

#include <cmath>
#include <gtest/gtest.h>

#include "tests/refused.h"
#include "tests/reward/operator_run.h"
#include "tests/rollout/small_batch.h"

#include "gradus/base/random.h"

namespace gradus {
namespace {

const double kMissing = std::nan("");

void run(RolloutBatch& batch, const Json& params, int threads = 1) {
  static const OperatorRegistry registry = [] {
    OperatorRegistry out("operator");
    register_gae(out);
    return out;
  }();
  registry.make("credit.gae", params)->apply(batch, {.threads = threads});
}

// Trained tokens of small_batch: 0, 1, 5 | 6 | none | 7, 8, 9, 10 | 11, 12.
RolloutBatch with_rewards() {
  RolloutBatch batch = small_batch();
  put(batch, "token.reward", {1, 0, 100, 100, 100, 2, 3, 0, 0, 4, 0, 1, 1});
  put(batch, "token.value", {4, 2, 100, 100, 100, 8, 1, 2, 0, 4, 8, 0, 2});
  return batch;
}

TEST(Gae, HandWorked) {
  RolloutBatch batch = with_rewards();
  run(batch, {{"gamma", 0.5}, {"lambda", 0.25}, {"whiten", false}});
  // Deltas r + v'/2 - v, the value behind the last being 0; then A = delta + A'/8, past what is observed.
  const double a5 = 2 - 8, a1 = 0 + 4 - 2 + a5 / 8, a0 = 1 + 1 - 4 + a1 / 8;
  const double a10 = -8, a9 = 4 + 4 - 4 + a10 / 8, a8 = 0 + 2 - 0 + a9 / 8, a7 = 0 + 0 - 2 + a8 / 8;
  const double a12 = 1 - 2, a11 = 1 + 1 - 0 + a12 / 8;
  EXPECT_TRUE(same(values_of(batch.column("token.advantage")),
                   {a0, a1, kMissing, kMissing, kMissing, a5, 2, a7, a8, a9, a10, a11, a12}));
  EXPECT_TRUE(same(
      values_of(batch.column("token.return")),
      {a0 + 4, a1 + 2, kMissing, kMissing, kMissing, a5 + 8, 3, a7 + 2, a8, a9 + 4, a10 + 8, a11, a12 + 2}));
}

TEST(Gae, WithoutDiscountTheReturnIsTheSumOfRewards) {
  RolloutBatch batch = with_rewards();
  run(batch, {{"whiten", false}, {"into", "a"}, {"returns", "g"}});
  EXPECT_TRUE(
      same(values_of(batch.column("token.g")), {3, 2, kMissing, kMissing, kMissing, 2, 3, 4, 4, 4, 0, 2, 1}));
  EXPECT_TRUE(same(values_of(batch.column("token.a")),
                   {-1, 0, kMissing, kMissing, kMissing, -6, 2, 2, 4, 0, -8, 2, -1}));
}

TEST(Gae, WithLambdaZeroTheAdvantageIsOneStepDeep) {
  RolloutBatch batch = with_rewards();
  run(batch, {{"gamma", 0.5}, {"lambda", 0}, {"whiten", false}});
  EXPECT_TRUE(same(values_of(batch.column("token.advantage")),
                   {-2, 2, kMissing, kMissing, kMissing, -6, 2, -2, 2, 4, -8, 2, -1}));
}

TEST(Gae, WhitenedOverTheTrainedTokensOfTheBatch) {
  RolloutBatch plain = with_rewards(), whitened = with_rewards();
  run(plain, {{"gamma", 0.5}, {"lambda", 0.25}, {"whiten", false}});
  run(whitened, {{"gamma", 0.5}, {"lambda", 0.25}});
  std::vector<double> raw, got;
  for (const double a : values_of(plain.column("token.advantage"))) {
    if (!std::isnan(a)) raw.push_back(a);
  }
  for (const double a : values_of(whitened.column("token.advantage"))) {
    if (!std::isnan(a)) got.push_back(a);
  }
  ASSERT_EQ(got.size(), 10u);
  double mean = 0, squares = 0;
  for (const double a : raw) mean += a / 10;
  for (const double a : raw) squares += (a - mean) * (a - mean);
  for (size_t i = 0; i < raw.size(); ++i) {
    EXPECT_NEAR(got[i], (raw[i] - mean) / std::sqrt(squares / 9), 1e-6) << i;
  }
  EXPECT_EQ(values_of(whitened.column("token.return"))[0], values_of(plain.column("token.return"))[0])
      << "targets of the value function are never whitened";
}

TEST(Gae, EqualAdvantagesBecomeZero) {
  RolloutBatch batch = one_rollout(2);
  put(batch, "token.reward", {0, 0.7});
  put(batch, "token.value", {0, 0});
  run(batch, Json::object());
  EXPECT_TRUE(same(values_of(batch.column("token.advantage")), {0, 0}));
}

// The definition, for every number of rollouts around the width in which several go side by side.
TEST(Gae, TheDefinitionOnRandomBatches) {
  for (size_t rollouts = 1; rollouts <= 9; ++rollouts) {
    Stream stream = Stream(7).child(static_cast<uint64_t>(rollouts));
    RolloutBatch batch;
    batch.set_precision(Precision::full);
    std::vector<std::vector<std::pair<double, double>>> rows(rollouts);  // reward, value
    std::vector<double> rewards, values;
    for (auto& row : rows) {
      batch.add_rollout({.id = "r", .group = 0, .task = "t", .prompt = "p"});
      batch.add_step(StepKind::act, "s");
      for (uint64_t t = stream.below(6); t > 0; --t) {
        batch.add_token(3);
        row.emplace_back(stream.normal(), stream.normal());
        rewards.push_back(row.back().first);
        values.push_back(row.back().second);
      }
    }
    put(batch, "token.reward", rewards);
    put(batch, "token.value", values);
    const double gamma = 0.9, lambda = 0.7;
    std::vector<double> want;
    for (const auto& row : rows) {
      for (size_t t = 0; t < row.size(); ++t) {
        double sum = 0;
        for (size_t k = t; k < row.size(); ++k) {
          const double next = k + 1 < row.size() ? row[k + 1].second : 0;
          sum += std::pow(gamma * lambda, static_cast<double>(k - t)) *
                 (row[k].first + gamma * next - row[k].second);
        }
        want.push_back(sum);
      }
    }
    run(batch, {{"gamma", gamma}, {"lambda", lambda}, {"whiten", false}});
    EXPECT_TRUE(same(values_of(batch.column("token.advantage")), want, 1e-12)) << rollouts << " rollouts";
  }
}

// So many tokens that threads are used.
TEST(Gae, ThreadsChangeNoNumber) {
  const auto advantages = [](int threads) {
    RolloutBatch batch;
    batch.set_precision(Precision::full);
    Stream stream(3);
    std::vector<double> rewards, values;
    for (size_t r = 0; r < 270; ++r) {
      batch.add_rollout({.id = "r", .group = 0, .task = "t", .prompt = "p"});
      batch.add_step(StepKind::act, "s");
      for (size_t t = 0; t < 1000 - r; ++t) batch.add_token(3);
    }
    for (size_t t = 0; t < batch.tokens(); ++t) {
      rewards.push_back(stream.uniform());
      values.push_back(stream.uniform());
    }
    put(batch, "token.reward", rewards);
    put(batch, "token.value", values);
    run(batch, {{"gamma", 0.9}, {"lambda", 0.7}}, threads);
    return values_of(batch.column("token.advantage"));
  };
  EXPECT_EQ(advantages(1), advantages(3));
}

TEST(Gae, ARewardMayHaveAnotherPrecisionThanTheValues) {
  RolloutBatch batch = one_rollout(2);
  batch.set_precision(Precision::single);
  Column& reward = batch.add_column("token.reward");
  reward.set(0, 0.5);
  reward.set(1, 2);
  put(batch, "token.value", {1, 3});
  run(batch, {{"whiten", false}});
  EXPECT_TRUE(same(values_of(batch.column("token.advantage")), {1.5, -1}));
}

TEST(Gae, RefusesWhatItCannotCompute) {
  RolloutBatch missing = with_rewards();
  missing.column("token.value").clear(8);
  EXPECT_REFUSED(run(missing, Json::object()), "token.value");
  RolloutBatch observed = with_rewards();
  observed.column("token.value").clear(3);
  EXPECT_NO_THROW(run(observed, Json::object()));
  RolloutBatch huge = with_rewards();
  put(huge, "token.reward", std::vector<double>(13, 1e308));
  EXPECT_REFUSED(run(huge, Json::object()), "token.advantage");
}

// As in verl, whose masked_whiten raises there.
TEST(Gae, ASingleTrainedTokenIsNotWhitened) {
  RolloutBatch alone = one_rollout(1);
  put(alone, "token.reward", {3});
  put(alone, "token.value", {1});
  EXPECT_REFUSED(run(alone, Json::object()), "");
  run(alone, {{"whiten", false}});
  EXPECT_EQ(alone.column("token.advantage")[0], 2);
  EXPECT_EQ(alone.column("token.return")[0], 3);
}

}  // namespace
}  // namespace gradus
