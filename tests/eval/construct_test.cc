#include "gradus/eval/construct.h"

#include <cmath>
#include <gtest/gtest.h>

#include "gradus/eval/regression_tree.h"

namespace gradus {
namespace {

const std::vector<MetricSpec> kMetrics = {
    {.id = "necessary", .axis = "process-correctness", .column = "step.necessary"},
    {.id = "size", .axis = "cost", .column = "rollout.size"}};

// Rollouts of four steps; `judge` fills step.flag and step.necessary of a step.
struct World {
  RolloutBatch batch;
  World(size_t rollouts, uint64_t key, double agreement) {
    Stream stream(key);
    for (size_t r = 0; r < rollouts; ++r) {
      batch.add_rollout({.group = static_cast<int64_t>(r / 4), .task = "t" + std::to_string(r / 4)});
      for (int s = 0; s < 4; ++s) {
        batch.add_step(StepKind::act, "x");
        batch.add_token(3);
      }
    }
    Column& flag = batch.add_column("step.flag", {.estimates = "style"});
    Column& necessary = batch.add_column("step.necessary", {.estimates = "correctness"});
    Column& size = batch.add_column("rollout.size", {.estimates = "cost"});
    for (size_t s = 0; s < batch.steps(); ++s) {
      const bool flagged = stream.chance(0.3);
      flag.set(s, flagged ? 1 : 0);
      necessary.set(s, stream.chance(agreement) ? !flagged : stream.chance(0.7));
    }
    for (size_t r = 0; r < rollouts; ++r) size.set(r, stream.normal());
  }
  Explained explained(const std::string& metric) const {
    RewardView view;
    view.add({{"step.flag", batch.column("step.flag")}}, batch, kMetrics);
    return view.explained(metric, {"step.flag"});
  }
};

TEST(Construct, TheRewardTurnedRoundIsTheSameConstruct) {
  const Explained exact = World(200, 1, 1.0).explained("necessary");
  EXPECT_NEAR(*exact.r2, 1.0, 1e-9);
  EXPECT_NEAR(*exact.auc, 1.0, 1e-9);
  EXPECT_TRUE(same_construct(exact));
  EXPECT_TRUE(same_construct(World(200, 2, 0.95).explained("necessary")));
}

TEST(Construct, WhatIsUnrelatedIsNot) {
  int false_alarms = 0;
  for (uint64_t key = 0; key < 40; ++key) {
    const Explained none = World(100, key, 0.0).explained("necessary");
    ASSERT_TRUE(none.r2);
    EXPECT_LT(*none.r2, 0.1);
    false_alarms += same_construct(none) ? 1 : 0;
  }
  EXPECT_EQ(false_alarms, 0);
  EXPECT_LT(*World(300, 3, 0.0).explained("size").r2, 0.1);
  EXPECT_FALSE(World(300, 3, 0.0).explained("size").auc);  // not 0 or 1
}

TEST(Construct, HalfTheAgreementIsAQuarterOfTheVariance) {
  const Explained half = World(3000, 4, 0.5).explained("necessary");
  EXPECT_NEAR(*half.r2, 0.25, 0.04);
  EXPECT_FALSE(same_construct(half));
}

// A bend, a total and a missing value: whatever function of the channel the metric is.
TEST(Construct, AnyFunctionOfAChannelIsSeen) {
  World world(400, 5, 0.0);
  Column& size = world.batch.column("rollout.size");
  Column& flag = world.batch.column("step.flag");
  for (size_t r = 0; r < world.batch.rollouts(); ++r) {
    double total = 0;
    for (size_t s = world.batch.step_begin(r); s < world.batch.step_end(r); ++s) total += flag[s];
    size.set(r, std::abs(total - 1.5));
  }
  EXPECT_GT(*world.explained("size").r2, 0.95);
  for (size_t r = 0; r < world.batch.rollouts(); ++r) {
    const bool gone = r % 3 == 0;
    size.set(r, gone ? 1 : 0);
    for (size_t s = world.batch.step_begin(r); gone && s < world.batch.step_end(r); ++s) flag.clear(s);
  }
  EXPECT_GT(*world.explained("size").r2, 0.95);
}

TEST(Construct, SaysNothingWhereNothingCanBeSaid) {
  EXPECT_FALSE(World(20, 6, 1.0).explained("necessary").r2);  // too few
  World constant(200, 7, 1.0);
  Column& size = constant.batch.column("rollout.size");
  for (size_t r = 0; r < 200; ++r) size.set(r, 0.1);
  EXPECT_FALSE(constant.explained("size").r2);
  EXPECT_FALSE(same_construct(constant.explained("size")));
  for (size_t r = 0; r < 200; ++r) size.clear(r);
  EXPECT_EQ(constant.explained("size").units, 0u);
}

TEST(Construct, PartsJoinAndComeBackFromJson) {
  const World a(120, 8, 0.9), b(120, 9, 0.9);
  const auto view_of = [](const World& world) {
    RewardView view;
    view.add({{"step.flag", world.batch.column("step.flag")}}, world.batch, kMetrics);
    return view;
  };
  RewardView joined = view_of(a);
  joined.append(RewardView::from_json(view_of(b).json()));
  EXPECT_EQ(joined.rollouts(), 240u);
  EXPECT_EQ(joined.explained("necessary", {"step.flag"}).units, 960u);
  EXPECT_EQ(joined.json(), RewardView::from_json(joined.json()).json());
}

TEST(RegressionTree, FindsTheStep) {
  std::vector<float> x, y;
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < 200; ++i) {
    x.push_back(static_cast<float>(i));
    y.push_back(i < 70 ? 1.0f : 3.0f);
    rows.push_back(i);
  }
  const BinnedFeature bins = binned(x);
  const RegressionTree tree({&bins, 1}, y, rows, {.depth = 3, .leaf = 5});
  EXPECT_NEAR(tree.predict({&bins, 1}, 10), 1.0, 1e-6);
  EXPECT_NEAR(tree.predict({&bins, 1}, 150), 3.0, 1e-6);
  const RegressionTree stump({&bins, 1}, y, rows, {.depth = 0, .leaf = 5});
  EXPECT_NEAR(stump.predict({&bins, 1}, 10), (70 * 1.0 + 130 * 3.0) / 200, 1e-6);
}

TEST(RegressionTree, BinsKeepTheOrderAndSetMissingApart) {
  const float missing = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> few = {3, 1, missing, 2, 1};
  EXPECT_EQ(binned(few), (BinnedFeature{3, 1, 0, 2, 1}));
  std::vector<float> many;
  for (int i = 0; i < 1000; ++i) many.push_back(static_cast<float>((i * 7) % 1000));
  const BinnedFeature bins = binned(many);
  std::vector<size_t> counts(kBins + 1);
  for (size_t i = 0; i < many.size(); ++i) {
    ++counts[bins[i]];
    for (size_t j = i + 1; j < many.size(); j += 97)
      EXPECT_EQ(many[i] < many[j], bins[i] < bins[j] || (bins[i] == bins[j] && many[i] < many[j]));
  }
  EXPECT_EQ(counts[0], 0u);
  for (size_t bin = 1; bin <= kBins; ++bin)
    EXPECT_NEAR(static_cast<double>(counts[bin]), 1000.0 / kBins, 1.0);
}

}  // namespace
}  // namespace gradus
