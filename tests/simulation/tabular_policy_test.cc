#include "gradus/simulation/tabular_policy.h"

#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/simulation/training.h"

namespace gradus {
namespace {

TEST(TabularPolicy, SamplesItsProbabilities) {
  TabularPolicy policy(2, 3);
  policy.logits(1)[2] = std::log(4.0);
  const std::vector<double> p = policy.probabilities(1);
  EXPECT_NEAR(p[2], 4.0 / 6, 1e-12);
  Stream random(5);
  double hits = 0;
  for (int i = 0; i < 20000; ++i) hits += policy.sample(1, random) == 2;
  EXPECT_NEAR(hits / 20000, 4.0 / 6, 0.015);
  EXPECT_EQ(policy.likeliest(1), 2u);
  EXPECT_EQ(policy.likeliest(0), 0u);
}

// The gradient is that of (1/R) sum_t A_t log pi(a_t | s_t): finite differences say the same.
TEST(TabularPolicy, GradientIsThatOfTheWeightedLogLikelihood) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    TabularPolicy policy(3, 4);
    for (size_t s = 0; s < 3; ++s) {
      for (double& x : policy.logits(s)) x = random.normal();
    }
    std::vector<Episode> episodes(2);
    for (Episode& episode : episodes) {
      for (int k = 0; k < 3; ++k) {
        const auto state = static_cast<int>(random.below(3));
        episode.turns.push_back({.state = state,
                                 .action = random.below(4),
                                 .values = {},
                                 .kind = StepKind::act,
                                 .tokens = 1 + random.below(2),
                                 .text = ""});
      }
    }
    RolloutBatch batch = batch_of(episodes, {});
    Column& advantage = batch.add_column("token.advantage");
    for (size_t t = 0; t < batch.tokens(); ++t) {
      if (random.chance(0.8)) advantage.set(t, random.normal());
    }
    const auto objective = [&](const TabularPolicy& at) {
      double sum = 0;
      for (size_t t = 0; t < batch.tokens(); ++t) {
        const Column& state = batch.column("token.state");
        if (!state.valid(t) || !advantage.valid(t)) continue;
        const auto action = static_cast<size_t>(batch.column("token.action")[t]);
        sum += advantage[t] * std::log(at.probabilities(static_cast<size_t>(state[t]))[action]);
      }
      return sum / 2;
    };
    const std::vector<double> slope = policy.gradient(batch, "token.advantage");
    for (size_t i = 0; i < slope.size(); ++i) {
      TabularPolicy up = policy, down = policy;
      up.logits(i / 4)[i % 4] += 1e-5;
      down.logits(i / 4)[i % 4] -= 1e-5;
      RC_ASSERT(std::abs((objective(up) - objective(down)) / 2e-5 - slope[i]) < 1e-6);
    }
  }));
}

TEST(Episodes, MissingValuesAndTurnsWithoutDecision) {
  Episode episode{.group = 4, .turns = {}, .values = {kMissing}};
  episode.turns.push_back(
      {.state = 1, .action = 2, .values = {0.5}, .kind = StepKind::act, .tokens = 3, .text = ""});
  episode.turns.push_back({.state = kNoDecision,
                           .action = 0,
                           .values = {kMissing},
                           .kind = StepKind::answer,
                           .tokens = 1,
                           .text = ""});
  const RolloutBatch batch = batch_of({episode}, {.rollout = {"outcome"}, .step = {"prm"}});
  EXPECT_EQ(batch.group(0), 4);
  EXPECT_EQ(batch.tokens(), 4u);
  EXPECT_FALSE(batch.column("rollout.outcome").valid(0));
  EXPECT_EQ(batch.column("step.prm")[0], 0.5);
  EXPECT_FALSE(batch.column("step.prm").valid(1));
  EXPECT_EQ(batch.column("token.state").missing(), 3u) << "one decision, on the first token of its turn";
  EXPECT_EQ(batch.column("token.action")[0], 2);
}

}  // namespace
}  // namespace gradus
