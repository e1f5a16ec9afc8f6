#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "tests/refused.h"

#include "gradus/eval/curves.h"
#include "gradus/eval/metrics.h"
#include "gradus/eval/neutrality.h"
#include "gradus/eval/pareto.h"

namespace gradus {
namespace {

TEST(Roles, FromEvaluatorsAndComponents) {
  const MetricSpec metric{
      .id = "m", .axis = "process-style", .evaluator = "tidy", .components = {"clang", "rules-b"}};
  const auto role = [&](std::vector<EvaluatorUse> paid) { return role_by_structure(metric, paid); };
  EXPECT_EQ(role({}), Role::held_out);
  EXPECT_EQ(role({{"other", {"tests"}}}), Role::held_out);
  EXPECT_EQ(role({{"other", {"clang"}}}), Role::proximal);
  EXPECT_EQ(role({{"other", {"tidy"}}}), Role::proximal);  // the metric's evaluator is a part of the reward
  EXPECT_EQ(role({{"rules-b", {}}}), Role::proximal);      // the reward is a part of the metric
  EXPECT_EQ(role({{"other", {"clang"}}, {"tidy", {}}}), Role::optimised);
  EXPECT_EQ(role({{"tidy", {}}, {"other", {"clang"}}}), Role::optimised);
}

TEST(Roles, AFunctionOfAPaidJudgementIsOptimised) {
  const MetricSpec trace{.id = "m",
                         .axis = "process-style",
                         .evaluator = "trace",
                         .components = {"s"},
                         .function_of = {"status", "length"}};
  EXPECT_EQ(role_by_structure(trace, std::vector<EvaluatorUse>{{"status", {}}}), Role::optimised);
  EXPECT_EQ(role_by_structure(trace, std::vector<EvaluatorUse>{{"length", {"length"}}}), Role::optimised);
  EXPECT_EQ(role_by_structure(trace, std::vector<EvaluatorUse>{{"s", {}}}), Role::proximal);
  EXPECT_EQ(role_by_structure(trace, std::vector<EvaluatorUse>{{"other", {"status"}}}), Role::held_out);
}

TEST(Roles, WhatThePaidChannelsExplainIsTheSameConstruct) {
  const MetricSpec metric{.id = "m", .axis = "process-style", .evaluator = "tidy", .components = {"clang"}};
  const auto role = [&](std::vector<EvaluatorUse> paid, Explained explained) {
    return role_of(metric,
                   {.id = "a", .label = "A", .paid = std::move(paid), .explained = {{"m", explained}}});
  };
  EXPECT_EQ(role({}, {.r2 = 0.49, .auc = 0.94, .units = 500}), Role::held_out);
  EXPECT_EQ(role({}, {.r2 = 0.51, .auc = std::nullopt, .units = 500}), Role::same_construct);
  EXPECT_EQ(role({}, {.r2 = 0.2, .auc = 0.96, .units = 500}), Role::same_construct);
  EXPECT_EQ(role({{"other", {"clang"}}}, {.r2 = 0.9, .auc = std::nullopt, .units = 500}),
            Role::same_construct);
  EXPECT_EQ(role({{"tidy", {}}}, {.r2 = 0.9, .auc = std::nullopt, .units = 500}), Role::optimised);
  EXPECT_EQ(role({{"other", {"clang"}}}, {}), Role::proximal);  // not measurable: structure decides
  EXPECT_EQ(role_of(metric, {.id = "a"}), Role::held_out);
}

EvalTable one_metric_table() {
  return EvalTable({{.id = "m", .label = "m", .axis = "process-style", .column = "step.m"}});
}

TEST(Table, ASeedHasABasePolicyOfItsOwnUnlessSaid) {
  EvalTable table = one_metric_table();
  EXPECT_EQ(table.base_of(3), 3);
  table.set_base(3, 1);
  EXPECT_EQ(table.base_of(3), 1);
}

TEST(Table, RefusesDuplicatesAndMisplacedBasePolicies) {
  EvalTable table = one_metric_table();
  table.add({"a", 1, 0, "t", 0}, {.values = {1.0f}});
  EXPECT_REFUSED(table.add({"a", 1, 0, "t", 0}, {.values = {1.0f}}), "");
  EXPECT_REFUSED(table.add({"a", 0, 0, "t", 0}, {.values = {1.0f}}), "update");
  EXPECT_REFUSED(table.add({"base", 1, 0, "t", 0}, {.values = {1.0f}}), "update");
  EXPECT_REFUSED(table.metric_index("n"), "metric");
  EXPECT_EQ(table.size(), 1u);
}

TEST(Table, NotANumberIsMissing) {
  EvalTable table = one_metric_table();
  table.add({"a", 1, 0, "t", 0}, {.values = {std::numeric_limits<float>::quiet_NaN()}});
  table.add({"a", 1, 0, "t", 1}, {.values = {std::numeric_limits<float>::infinity()}});
  for (const auto& [key, entry] : table.slice("a", 1)) EXPECT_FALSE(entry.values[0]);
}

TEST(Table, SlicesAndCosts) {
  EvalTable table = one_metric_table();
  for (const int64_t update : {5, 1, 3}) table.add({"a", update, -2, "t", 0}, {.values = {1.0f}});
  table.add({"ab", 3, 0, "t", 0}, {.values = {2.0f}});
  EXPECT_EQ(table.updates("a"), (std::vector<int64_t>{1, 3, 5}));
  EXPECT_EQ(std::distance(table.slice("a", 3).begin(), table.slice("a", 3).end()), 1);
  EXPECT_TRUE(table.slice("a", 2).empty());
  EXPECT_FALSE(table.mean_cost("a", 1));
  table.add_cost({"a", 1, 0}, {10, 100});
  table.add_cost({"a", 1, 1}, {20, 300});
  EXPECT_DOUBLE_EQ(table.mean_cost("a", 1)->tokens, 200);
}

RolloutBatch judged_batch() {
  RolloutBatch batch;
  for (const int64_t task : {0, 0, 1}) {
    batch.add_rollout({.id = std::to_string(task), .group = task, .task = "in one writing"});
    batch.add_step(StepKind::act, "a;");
    batch.add_step(StepKind::act, "b;");
  }
  Column& necessary = batch.add_column("step.m");
  necessary.set(0, 1.0f);
  necessary.set(1, 0.0f);
  necessary.set(2, 1.0f);  // step 3 and the steps of the last rollout stay missing
  Column& pass = batch.add_column("rollout.pass");
  pass.set(0, 1.0f);
  pass.set(1, 0.0f);
  return batch;
}

TEST(Metrics, MeansOverValidStepsAndKeepsMissing) {
  EvalTable table = one_metric_table();
  RecordedRun recorded;
  recorded.run.arm = "a";
  recorded.run.update = 1;
  recorded.run.seed = 7;
  recorded.pass_column = "rollout.pass";
  recorded.style_column = "step.m";
  const std::vector<Task> tasks = {{.id = "one", .twin = "x"}, {.id = "two", .twin = "y"}};
  record_metrics(judged_batch(), tasks, recorded, table);
  std::vector<EvalEntry> entries;
  for (const auto& [key, entry] : table.slice("a", 1)) {
    EXPECT_EQ(key.seed, 7);
    EXPECT_EQ(key.task, entries.size() < 2 ? "x" : "y");
    entries.push_back(entry);
  }
  ASSERT_EQ(entries.size(), 3u);  // x/0, x/1, y/0
  EXPECT_EQ(entries[0].values[0], 0.5f);
  EXPECT_EQ(entries[1].values[0], 1.0f);
  EXPECT_FALSE(entries[2].values[0]);
  EXPECT_EQ(entries[0].passed, true);
  EXPECT_EQ(entries[1].passed, false);
  EXPECT_FALSE(entries[2].passed);  // an unknown outcome is not "wrong"
  EXPECT_EQ(entries[0].sloppy, true);
  EXPECT_FALSE(entries[2].sloppy);
}

TEST(Metrics, RefusesTokenColumns) {
  RolloutBatch batch = judged_batch();
  batch.add_column("token.logprob");
  EXPECT_REFUSED(metric_values(batch, {.id = "m", .column = "token.logprob"}), "metrics.m.column");
  EXPECT_REFUSED(metric_values(batch, {.id = "m", .column = "rollout.absent"}), "");
}

void add_base(EvalTable& table, int64_t seed, int task, int sample, bool passed, bool sloppy) {
  table.add({"base", 0, seed, "t" + std::to_string(task), sample},
            {.passed = passed, .sloppy = sloppy, .values = {std::nullopt}});
}

TEST(Neutrality, ByHand) {
  EvalTable table = one_metric_table();
  EXPECT_FALSE(neutrality(table, {}));
  for (int64_t seed = 0; seed < 3; ++seed) {
    for (int task = 0; task < 20; ++task) {
      add_base(table, seed, task, 0, task % 2 == 0, true);            // sloppy: half pass
      add_base(table, seed, task, 1, (task + seed) % 4 != 0, false);  // clean: three quarters pass
    }
  }
  table.add({"base", 0, 0, "t0", 2},
            {.sloppy = true, .values = {std::nullopt}});  // unknown outcome: left out
  const Neutrality found = *neutrality(table, {});
  EXPECT_DOUBLE_EQ(found.pass_sloppy, 0.5);
  EXPECT_DOUBLE_EQ(found.pass_clean, 0.75);
  EXPECT_DOUBLE_EQ(found.difference, -0.25);
  EXPECT_EQ(found.rollouts_sloppy, 60);
  EXPECT_EQ(found.rollouts_clean, 60);
  EXPECT_LT(found.interval->low, -0.25);  // the tasks are shared
  EXPECT_GT(found.interval->high, -0.25);
  for (int64_t seed = 0; seed < 3; ++seed) table.set_base(seed, 0);
  EXPECT_FALSE(neutrality(table, {})->interval) << "one base policy";
}

TEST(Pareto, DominanceNeedsNonInferiorityAndOneGain) {
  EXPECT_TRUE(dominates({-0.02, -0.005, 0.01}, {0.1, 0.12, 0.01}));
  EXPECT_FALSE(dominates({-0.02, -0.015, 0.01}, {0.1, 0.12, 0.01}));   // inferior on x
  EXPECT_FALSE(dominates({-0.005, -0.003, 0.01}, {-0.004, 0, 0.01}));  // nothing gained
}

TEST(Pareto, HypervolumeByHand) {
  // Boxes 4x1, 2x2 and 1x3 over the origin: 4 + 2 + 1; a dominated point adds nothing.
  EXPECT_DOUBLE_EQ(hypervolume({{1, 3}, {4, 1}, {2, 2}, {1.5, 1.5}}, {0, 0}), 7.0);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 1}}, {1, 0}), 0.0);
  EXPECT_DOUBLE_EQ(hypervolume({}, {0, 0}), 0.0);
}

Curve curve(std::vector<std::pair<int64_t, double>> points) {
  Curve out;
  for (const auto& [update, mean] : points) out.points.push_back({.update = update, .mean = mean});
  out.rise = Interval{0.1, 0.2};
  return out;
}

TEST(Curves, TimeToQuality) {
  const Curve baseline = curve({{0, 0.1}, {20, 0.3}, {100, 0.5}});
  const auto sooner = time_to_quality(baseline, curve({{0, 0.1}, {20, 0.6}, {100, 0.7}}), true);
  ASSERT_TRUE(sooner);
  EXPECT_DOUBLE_EQ(sooner->factor, 5.0);
  EXPECT_FALSE(time_to_quality(baseline, curve({{0, 0.1}, {20, 0.2}, {100, 0.4}}), true));  // never there
  EXPECT_FALSE(time_to_quality(baseline, baseline, true));                                  // not sooner
  EXPECT_FALSE(time_to_quality(curve({{0, 0.5}, {100, 0.5}}), curve({{0, 0.5}, {20, 0.9}}), true));
  // What the baseline's curve does by chance is no place to be at sooner.
  Curve flat = baseline;
  flat.rise = Interval{-0.1, 0.2};
  EXPECT_FALSE(time_to_quality(flat, curve({{0, 0.1}, {20, 0.6}, {100, 0.7}}), true));
  flat.rise.reset();
  EXPECT_FALSE(time_to_quality(flat, curve({{0, 0.1}, {20, 0.6}, {100, 0.7}}), true)) << "one seed";
  const Curve falling = curve({{0, 0.9}, {20, 0.7}, {40, 0.5}});
  EXPECT_DOUBLE_EQ(time_to_quality(falling, curve({{0, 0.9}, {10, 0.4}}), false)->factor, 4.0);
}

}  // namespace
}  // namespace gradus
