// credit.gae over what is not trained on: observed tokens, missing rewards, numbers that do not
// fit.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <optional>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/reward/operator_run.h"

#include "gradus/base/random.h"
#include "gradus/credit/gae.h"

namespace gradus {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Token {
  double reward, value;
  bool trained;
};

struct Wanted {
  std::vector<double> advantage, returns;  // NaN where not trained
};

// delta = r + gamma V' - V;  A = delta + gamma lambda A'
Wanted recursion(const std::vector<Token>& tokens, double gamma, double lambda) {
  Wanted out{std::vector<double>(tokens.size(), std::nan("")),
             std::vector<double>(tokens.size(), std::nan(""))};
  double next_value = 0, next_advantage = 0;
  for (size_t t = tokens.size(); t-- > 0;) {
    if (!tokens[t].trained) continue;
    const double delta = tokens[t].reward + gamma * next_value - tokens[t].value;
    next_advantage = delta + gamma * lambda * next_advantage;
    next_value = tokens[t].value;
    out.advantage[t] = next_advantage;
    out.returns[t] = next_advantage + tokens[t].value;
  }
  return out;
}

// One rollout per list; a run of tokens that are not trained is an observed step.
RolloutBatch batch_of(const std::vector<std::vector<Token>>& rollouts) {
  RolloutBatch batch;
  std::vector<double> rewards, values;
  for (const auto& tokens : rollouts) {
    batch.add_rollout({.id = std::to_string(batch.rollouts()), .group = 0, .task = "t", .prompt = "p"});
    for (size_t t = 0; t < tokens.size(); ++t) {
      if (t == 0 || tokens[t].trained != tokens[t - 1].trained) {
        batch.add_step(tokens[t].trained ? StepKind::act : StepKind::observe, "s");
      }
      batch.add_token(1);
      rewards.push_back(tokens[t].reward);
      values.push_back(tokens[t].value);
    }
  }
  put(batch, "token.reward", rewards);
  put(batch, "token.value", values);
  batch.column("token.reward").clear_observed(batch);
  batch.column("token.value").clear_observed(batch);
  return batch;
}

void run(RolloutBatch& batch, const Json& params, int threads = 1) {
  OperatorRegistry registry("operator");
  register_gae(registry);
  registry.make("credit.gae", params)->apply(batch, {.threads = threads});
}

Json plain(double gamma, double lambda) {
  return {{"gamma", gamma}, {"lambda", lambda}, {"whiten", false}};
}

TEST(GaeOverHoles, AnObservationIsPassedOver) {
  RolloutBatch batch = batch_of({{{0, 1, true}, {9, 9, false}, {9, 9, false}, {1, 2, true}}});
  run(batch, plain(0.5, 1));
  EXPECT_TRUE(same(values_of(batch.column("token.advantage")), {-0.5, std::nan(""), std::nan(""), -1}));
  EXPECT_EQ(batch.column("token.advantage")[1], 0);
}

TEST(GaeOverHoles, EqualsTheRecursionOnRandomRollouts) {
  EXPECT_TRUE(rc::check("recursion", [] {
    Stream stream(*rc::gen::arbitrary<uint64_t>());
    std::vector<std::vector<Token>> rollouts(1 + stream.below(9));
    for (auto& tokens : rollouts) {
      tokens.resize(1 + stream.below(30));
      for (Token& token : tokens) token = {stream.normal(), stream.normal(), stream.chance(0.8)};
    }
    rollouts.front().assign(2, {0.5, 0.25, true});
    const double gamma = stream.uniform(), lambda = stream.uniform();
    RolloutBatch batch = batch_of(rollouts);
    run(batch, plain(gamma, lambda), 1 + static_cast<int>(stream.below(3)));
    std::vector<double> advantages, returns;
    for (const auto& tokens : rollouts) {
      const Wanted wanted = recursion(tokens, gamma, lambda);
      advantages.insert(advantages.end(), wanted.advantage.begin(), wanted.advantage.end());
      returns.insert(returns.end(), wanted.returns.begin(), wanted.returns.end());
    }
    RC_ASSERT(same(values_of(batch.column("token.advantage")), advantages, 1e-12));
    RC_ASSERT(same(values_of(batch.column("token.return")), returns, 1e-12));
  }));
}

// Five tokens whose third is observed: in the rollout without that token nothing is different.
TEST(GaeOverHoles, AnObservedTokenIsPassedOverAndItsMemoryNotRead) {
  const std::vector<float> rewards{0, 0, kNan, 0, 1}, values{1, 2, kNan, 3, 4};
  RolloutBatch batch(RolloutShape{.groups = {0},
                                  .step_offsets = {0, 3},
                                  .token_offsets = {0, 2, 3, 5},
                                  .kinds = {StepKind::act, StepKind::observe, StepKind::act}});
  const auto owner = std::make_shared<int>(0);
  for (const auto& [name, from] : {std::pair("token.reward", &rewards), std::pair("token.value", &values)}) {
    batch.put_column(name, Column(Level::token, std::span<const float>(*from), {}, owner))
        .clear_observed(batch);
  }
  run(batch, plain(0.5, 0.5));
  RolloutBatch without = batch_of({{{0, 1, true}, {0, 2, true}, {0, 3, true}, {1, 4, true}}});
  run(without, plain(0.5, 0.5));
  std::vector<double> wanted = values_of(without.column("token.advantage"));
  wanted.insert(wanted.begin() + 2, std::nan(""));
  EXPECT_TRUE(same(values_of(batch.column("token.advantage")), wanted));
  EXPECT_EQ(batch.column("token.advantage")[2], 0);
  EXPECT_EQ(batch.column("token.return")[2], 0);
}

TEST(GaeOverHoles, AMissingRewardAddsNothingWhateverStandsThere) {
  const std::vector<float> rewards{99, kNan, 2}, values{1, 1, 1};
  RolloutBatch batch(RolloutShape{{0}, {0, 2}, {0, 1, 3}, {StepKind::observe, StepKind::act}});
  const auto owner = std::make_shared<int>(0);
  Column& reward =
      batch.put_column("token.reward", Column(Level::token, std::span<const float>(rewards), {}, owner));
  reward.clear_observed(batch);
  reward.clear(1);
  batch.put_column("token.value", Column(Level::token, std::span<const float>(values), {}, owner));
  run(batch, plain(1, 1));
  EXPECT_TRUE(same(values_of(batch.column("token.return")), {std::nan(""), 2, 2}));
}

TEST(GaeOverHoles, WhatDoesNotFitIsAnErrorInEitherColumn) {
  for (const auto& [reward, value] : {std::pair(3e38f, -3e38f), std::pair(0.0f, 3e38f)}) {
    const std::vector<float> rewards{reward, reward}, values{value, -value};
    RolloutBatch batch(RolloutShape{{0}, {0, 1}, {0, 2}, {StepKind::act}});
    const auto owner = std::make_shared<int>(0);
    batch.put_column("token.reward", Column(Level::token, std::span<const float>(rewards), {}, owner));
    batch.put_column("token.value", Column(Level::token, std::span<const float>(values), {}, owner));
    EXPECT_REFUSED(run(batch, plain(1, 0)), "token.advantage") << reward << " " << value;
  }
}

TEST(GaeOverHoles, ATrainedTokenWithoutAValueIsRefused) {
  RolloutBatch batch = batch_of({{{0, 1, true}, {0, 1, true}}});
  batch.column("token.value").clear(1);
  EXPECT_REFUSED(run(batch, plain(1, 1)), "token.value");
}

}  // namespace
}  // namespace gradus
