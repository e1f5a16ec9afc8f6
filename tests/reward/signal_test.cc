// Operators that make, rescale and pick out reward signals.
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/rollout/small_batch.h"

#include "gradus/reward/aggregate.h"
#include "gradus/reward/agreement.h"
#include "gradus/reward/executed.h"
#include "gradus/reward/fill.h"
#include "gradus/reward/log_ratio.h"
#include "gradus/reward/normalise.h"
#include "gradus/reward/rescale.h"
#include "gradus/reward/shift.h"
#include "gradus/reward/suffix.h"
#include "gradus/reward/top.h"
#include "gradus/reward/transform.h"

namespace gradus {
namespace {

void run(const std::string& name, const Json& params, RolloutBatch& batch) {
  OperatorRegistry registry("operator");
  register_aggregate(registry);
  register_agreement(registry);
  register_executed(registry);
  register_fill(registry);
  register_log_ratio(registry);
  register_normalise(registry);
  register_rescale(registry);
  register_shift(registry);
  register_suffix(registry);
  register_top(registry);
  register_transform(registry);
  registry.make(name, params)->apply(batch, {});
}

// Steps of small_batch(): rollout 0: 0, 1 (observed), 2; rollout 1: 3; rollout 2: none; rollout 3: 4, 5 (no
// tokens), 6; rollout 4: 7, 8. Tokens: 0 1 | 2 3 4 observed | 5; 6; 7 8 | 9 10; 11 | 12.
RolloutBatch with(const std::string& column, const std::vector<double>& values) {
  RolloutBatch batch = small_batch();
  batch.set_precision(Precision::full);
  Column& out = batch.add_column(column);
  for (size_t i = 0; i < values.size(); ++i) out.set(i, values[i]);
  return batch;
}

const std::vector<double> kSteps{1, 100, 3, 5, 2, 4, 6, 7, 9};

TEST(Rescale, MinMaxLeavesObservedStepsOut) {
  RolloutBatch batch = with("step.x", kSteps);
  run("shape.rescale", {{"channel", "x"}, {"epsilon", 0}, {"into", "y"}}, batch);
  const Column& y = batch.column("step.y");
  EXPECT_FALSE(y.valid(1)) << "observed";
  EXPECT_DOUBLE_EQ(y[0], 0.0);
  EXPECT_DOUBLE_EQ(y[8], 1.0);
  EXPECT_DOUBLE_EQ(y[3], 0.5);
}

TEST(Rescale, PoolsAndSecondSmallest) {
  RolloutBatch batch = with("step.x", kSteps);
  run("shape.rescale", {{"channel", "x"}, {"pool", "rollout"}, {"epsilon", 0}, {"into", "y"}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("step.y")[5], 0.5);
  EXPECT_FALSE(batch.column("step.y").valid(3)) << "a lone value has no place in its range";
  run("shape.rescale", {{"channel", "x"}, {"low", "second"}, {"epsilon", 0}, {"into", "z"}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("step.z")[4], 0.0);
  EXPECT_DOUBLE_EQ(batch.column("step.z")[0], -1.0 / 7);
}

TEST(Rescale, EqualValuesAreZeroWithAnEpsilon) {
  RolloutBatch batch = with("step.x", std::vector<double>(9, 0.7));
  run("shape.rescale", {{"channel", "x"}, {"into", "y"}}, batch);
  for (const size_t s : {0u, 2u, 8u}) EXPECT_EQ(batch.column("step.y")[s], 0.0);
}

TEST(Rescale, MeanBecomesOne) {
  EXPECT_TRUE(rc::check("the mean over the batch is 1", [] {
    std::vector<double> values;
    for (const int v : *rc::gen::container<std::vector<int>>(9, rc::gen::inRange(1, 1000))) {
      values.push_back(v / 7.0);
    }
    RolloutBatch batch = with("step.x", values);
    run("shape.rescale", {{"channel", "x"}, {"form", "mean"}, {"epsilon", 0}, {"into", "x"}}, batch);
    double sum = 0;
    for (const size_t s : {0, 2, 3, 4, 5, 6, 7, 8}) sum += batch.column("step.x")[s];
    RC_ASSERT(std::abs(sum / 8 - 1) < 1e-12);
  }));
}

TEST(Rescale, LargestReturnBecomesOne) {
  RolloutBatch batch = with("token.x", {1, -4, 50, 50, 50, 1, 0.5, -1, -1, -1, -2, 0, 0});
  run("shape.rescale",
      {{"channel", "x"}, {"level", "token"}, {"form", "largest_return"}, {"epsilon", 0}, {"into", "y"}},
      batch);
  const Column& y = batch.column("token.y");
  EXPECT_DOUBLE_EQ(y[0], 0.2) << "returns: -2 -3 1; 0.5; -5 -4 -3 -2; 0 0";
  EXPECT_DOUBLE_EQ(y[10], -0.4);
  EXPECT_FALSE(y.valid(3));
  EXPECT_REFUSED(
      run("shape.rescale",
          {{"channel", "x"}, {"level", "rollout"}, {"form", "largest_return"}, {"into", "y"}}, batch),
      "level");
}

TEST(Transform, ExpAndPower) {
  RolloutBatch batch = with("step.x", {-1, 2, 0.5});
  run("shape.transform", {{"channel", "x"}, {"rate", -2.0}, {"into", "e"}}, batch);
  run("shape.transform", {{"channel", "x"}, {"form", "power"}, {"rate", 0.5}, {"into", "p"}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("step.e")[0], std::exp(2.0));
  EXPECT_DOUBLE_EQ(batch.column("step.p")[2], std::sqrt(0.5));
  EXPECT_FALSE(batch.column("step.p").valid(0)) << "no root of a negative number";
  EXPECT_FALSE(batch.column("step.e").valid(1)) << "observed";
  EXPECT_FALSE(batch.column("step.e").valid(3)) << "missing";
}

TEST(Shift, LooksAheadOverObservedSteps) {
  RolloutBatch batch = with("step.x", kSteps);
  run("shape.shift", {{"channel", "x"}, {"into", "next"}}, batch);
  run("shape.shift", {{"channel", "x"}, {"by", -1}, {"into", "before"}}, batch);
  run("shape.shift", {{"channel", "x"}, {"by", 5}, {"into", "far"}}, batch);
  const Column& next = batch.column("step.next");
  const Column& before = batch.column("step.before");
  EXPECT_DOUBLE_EQ(next[0], 3.0);
  EXPECT_DOUBLE_EQ(next[4], 4.0);
  EXPECT_DOUBLE_EQ(before[2], 1.0);
  for (const size_t s : {1, 2, 3, 6, 8}) EXPECT_FALSE(next.valid(s)) << s;
  for (const size_t s : {0, 1, 3, 4, 7}) EXPECT_FALSE(before.valid(s)) << s;
  EXPECT_EQ(batch.column("step.far").missing(), 9u);
}

TEST(Fill, FillsTrainedPlacesAlone) {
  RolloutBatch batch = with("step.x", {1});
  run("shape.fill", {{"channel", "x"}, {"value", 0.25}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("step.x")[0], 1.0);
  EXPECT_DOUBLE_EQ(batch.column("step.x")[8], 0.25);
  EXPECT_EQ(batch.column("step.x").missing(), 1u) << "the observed step";
}

TEST(Top, KeepsTheLargestOrBothEnds) {
  RolloutBatch batch = with("token.x", {3, 1, 9, 9, 9, 2, 1, -5, 2, 2, -1, 1, 1});
  RolloutBatch both = batch;
  run("shape.top", {{"channel", "x"}, {"k", 2}}, batch);
  const Column& x = batch.column("token.x");
  EXPECT_DOUBLE_EQ(x[0], 3.0);
  EXPECT_DOUBLE_EQ(x[1], 0.0);
  EXPECT_DOUBLE_EQ(x[5], 2.0);
  EXPECT_DOUBLE_EQ(x[6], 1.0) << "fewer than k values: left as they are";
  EXPECT_DOUBLE_EQ(x[7], 0.0);
  run("shape.top", {{"channel", "x"}, {"k", 3}, {"sides", "both"}}, both);
  const Column& y = both.column("token.x");
  EXPECT_EQ((std::vector<double>{y[7], y[8], y[9], y[10]}), (std::vector<double>{-5, 2, 0, 0}))
      << "of equal values the earlier one is kept";
}

TEST(LogRatio, OfTrainedTokens) {
  RolloutBatch batch = with("token.p", {-1, -2, -3, -3, -3, -4, -1});
  Column& q = batch.add_column("token.q");
  for (size_t t = 0; t < 6; ++t) q.set(t, -2.0);
  run("reward.log_ratio", {{"policy", "p"}, {"reference", "q"}, {"beta", 0.5}, {"into", "r"}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("token.r")[0], 0.5);
  EXPECT_DOUBLE_EQ(batch.column("token.r")[5], -1.0);
  EXPECT_FALSE(batch.column("token.r").valid(3)) << "observed";
  EXPECT_FALSE(batch.column("token.r").valid(6)) << "no reference";
}

TEST(LogRatio, TelescopesFromStepsToTheRollout) {
  EXPECT_TRUE(rc::check("the steps' sums add up to the rollout's", [] {
    std::vector<double> values;
    for (const int v : *rc::gen::container<std::vector<int>>(13, rc::gen::inRange(-999, 999))) {
      values.push_back(v / 64.0);
    }
    RolloutBatch batch = with("token.p", values);
    batch.add_column("token.q");
    run("shape.fill", {{"channel", "q"}, {"level", "token"}, {"value", -0.5}}, batch);
    run("reward.log_ratio", {{"policy", "p"}, {"reference", "q"}, {"into", "r"}}, batch);
    run("shape.aggregate", {{"channel", "r"}, {"level", "token"}, {"to", "step"}, {"into", "r"}}, batch);
    run("shape.aggregate", {{"channel", "r"}, {"level", "token"}, {"into", "r"}}, batch);
    run("shape.aggregate", {{"channel", "r"}, {"into", "of_steps"}}, batch);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      RC_ASSERT(batch.column("rollout.r").valid(r) == (r != 2));
      RC_ASSERT(batch.column("rollout.r")[r] == batch.column("rollout.of_steps")[r]);
    }
    RC_ASSERT(!batch.column("step.r").valid(1));
    RC_ASSERT(!batch.column("step.r").valid(5));
  }));
}

TEST(Agreement, PairsAndSigns) {
  // Group 7: rollouts 0, 1, 4; group 9: rollouts 2, 3.
  RolloutBatch batch = with("rollout.score", {2, -1, 5, 5, 0});
  Column& outcome = batch.add_column("rollout.outcome");
  for (const auto& [r, value] : {std::pair(0, 1.0), {1, 0.0}, {2, 1.0}, {3, 0.0}, {4, 0.5}}) {
    outcome.set(static_cast<size_t>(r), value);
  }
  run("reward.agreement", {{"score", "score"}, {"into", "pairs"}}, batch);
  run("reward.agreement", {{"score", "score"}, {"form", "sign"}, {"into", "sign"}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("rollout.pairs")[0], 1.0);
  EXPECT_DOUBLE_EQ(batch.column("rollout.pairs")[2], 0.5) << "equal scores count half";
  EXPECT_DOUBLE_EQ(batch.column("rollout.sign")[0], 1.0);
  EXPECT_DOUBLE_EQ(batch.column("rollout.sign")[3], 0.0);
  EXPECT_DOUBLE_EQ(batch.column("rollout.sign")[4], 1.0);
  outcome.clear(0);
  run("reward.agreement", {{"score", "score"}, {"into", "pairs"}}, batch);
  EXPECT_FALSE(batch.column("rollout.pairs").valid(0));
  EXPECT_DOUBLE_EQ(batch.column("rollout.pairs")[1], 1.0);
}

TEST(Executed, ReadsWhatIsObservedAfterTheAction) {
  RolloutBatch batch;
  batch.add_rollout({.id = "r"});
  const auto step = [&](StepKind kind, const char* text) { batch.add_step(kind, text); };
  step(StepKind::act, "open drawer");
  step(StepKind::observe, "the drawer is open");
  step(StepKind::act, "eat drawer");
  step(StepKind::observe, "You try.");
  step(StepKind::observe, "Nothing happens.");
  step(StepKind::reason, "hm");
  step(StepKind::act, "stop");
  run("reward.executed", Json::object(), batch);
  const Column& executed = batch.column("step.executed");
  EXPECT_EQ(executed[0], 1.0);
  EXPECT_EQ(executed[2], 0.0);
  EXPECT_EQ(executed[6], 1.0);
  for (const size_t s : {1, 3, 4, 5}) EXPECT_FALSE(executed.valid(s));
  EXPECT_REFUSED(run("reward.executed", {{"phrase", ""}}, batch), "phrase");
}

// Token rewards of rollouts 0, 1, 4 (group 7) and 3 (alone in group 9 with an empty rollout).
RolloutBatch measured() {
  RolloutBatch batch = with("token.x", {1, 3, 50, 50, 50, 5, 2, 1, 1, 1, 9, 6, 8});
  run("shape.aggregate", {{"channel", "x"}, {"level", "token"}, {"form", "mean"}, {"into", "m"}}, batch);
  return batch;  // means: 3, 2, -, 3, 7
}

TEST(NormaliseBy, LeavesTheRolloutsOwnNumberOut) {
  RolloutBatch batch = measured();
  run("shape.normalise",
      {{"channel", "x"}, {"level", "token"}, {"by", "m"}, {"centre", "leave_one_out"}, {"scale", "none"}},
      batch);
  const Column& x = batch.column("token.x");
  EXPECT_DOUBLE_EQ(x[1], 3 - 4.5);
  EXPECT_DOUBLE_EQ(x[6], 2 - 5.0);
  EXPECT_DOUBLE_EQ(x[12], 8 - 2.5);
  EXPECT_DOUBLE_EQ(x[10], 9 - 3.0) << "nobody else: its own mean";
  EXPECT_DOUBLE_EQ(x[3], 50.0) << "observed: as it was";
}

TEST(NormaliseBy, VariantsAndSingletons) {
  const Json base{{"channel", "x"}, {"level", "token"}, {"by", "m"}, {"epsilon", 0}};
  const auto token = [&](Json params, size_t t) {
    params.update(base);
    RolloutBatch batch = measured();
    run("shape.normalise", params, batch);
    return batch.column("token.x")[t];
  };
  const Json loo{{"centre", "leave_one_out"}, {"scale", "none"}, {"variant", "released"}};
  EXPECT_DOUBLE_EQ(token(loo, 1), (3 - 4.0) * 3 / 2);
  EXPECT_DOUBLE_EQ(token({{"scale", "std"}}, 12), (8 - 4) / std::sqrt(7.0));
  EXPECT_DOUBLE_EQ(token({{"scale", "std"}}, 10), 6.0) << "a deviation of 1 for a pool of one";
  EXPECT_DOUBLE_EQ(token({{"singleton", "own"}}, 10), 9.0);
}

TEST(NormaliseBy, EqualNumbersAreNotDivided) {
  RolloutBatch batch = with("token.x", {0.1, 5, 0, 0, 0, 1, 0.1, 0, 0, 0, 0, 0.1, 2});
  run("shape.aggregate", {{"channel", "x"}, {"level", "token"}, {"form", "first"}, {"into", "m"}}, batch);
  for (const char* centre : {"mean", "leave_one_out"}) {
    RolloutBatch one = batch;
    run("shape.normalise", {{"channel", "x"}, {"level", "token"}, {"by", "m"}, {"centre", centre}}, one);
    EXPECT_EQ(one.column("token.x")[0], 0.0);
    EXPECT_EQ(one.column("token.x")[6], 0.0);
    EXPECT_DOUBLE_EQ(one.column("token.x")[12], 1.9);
  }
  run("shape.normalise", {{"channel", "x"}, {"level", "token"}, {"by", "m"}, {"variant", "released"}}, batch);
  EXPECT_DOUBLE_EQ(batch.column("token.x")[12], 1.9 / 1e-6);
}

TEST(NormaliseBy, RefusesWhatHasNoMeaning) {
  RolloutBatch batch = measured();
  EXPECT_REFUSED(run("shape.normalise", {{"channel", "x"}, {"variant", "released"}}, batch), "variant");
  EXPECT_REFUSED(
      run("shape.normalise", {{"channel", "x"}, {"by", "m"}, {"pool", "key"}, {"key", "k"}}, batch), "by");
}

TEST(SuffixCarry, MultipliesWhatIsHandedBack) {
  RolloutBatch batch = with("step.x", {1, 0, 2, 3, 4, 5, 6, 7, 8});
  Column& carry = batch.add_column("step.c");
  carry.set(5, 0.0);
  carry.set(8, 0.5);
  run("shape.suffix", {{"channel", "x"}, {"carry", "c"}, {"into", "g"}}, batch);
  const Column& g = batch.column("step.g");
  EXPECT_DOUBLE_EQ(g[0], 3.0) << "1 where the carry is missing";
  EXPECT_DOUBLE_EQ(g[4], 4.0);
  EXPECT_DOUBLE_EQ(g[5], 11.0);
  EXPECT_DOUBLE_EQ(g[7], 11.0);
  EXPECT_REFUSED(
      run("shape.suffix", {{"channel", "x"}, {"form", "min"}, {"carry", "c"}, {"into", "g"}}, batch),
      "carry");
}

}  // namespace
}  // namespace gradus
