#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/rollout/small_batch.h"

#include "gradus/reward/affine.h"
#include "gradus/reward/aggregate.h"
#include "gradus/reward/class_margin.h"
#include "gradus/reward/min_form.h"
#include "gradus/reward/normalise.h"
#include "gradus/reward/place.h"
#include "gradus/reward/pool.h"
#include "gradus/reward/shuffle.h"
#include "gradus/reward/suffix.h"

namespace gradus {
namespace {

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_normalise(out);
  register_shuffle(out);
  register_min_form(out);
  register_aggregate(out);
  register_affine(out);
  register_class_margin(out);
  register_place(out);
  register_suffix(out);
  return out;
}

std::vector<float> run(const std::string& name, Json params, RolloutBatch& batch, uint64_t seed = 1) {
  registry().make(name, params)->apply(batch, {.random = Stream(seed)});
  const auto values = batch.column("step.prm").values<float>();
  return {values.begin(), values.end()};
}

RolloutBatch batch_with(const std::vector<float>& rewards) {
  RolloutBatch batch = small_batch();
  Column& prm = batch.add_column("step.prm");
  for (size_t s = 0; s < rewards.size(); ++s) prm.set(s, rewards[s]);
  return batch;
}

TEST(Normalise, GroupPoolMatchesTheFormula) {
  RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 20, 30, 4, 5});  // group 7: 1 2 3 4 5, group 9: 10 20 30
  const std::vector<float> out = run("shape.normalise", {{"channel", "prm"}, {"epsilon", 0}}, batch);
  const double deviation = std::sqrt(10.0 / 4);
  EXPECT_FLOAT_EQ(out[0], static_cast<float>((1 - 3) / deviation));
  EXPECT_FLOAT_EQ(out[8], static_cast<float>((5 - 3) / deviation));
  EXPECT_EQ(out[1], 99.0f) << "an observed step neither counts nor changes";
  EXPECT_FLOAT_EQ(out[4], -1.0f);
  EXPECT_FLOAT_EQ(out[5], 0.0f);
  EXPECT_FLOAT_EQ(out[6], 1.0f);
}

TEST(Normalise, EqualRewardsGiveExactlyZero) {
  for (const float reward : {0.7f, 1.0f / 3, 0.1f, -1e-30f, 3e30f}) {
    for (const std::string& pool : pool_names()) {
      for (const char* centre : {"mean", "leave_one_out"}) {
        RolloutBatch batch = batch_with(std::vector<float>(9, reward));
        const std::vector<float> out =
            run("shape.normalise", {{"channel", "prm"}, {"pool", pool}, {"centre", centre}}, batch);
        for (size_t s = 0; s < out.size(); ++s) EXPECT_EQ(out[s], s == 1 ? reward : 0.0f) << pool;
      }
    }
  }
}

TEST(Normalise, MissingStaysMissingAndDoesNotCount) {
  RolloutBatch batch = batch_with({1, 2, 3, 4, 10, 20, 30, 5, 6});
  batch.column("step.prm").clear(5);
  run("shape.normalise", {{"channel", "prm"}, {"scale", "none"}}, batch);
  EXPECT_FALSE(batch.column("step.prm").valid(5));
  EXPECT_FLOAT_EQ(batch.column("step.prm")[4], -10.0f);
}

TEST(Normalise, PoolOfOneFollowsItsRule) {
  const auto alone = [](Json params) {
    RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 20, 30, 4, 6});
    params.update({{"channel", "prm"}, {"pool", "rollout"}});
    return run("shape.normalise", params, batch)[3];  // the only step of its rollout
  };
  EXPECT_EQ(alone({}), 0.0f);
  EXPECT_FLOAT_EQ(alone({{"singleton", "own"}, {"epsilon", 0.5}}), 2.0f);
  EXPECT_FLOAT_EQ(alone({{"singleton", "own"}, {"scale", "none"}}), 3.0f);
}

TEST(Normalise, LeaveOneOutAndScaleAlone) {
  RolloutBatch loo = batch_with({1, 99, 2, 3, 10, 20, 60, 4, 5});
  const auto out =
      run("shape.normalise", {{"channel", "prm"}, {"centre", "leave_one_out"}, {"scale", "none"}}, loo);
  EXPECT_FLOAT_EQ(out[0], 1 - 14.0f / 4);
  EXPECT_FLOAT_EQ(out[6], 60 - 15.0f);
  RolloutBatch scaled = batch_with({1, 99, 2, 3, 7, 7, 7, 4, 5});
  const auto only = run("shape.normalise", {{"channel", "prm"}, {"centre", "none"}, {"epsilon", 0}}, scaled);
  EXPECT_FLOAT_EQ(only[8], static_cast<float>(5 / std::sqrt(2.5)));
  EXPECT_FLOAT_EQ(only[4], 7.0f) << "a pool without spread is not divided";
}

TEST(Normalise, EqualKeysOfAGroupFormAPool) {
  RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 20, 30, 4, 5});
  Column& anchor = batch.add_column("step.anchor");
  const std::vector<double> keys{4, 4, 0, 4, 4, 0, 4, 0, 8};
  for (size_t s = 0; s < keys.size(); ++s) anchor.set(s, keys[s]);
  anchor.clear(6);
  run("shape.normalise", {{"channel", "prm"}, {"pool", "key"}, {"key", "anchor"}, {"scale", "none"}}, batch);
  const Column& out = batch.column("step.prm");
  EXPECT_FLOAT_EQ(out[0], -1.0f);  // group 7, key 4: 1 and 3
  EXPECT_FLOAT_EQ(out[3], 1.0f);
  EXPECT_FLOAT_EQ(out[2], -1.0f);  // group 7, key 0: 2 and 4
  EXPECT_FLOAT_EQ(out[4], 0.0f) << "the same key in another group";
  EXPECT_FALSE(out.valid(6)) << "no key, no pool";
  EXPECT_EQ(out[1], 99.0f);
  EXPECT_REFUSED(registry().make("shape.normalise", {{"channel", "prm"}, {"pool", "key"}}), "key");
  EXPECT_REFUSED(registry().make("shape.normalise", {{"channel", "prm"}, {"key", "anchor"}}), "key");
}

TEST(Suffix, SumsAndMinimaSkipObservationsAndMissing) {
  RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 20, 30, 4, 5});
  batch.column("step.prm").clear(5);
  batch.column("step.prm").clear(8);
  registry().make("shape.suffix", {{"channel", "prm"}, {"gamma", 0.5}, {"into", "g"}})->apply(batch, {});
  const Column& sums = batch.column("step.g");
  EXPECT_FLOAT_EQ(sums[0], 2.0f);
  EXPECT_FALSE(sums.valid(1));
  EXPECT_FLOAT_EQ(sums[4], 10 + 0.25f * 30);
  EXPECT_FLOAT_EQ(sums[5], 15.0f);
  EXPECT_FALSE(sums.valid(8)) << "nothing at or after it";
  registry().make("shape.suffix", {{"channel", "prm"}, {"form", "min"}, {"into", "g"}})->apply(batch, {});
  EXPECT_FLOAT_EQ(batch.column("step.g")[0], 1.0f);
  EXPECT_FLOAT_EQ(batch.column("step.g")[5], 30.0f);
}

TEST(Suffix, OnTokensTheMinimumRunsOverThoseThatHoldAReward) {
  RolloutBatch batch = batch_with({0.5f, 99, 0.75f, 3, -1, 20, 30, 4, 5});
  registry().make("shape.place", {{"channel", "prm"}, {"into", "r"}})->apply(batch, {});
  registry()
      .make("shape.suffix", {{"channel", "r"}, {"level", "token"}, {"form", "min"}, {"into", "g"}})
      ->apply(batch, {});
  const Column& g = batch.column("token.g");
  EXPECT_FLOAT_EQ(g[0], 0.5f);
  EXPECT_FLOAT_EQ(g[1], 0.5f);
  for (size_t t = 2; t < 5; ++t) EXPECT_FALSE(g.valid(t));
  EXPECT_FLOAT_EQ(g[5], 0.75f);
  Column& zeros = batch.column("token.r");
  for (size_t t = 0; t < batch.tokens(); ++t) {
    if (!zeros.valid(t)) zeros.set(t, 0);
  }
  registry()
      .make("shape.suffix", {{"channel", "r"}, {"level", "token"}, {"form", "min"}, {"into", "g"}})
      ->apply(batch, {});
  EXPECT_FLOAT_EQ(batch.column("token.g")[0], 0.0f) << "zeros between step ends cap it, as released";
}

TEST(Place, LastAndEvery) {
  RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 20, 30, 4, 5});
  batch.column("step.prm").clear(7);
  Column& outcome = batch.add_column("rollout.outcome");
  for (size_t r = 0; r < 4; ++r) outcome.set(r, static_cast<double>(r) + 1);
  const auto tokens = [&](const Json& params) {
    registry().make("shape.place", params)->apply(batch, {});
    std::vector<double> out;
    for (size_t t = 0; t < batch.tokens(); ++t) {
      out.push_back(batch.column("token.r").valid(t) ? batch.column("token.r")[t] : -1);
    }
    return out;
  };
  using Values = std::vector<double>;
  EXPECT_EQ(tokens({{"channel", "prm"}, {"into", "r"}}),
            (Values{-1, 1, -1, -1, -1, 2, 3, -1, 10, -1, 30, -1, 5}));
  EXPECT_EQ(tokens({{"channel", "prm"}, {"at", "every"}, {"into", "r"}}),
            (Values{1, 1, -1, -1, -1, 2, 3, 10, 10, 30, 30, -1, 5}));
  EXPECT_EQ(tokens({{"channel", "outcome"}, {"from", "rollout"}, {"into", "r"}}),
            (Values{-1, -1, -1, -1, -1, 1, 2, -1, -1, -1, 4, -1, -1}));
  EXPECT_EQ(tokens({{"channel", "outcome"}, {"from", "rollout"}, {"at", "every"}, {"into", "r"}}),
            (Values{1, 1, -1, -1, -1, 1, 2, 4, 4, 4, 4, -1, -1}));
}

TEST(Place, AllButTheLastSparesSeparators) {
  RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 20, 30, 4, 5});
  registry().make("shape.place", {{"channel", "prm"}, {"at", "but_last"}, {"into", "r"}})->apply(batch, {});
  const Column& r = batch.column("token.r");
  for (size_t t = 0; t < batch.tokens(); ++t) {
    EXPECT_EQ(r.valid(t), t == 0 || t == 7 || t == 9) << t;  // the first tokens of steps of two
  }
  EXPECT_FLOAT_EQ(r[7], 10.0f);
}

TEST(ClassMargin, IsTheDifferenceOfTheTwoProbabilities) {
  RolloutBatch batch = batch_with({1, 99, 2, 3, 10, 800, -800, 4, 5});
  Column& bad = batch.add_column("step.bad");
  for (size_t s = 0; s + 1 < batch.steps(); ++s) bad.set(s, s < 5 ? 2.5f : 0.0f);
  registry()
      .make("shape.class_margin", {{"for", "prm"}, {"against", "bad"}, {"into", "m"}})
      ->apply(batch, {});
  const Column& margin = batch.column("step.m");
  const double good = std::exp(1.0), other = std::exp(2.5);
  EXPECT_NEAR(margin[0], (good - other) / (good + other), 1e-7);
  EXPECT_FALSE(margin.valid(1)) << "observed";
  EXPECT_FLOAT_EQ(margin[5], 1.0f) << "far apart without overflow";
  EXPECT_FLOAT_EQ(margin[6], -1.0f);
  EXPECT_FALSE(margin.valid(8)) << "one of the logits is missing";
}

TEST(MinForm, UniformWeightsShareTheRewardsOverTheSteps) {
  RolloutBatch batch = batch_with({0.9f, 7, 0.3f, 0.5f, 1, 1, 1, 1, 1});
  batch.column("step.prm").clear(1);
  const std::vector<float> out = run("shape.min_form", {{"channel", "prm"}, {"weights", "uniform"}}, batch);
  EXPECT_FLOAT_EQ(out[0], 0.45f);
  EXPECT_FLOAT_EQ(out[2], 0.15f);
  EXPECT_FLOAT_EQ(out[3], 0.5f) << "one step is unchanged";
}

TEST(Shuffle, KeepsTheValuesOfEveryPool) {
  EXPECT_TRUE(rc::check("the multiset of every pool is kept, and nothing moves between pools", [] {
    const auto rewards = *rc::gen::container<std::vector<int>>(9, rc::gen::inRange(-50, 50));
    const std::string pool = *rc::gen::elementOf(pool_names());
    RolloutBatch batch = batch_with({rewards.begin(), rewards.end()});
    const std::vector<size_t> pools = pools_of(batch, Level::step, pool_from_name(pool));
    const std::vector<float> out =
        run("shape.shuffle", {{"channel", "prm"}, {"pool", pool}}, batch, *rc::gen::arbitrary<uint64_t>());
    std::multimap<size_t, float> before, after;
    std::multiset<std::pair<size_t, float>> left, right;
    for (size_t s = 0; s < 9; ++s) {
      left.insert({pools[s], static_cast<float>(rewards[s])});
      right.insert({pools[s], out[s]});
    }
    RC_ASSERT(left == right);
  }));
}

TEST(Shuffle, DependsOnTheStreamAlone) {
  const std::vector<float> rewards{1, 2, 3, 4, 5, 6, 7, 8, 9};
  RolloutBatch a = batch_with(rewards), b = batch_with(rewards), c = batch_with(rewards);
  const Json params{{"channel", "prm"}, {"pool", "batch"}};
  const auto first = run("shape.shuffle", params, a, 5);
  EXPECT_EQ(first, run("shape.shuffle", params, b, 5));
  EXPECT_NE(first, run("shape.shuffle", params, c, 6));
}

TEST(MinForm, SumApproachesTheMinimum) {
  RolloutBatch batch = batch_with({0.9f, 0, 0.5f, 0, 0.2f, 0.6f, 0.4f, 1, 1});
  const std::vector<float> out = run("shape.min_form", {{"channel", "prm"}, {"temperature", 0.001}}, batch);
  EXPECT_NEAR(out[4] + out[5] + out[6], 0.2, 1e-6);
  EXPECT_NEAR(out[0] + out[2], 0.5, 1e-6);
}

TEST(MinForm, MatchesTheFormulaAndSurvivesExtremes) {
  RolloutBatch batch = batch_with({1, 9, 1, 0.3f, 0.5f, -0.5f, 0.1f, -1e30f, 1e30f});
  const std::vector<float> out = run("shape.min_form", {{"channel", "prm"}}, batch);
  const double w0 = std::exp(-5.0), w1 = std::exp(5.0), w2 = std::exp(-1.0);
  EXPECT_NEAR(out[4], 0.5 * w0 / (w0 + w1 + w2), 1e-7);
  EXPECT_NEAR(out[5], -0.5 * w1 / (w0 + w1 + w2), 1e-7);
  EXPECT_FLOAT_EQ(out[3], 0.3f) << "one step is unchanged";
  EXPECT_FLOAT_EQ(out[7], -1e30f);
  EXPECT_FLOAT_EQ(out[8], 0.0f);
}

TEST(Aggregate, EveryFormAndMissing) {
  const std::vector<std::pair<std::string, float>> forms{{"sum", 1.5f},  {"mean", 0.75f}, {"min", -0.5f},
                                                         {"max", 2.0f},  {"first", 2.0f}, {"product", -1.0f},
                                                         {"last", -0.5f}};
  for (const auto& [form, wanted] : forms) {
    RolloutBatch batch = batch_with({2.0f, 99, -0.5f, 7, 1, 1, 1, 1, 1});
    batch.column("step.prm").clear(3);
    run("shape.aggregate", {{"channel", "prm"}, {"form", form}, {"into", "total"}}, batch);
    EXPECT_FLOAT_EQ(batch.column("rollout.total")[0], wanted) << form << ": the observed 99 does not count";
    EXPECT_FALSE(batch.column("rollout.total").valid(1)) << "its only step is missing";
    EXPECT_FALSE(batch.column("rollout.total").valid(2)) << "a rollout without steps";
  }
}

TEST(Affine, ScalesShiftsAndKeepsMissing) {
  RolloutBatch batch = batch_with({1, 0, 0.5f, 1, 1, 1, 1, 1, 1});
  batch.column("step.prm").clear(3);
  const std::vector<float> out =
      run("shape.affine", {{"channel", "prm"}, {"scale", 2.0}, {"shift", -1.0}}, batch);
  EXPECT_FLOAT_EQ(out[0], 1.0f);
  EXPECT_FLOAT_EQ(out[1], -1.0f);
  EXPECT_FLOAT_EQ(out[2], 0.0f);
  EXPECT_FALSE(batch.column("step.prm").valid(3));
}

}  // namespace
}  // namespace gradus
