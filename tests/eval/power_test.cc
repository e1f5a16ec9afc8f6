// Power against published tables and against simulated studies; and when a study that is looked at may stop.
#include "gradus/eval/power.h"

#include <cmath>
#include <gtest/gtest.h>

#include "gradus/eval/anytime.h"
#include "gradus/eval/stopping.h"

namespace gradus {
namespace {

// The paired t test, two-sided 5 %, power 80 %: effects of 0.2, 0.5 and 0.8 sd need 199, 34 and 15 pairs
// (Cohen 1988, table 2.4.1; G*Power 3.1).
TEST(Power, AgreesWithTables) {
  EXPECT_EQ(seeds_for_effect({.between = 1}, 0.2), 199u);
  EXPECT_EQ(seeds_for_effect({.between = 1}, 0.5), 34u);
  EXPECT_EQ(seeds_for_effect({.between = 1}, 0.8), 15u);
  EXPECT_NEAR(detection_chance({.between = 1}, 34, 0.5), 0.808, 0.001);
  EXPECT_NEAR(*smallest_effect({.between = 1}, 34), 0.4948, 0.001);
}

TEST(Power, WithoutAnEffectItIsTheLevel) {
  EXPECT_NEAR(detection_chance({.between = 1}, 10, 0), 0.05, 1e-6);
  EXPECT_NEAR(non_inferiority_chance({.between = 1}, 10, 0), 0.05, 1e-6);
  EXPECT_NEAR(detection_chance({.between = 1}, 2, 0), 0.05, 1e-4);
}

TEST(Power, AgreesWithSimulatedStudies) {
  constexpr int kStudies = 4000;
  constexpr double kSpread = 0.03, kMargin = 0.02;
  int seen = 0, shown = 0;
  for (int trial = 0; trial < kStudies; ++trial) {
    Stream stream = Stream(51).child(static_cast<uint64_t>(trial));
    PairedStudy study;
    for (int64_t seed = 0; seed < 10; ++seed) {
      study.bases.push_back(seed);
      study.seeds.push_back({{.task = static_cast<size_t>(seed),
                              .arm = kSpread * stream.normal(),
                              .has_arm = 1,
                              .has_baseline = 1}});
    }
    const Effect found = *effect_of(study, Looks::one);
    shown += found.lower_bound > -kMargin;
    seen += found.low + kMargin > 0 || found.high + kMargin < 0;  // were the effect as large as the margin
  }
  EXPECT_NEAR(static_cast<double>(seen) / kStudies, detection_chance({.between = kSpread}, 10, kMargin),
              0.03);
  EXPECT_NEAR(static_cast<double>(shown) / kStudies,
              non_inferiority_chance({.between = kSpread}, 10, kMargin), 0.03);
}

TEST(Power, WhatTasksShareMoreSeedsDoNotMend) {
  EXPECT_FALSE(seeds_for_effect({.between = 0.01, .shared = 0.05}, 0.02));
  EXPECT_TRUE(seeds_for_effect({.between = 0.01}, 0.02));
  EXPECT_FALSE(smallest_effect({.between = 1}, 1));
  EXPECT_EQ(smallest_effect({}, 3), 0.0);
}

std::vector<MetricSpec> metrics() {
  return {{.id = "pass", .label = "pass rate", .axis = "outcome", .evaluator = "tests"},
          {.id = "need", .label = "necessity", .axis = "process-correctness", .evaluator = "need"}};
}

AnalysisPlan plan() {
  AnalysisPlan out{.baseline = "a", .primary = "need", .constraint = "pass", .margin = 0.05};
  out.arms = {{"a", "A", {}}, {"b", "B", {}}};
  out.looks = Looks::every_seed;
  return out;
}

struct Gain {
  double pass, need;
};

EvalTable table_of(Gain gain, double noise, int64_t seeds) {
  EvalTable table(metrics());
  for (int64_t seed = 0; seed < seeds; ++seed) {
    Stream stream = Stream(61).child(static_cast<uint64_t>(seed));
    const auto value = [&](double mean) { return static_cast<float>(mean + noise * stream.normal()); };
    table.add({"a", 1, seed, "t" + std::to_string(seed), 0}, {.values = {0.5f, 0.5f}});
    table.add({"b", 1, seed, "t" + std::to_string(seed), 0},
              {.values = {value(0.5 + gain.pass), value(0.5 + gain.need)}});
  }
  return table;
}

std::string settled(Gain gain, double noise, int64_t seeds) {
  const EvalTable table = table_of(gain, noise, seeds);
  return look_at(table, plan(), 1, static_cast<size_t>(seeds)).settled;
}

TEST(Stopping, WaitsUntilBothQuestionsAreAnswered) {
  EXPECT_EQ(settled({0, 0.2}, 0.01, 3), "") << "three seeds bound nothing";
  EXPECT_EQ(settled({0, 0.2}, 0.01, 8), "necessity is better and pass rate not inferior");
  EXPECT_EQ(settled({-0.2, 0.2}, 0.01, 8), "necessity is better and pass rate worse by more than the margin");
  EXPECT_EQ(settled({-0.05, 0.2}, 0.01, 8), "") << "at the margin it goes on";
  EXPECT_EQ(settled({0, -0.2}, 0.01, 8), "necessity is worse");
  EXPECT_EQ(settled({0, 0}, 0.01, 8), "necessity has no gain worth having");
  EXPECT_EQ(settled({0, 0.06}, 0.1, 8), "");
}

// Over all looks up to sixty seeds: an arm that is no better is found better in at most one study of twenty.
TEST(Stopping, FalseBetterStopsAreAtMostAtTheLevel) {
  constexpr int kStudies = 400;
  int stops = 0;
  for (uint64_t trial = 0; trial < kStudies; ++trial) {
    EvalTable table(metrics());
    Stream stream = Stream(62).child(trial);
    for (int64_t seed = 0; seed < 60; ++seed) {
      const std::string task = "t" + std::to_string(seed);
      table.add({"a", 1, seed, task, 0}, {.values = {0.5f, 0.5f}});
      table.add({"b", 1, seed, task, 0}, {.values = {0.5f, static_cast<float>(0.5 + 0.3 * stream.normal())}});
      if (seed < 2) continue;
      const Look look = look_at(table, plan(), 1, static_cast<size_t>(seed + 1));
      if (look.primary && look.primary->low > 0) {
        ++stops;
        break;
      }
    }
  }
  EXPECT_LE(static_cast<double>(stops) / kStudies, kSequenceLevel);
}

}  // namespace
}  // namespace gradus
