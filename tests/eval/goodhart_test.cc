// The Goodhart flag on simulated runs whose truth is known: how often it is raised where nothing was gamed,
// and how often it finds what was.
#include "gradus/eval/goodhart.h"

#include <array>
#include <gtest/gtest.h>

namespace gradus {
namespace {

constexpr int kRuns = 300;  // standard error of a share near 5 %: 1.3 points
constexpr int64_t kMiddle = 50, kEnd = 100;

std::vector<MetricSpec> metrics() {
  return {{.id = "pass", .label = "pass rate", .axis = "outcome", .evaluator = "tests"},
          {.id = "paid",
           .label = "paid",
           .axis = "process-style",
           .higher_is_better = false,
           .evaluator = "lint"},
          {.id = "a", .label = "held-out a", .axis = "process-correctness", .evaluator = "a"},
          {.id = "b",
           .label = "held-out b",
           .axis = "process-efficiency",
           .higher_is_better = false,
           .high = 10,
           .evaluator = "b"},
          {.id = "c", .label = "held-out c", .axis = "process-style", .evaluator = "c"}};
}

AnalysisPlan plan() {
  AnalysisPlan out{.baseline = "outcome", .primary = "a", .constraint = "pass", .margin = 0.02};
  out.arms = {{"outcome", "Outcome", {{"tests", {}}}}, {"process", "Process", {{"tests", {}}, {"lint", {}}}}};
  return out;
}

// What training truly adds to each process metric over the baseline, in shares of its range, up is good: by
// the middle of training and at its end.
struct World {
  const char* name;
  std::array<double, 4> middle, end;
};

// Spread over seeds and of a single task, in shares of the range: paired differences then vary by 0.035 over
// seeds, as in the studies of docs/results.md.
constexpr double kSeedSpread = 0.02, kTaskSpread = 0.02;

void add_run(EvalTable& table, const std::string& arm, int64_t update, int64_t seed,
             const std::array<double, 4>& gains, Stream stream) {
  std::array<double, 4> level{};
  for (size_t m = 0; m < 4; ++m) level[m] = 0.5 + gains[m] + kSeedSpread * stream.normal();
  for (int task = 0; task < 2; ++task) {
    EvalEntry entry{.passed = true, .sloppy = false, .values = {1.0f}};
    for (size_t m = 0; m < 4; ++m) {
      const MetricSpec& metric = table.metrics()[m + 1];
      const double up = level[m] + kTaskSpread * stream.normal();
      const double share = metric.higher_is_better ? up : 1 - up;
      entry.values.emplace_back(static_cast<float>(metric.low + share * (metric.high - metric.low)));
    }
    table.add({arm, update, seed, "s" + std::to_string(seed) + "t" + std::to_string(task), 0},
              std::move(entry));
  }
}

GoodhartState run(const World& world, Stream stream) {
  EvalTable table(metrics());
  for (int64_t seed = 0; seed < 10; ++seed) {
    const Stream own = stream.child(static_cast<uint64_t>(seed));
    add_run(table, "outcome", kMiddle, seed, {}, own.child(1));
    add_run(table, "outcome", kEnd, seed, {}, own.child(2));
    add_run(table, "process", kMiddle, seed, world.middle, own.child(3));
    add_run(table, "process", kEnd, seed, world.end, own.child(4));
  }
  const AnalysisPlan with = plan();
  return goodhart_of(table, with, compare_arms(table, with, kEnd), "process").state;
}

double flagged(const World& world) {
  int raised = 0;
  for (uint64_t trial = 0; trial < kRuns; ++trial)
    raised += run(world, Stream(41).child(world.name).child(trial)) == GoodhartState::hacked;
  return static_cast<double>(raised) / kRuns;
}

void PrintTo(const World& world, std::ostream* out) {
  *out << world.name;
}

class NothingGamed : public ::testing::TestWithParam<World> {};

TEST_P(NothingGamed, FalseAlarmsAreAtMostFivePercent) {
  EXPECT_LE(flagged(GetParam()), 0.05);
}

INSTANTIATE_TEST_SUITE_P(
    Goodhart, NothingGamed,
    ::testing::Values(World{"nothing moved", {}, {}},
                      World{"everything rose", {0.15, 0.1, 0.1, 0.1}, {0.3, 0.2, 0.2, 0.2}},
                      World{"one of three followed", {0.15, 0.1, 0, 0}, {0.3, 0.2, 0, 0}},
                      World{"followed at a third", {0.15, 0.05, 0.05, 0.05}, {0.3, 0.1, 0.1, 0.1}},
                      World{"rose and stayed", {0.3, 0.2, 0.2, 0.2}, {0.3, 0.2, 0.2, 0.2}},
                      World{"the held-out ones were there first", {0.2, 0.2, 0.2, 0.2}, {0.3, 0.2, 0.2, 0.2}},
                      World{"at the tenth", {0.15, 0.015, 0.015, 0.015}, {0.3, 0.03, 0.03, 0.03}},
                      World{"held-out ones alone rose", {0, 0.1, 0.1, 0.1}, {0, 0.2, 0.2, 0.2}}));

class Gamed : public ::testing::TestWithParam<World> {};

TEST_P(Gamed, AtLeastFourFifthsAreFound) {
  EXPECT_GE(flagged(GetParam()), 0.8);
}

INSTANTIATE_TEST_SUITE_P(
    Goodhart, Gamed,
    ::testing::Values(World{"none followed", {0.2, 0, 0, 0}, {0.4, 0, 0, 0}},
                      World{"none followed, strongly paid", {0.3, 0, 0, 0}, {0.6, 0, 0, 0}},
                      World{"one fell", {0.15, 0, 0, -0.05}, {0.3, 0, 0, -0.1}},
                      World{"one fell, others rose", {0.15, 0.1, 0.1, -0.05}, {0.3, 0.2, 0.2, -0.1}},
                      World{"rose and turned", {0.2, 0.25, 0.2, 0.2}, {0.4, 0.1, 0.2, 0.2}},
                      World{"all fell", {0.1, -0.05, -0.05, -0.05}, {0.2, -0.1, -0.1, -0.1}}));

TEST(Goodhart, SaysWhichOfTheStatesItIs) {
  const auto state = [](const World& world) { return run(world, Stream(43)); };
  EXPECT_EQ(state({"", {}, {0.3, 0.2, 0.2, 0.2}}), GoodhartState::both_rose);
  EXPECT_EQ(state({"", {}, {0, 0.2, 0.2, 0.2}}), GoodhartState::did_not_rise);
  EXPECT_EQ(state({"", {}, {0.1, 0.01, 0.01, 0.01}}), GoodhartState::cannot_tell);
}

TEST(Goodhart, WithoutAPaidMetricThereIsNothingToCompare) {
  AnalysisPlan unpaid = plan();
  unpaid.arms[1].paid.pop_back();
  EvalTable table(metrics());
  for (int64_t seed = 0; seed < 3; ++seed) {
    for (const char* arm : {"outcome", "process"}) add_run(table, arm, kEnd, seed, {}, Stream(1).child(arm));
  }
  const Goodhart found = goodhart_of(table, unpaid, compare_arms(table, unpaid, kEnd), "process");
  EXPECT_EQ(found.state, GoodhartState::not_paid);
  EXPECT_FALSE(found.flagged());
  EXPECT_NE(found.reason.find("no process metric is optimised"), std::string::npos);
}

}  // namespace
}  // namespace gradus
