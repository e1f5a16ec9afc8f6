#include "gradus/eval/plain_words.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

constexpr int64_t kSeeds = 6, kEnd = 10;

std::vector<MetricSpec> plain_metrics() {
  return {
      {.id = "pass", .label = "pass rate", .axis = "outcome", .evaluator = "tests"},
      {.id = "lint", .label = "lint", .axis = "process-style", .higher_is_better = false, .evaluator = "a"},
      {.id = "tidy", .label = "tidy", .axis = "process-style", .higher_is_better = false, .evaluator = "b"},
      {.id = "depth", .label = "depth", .axis = "process-style", .evaluator = "c"}};
}

AnalysisPlan plain_plan() {
  const EvaluatorUse tests{"tests", {}}, lint{"a", {}};
  AnalysisPlan out{.baseline = "outcome", .primary = "tidy", .constraint = "pass", .margin = 0.02};
  out.draws = 200;
  out.arms = {
      {"outcome", "Outcome", {tests}}, {"process", "Process", {tests, lint}}, {"only", "Only", {lint}}};
  return out;
}

void add(EvalTable& table, const std::string& arm, int64_t update, const std::vector<float>& values) {
  for (int64_t seed = 0; seed < kSeeds; ++seed) {
    for (int task = 0; task < 4; ++task) {
      // Alternating, so that the mean over seeds is the number given.
      const float off = arm == "outcome" ? 0.0f : seed % 2 == 0 ? 0.01f : -0.01f;
      EvalEntry entry{.passed = true, .values = {}};
      for (const float value : values) entry.values.emplace_back(value + off);
      table.add({arm, update, seed, "t" + std::to_string(task) + "s" + std::to_string(seed), 0}, entry);
    }
  }
}

EvalTable plain_table() {
  EvalTable table(plain_metrics());
  add(table, kBaseArm, 0, {0.6f, 0.4f, 0.3f, 0.5f});
  add(table, "outcome", kEnd, {0.8f, 0.4f, 0.3f, 0.5f});
  add(table, "process", kEnd, {0.8f, 0.1f, 0.3f, 0.7f});
  add(table, "only", kEnd, {0.2f, 0.1f, 0.3f, 0.5f});
  for (int64_t seed = 0; seed < kSeeds; ++seed) {
    table.add_cost({"outcome", kEnd, seed}, {16000, 5000});
    table.add_cost({"process", kEnd, seed}, {16000, 4400});
  }
  return table;
}

PlainWords words_of(const std::string& arm, const AnalysisPlan& plan = plain_plan(),
                    const EvalTable& table = plain_table()) {
  const Findings findings{
      .rows = compare_arms(table, plan, kEnd), .curves = learning_curves(table, plan), .goodhart = {}};
  for (const PlainWords& words : plain_words(plan, table.metrics(), findings)) {
    if (words.arm == arm) return words;
  }
  ADD_FAILURE() << "no words about " << arm;
  return {};
}

std::string text(const PlainChange& change) {
  return fmt::format("{}", fmt::join(change.parts, "; "));
}

TEST(PlainWords, WhatWasPaidWhatWasNotAndTheCost) {
  const PlainWords words = words_of("process");
  EXPECT_EQ(words.paid_for, "pass rate + lint");
  EXPECT_EQ(words.paid.metric, "lint");
  EXPECT_EQ(text(words.paid),
            "lint: from 0.400 to 0.100; Outcome ends at 0.400; difference -0.300 [-0.311, -0.289], better");
  EXPECT_EQ(words.not_paid.metric, "tidy");
  EXPECT_EQ(
      text(words.not_paid),
      "tidy: from 0.300 to 0.300; Outcome ends at 0.300; difference +0.000 [-0.011, +0.011], no difference "
      "shown");
  EXPECT_EQ(words.cost.metric, "pass");
  EXPECT_EQ(
      text(words.cost),
      "pass rate: from 0.600 to 0.800; Outcome ends at 0.800; difference +0.000 [-0.011, +0.011], no loss of "
      "0.02 or more; 12 % fewer tokens in training");
}

TEST(PlainWords, TheBaselineIsComparedWithNobody) {
  const PlainWords words = words_of("outcome");
  EXPECT_EQ(words.paid_for, "pass rate");
  EXPECT_EQ(text(words.paid), "pass rate: from 0.600 to 0.800");
  EXPECT_EQ(text(words.not_paid), "tidy: from 0.300 to 0.300");
  EXPECT_EQ(words.cost.metric, "");
  EXPECT_EQ(text(words.cost), "nothing: the other arms are compared with this one");
}

TEST(PlainWords, AnArmThatIsNotPaidForTheOutcome) {
  const PlainWords words = words_of("only");
  EXPECT_EQ(words.paid_for, "lint");
  EXPECT_EQ(
      text(words.cost),
      "pass rate: from 0.600 to 0.200; Outcome ends at 0.800; difference -0.600 [-0.611, -0.589], worse")
      << "tokens that were not counted are not said";
}

TEST(PlainWords, ShownIsWhatTheRewardExplainsBest) {
  AnalysisPlan plan = plain_plan();
  plan.arms[1].explained = {{"lint", {.r2 = 0.7, .auc = {}, .units = 900}},
                            {"depth", {.r2 = 0.9, .auc = {}, .units = 900}}};
  const PlainWords words = words_of("process", plan);
  EXPECT_EQ(words.paid_for, "pass rate + depth (1 more metric sees this)");
  EXPECT_EQ(words.paid.metric, "depth");
}

TEST(PlainWords, WhatCouldNotBeMeasuredIsNotCalledUnpaid) {
  AnalysisPlan plan = plain_plan();
  plan.arms[1].explained = {{"tidy", {.r2 = 0.9, .auc = {}, .units = 900}},
                            {"depth", {.r2 = {}, .auc = {}, .units = 3}}};
  const PlainWords words = words_of("process", plan);
  EXPECT_EQ(words.not_paid.metric, "");
  EXPECT_EQ(text(words.not_paid), "nothing that is measured here");
  plan.arms[1].explained["depth"] = {.r2 = 0.1, .auc = {}, .units = 900};
  EXPECT_EQ(words_of("process", plan).not_paid.metric, "depth") << "the primary metric is paid: another one";
}

TEST(PlainWords, WhatTheRewardSeesInPartIsSaid) {
  AnalysisPlan plan = plain_plan();
  plan.arms[1].explained["tidy"] = {.r2 = 0.384, .auc = {}, .units = 900};
  const std::string said = text(words_of("process", plan).not_paid);
  EXPECT_TRUE(said.ends_with("no difference shown; but the reward sees part of it: R2 0.38, on 900 values"))
      << said;
  plan.arms[1].explained["tidy"] = {.r2 = 0.05, .auc = 0.9, .units = 900};
  EXPECT_NE(text(words_of("process", plan).not_paid).find("R2 0.05, AUC 0.90"), std::string::npos);
  plan.arms[1].explained["tidy"] = {.r2 = 0.05, .auc = 0.6, .units = 900};
  EXPECT_EQ(text(words_of("process", plan).not_paid).find("part of it"), std::string::npos);
}

TEST(PlainWords, WhatTheBaselineIsPaidForIsNoEvidence) {
  AnalysisPlan plan = plain_plan();
  plan.arms[0].paid.push_back({"b", {}});
  EXPECT_EQ(words_of("process", plan).not_paid.metric, "depth");
  EXPECT_EQ(words_of("outcome", plan).paid_for, "pass rate + tidy");
}

}  // namespace
}  // namespace gradus
