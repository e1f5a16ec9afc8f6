// The bootstrap of counts, the sweep of thresholds and what is said of predictions.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/eval/benchmarks/benchmark.h"
#include "gradus/eval/benchmarks/judged.h"
#include "gradus/eval/benchmarks/scoring.h"
#include "gradus/eval/benchmarks/step_profile.h"
#include "gradus/eval/count_bootstrap.h"

namespace gradus {
namespace {

Solution solution(const std::string& id, std::vector<StepLabel> labels) {
  Solution s;
  s.id = s.question = id;
  s.labels = std::move(labels);
  s.steps.assign(s.labels.size(), "text");
  for (size_t i = 0; i < s.labels.size() && !s.first_error; ++i) {
    if (s.labels[i] == StepLabel::wrong) s.first_error = i;
  }
  s.sound = !s.first_error;
  if (s.first_error) s.stated_errors = {static_cast<int64_t>(*s.first_error)};
  return s;
}

JudgedItems judged(const std::vector<std::pair<Solution, std::vector<double>>>& all, JudgingRule rule = {}) {
  JudgedItems items(rule);
  for (const auto& [s, scores] : all) {
    Predictions said;
    said.add_scores(s.id, scores);
    items.add(s, said.of(s.id));
  }
  return items;
}

TEST(Predictions, TheSecondRowOfAnIdBelongsToTheSecondItem) {
  Predictions said;
  said.add_scores("a", std::vector{0.1});
  said.add_scores("a", std::vector{0.2});
  said.add_scores("a", std::vector{0.3});
  EXPECT_EQ(said.of("a").scores[0], 0.1);
  EXPECT_EQ(said.of("a", 1).scores[0], 0.2);
  EXPECT_FALSE(said.of("a", 3).there);
  EXPECT_EQ(said.duplicates(), 1u) << "the third is of no item";
  EXPECT_EQ(said.unused(), 0u);
}

TEST(CountBootstrap, TheShareOfOneCaseInTwoQuestions) {
  CountTable table{.width = 2};
  for (uint64_t question = 0; question < 40; ++question) {
    table.add(question, 0, std::vector<double>{question % 4 == 0 ? 1.0 : 0.0, 1});
  }
  const auto share = [](std::span<const double> totals, std::span<double> out) {
    out[0] = totals[0] / totals[1];
  };
  const auto one = count_intervals(table, 1, 4000, Stream(3), share).at(0);
  ASSERT_TRUE(one.has_value());
  const double se = std::sqrt(0.25 * 0.75 / 40);
  EXPECT_NEAR(one->low, 0.25 - 1.96 * se, 0.03);
  EXPECT_NEAR(one->high, 0.25 + 1.96 * se, 0.03);
  const auto again = count_intervals(table, 1, 4000, Stream(3), share).at(0);
  EXPECT_EQ(one->low, again->low);
}

TEST(CountBootstrap, NoIntervalForOneQuestionOrForWhatRarelyExists) {
  CountTable table{.width = 1};
  table.add(1, 0, std::vector<double>{1});
  const auto total = [](std::span<const double> totals, std::span<double> out) { out[0] = totals[0]; };
  EXPECT_FALSE(count_intervals(table, 1, 100, Stream(1), total).at(0).has_value());
  table.add(2, 0, std::vector<double>{1});
  EXPECT_TRUE(count_intervals(table, 1, 100, Stream(1), total).at(0).has_value());
  const auto none = [](std::span<const double>, std::span<double> out) { out[0] = std::nan(""); };
  EXPECT_FALSE(count_intervals(table, 1, 100, Stream(1), none).at(0).has_value());
}

TEST(Judged, NothingIsImputed) {
  const Solution s = solution("a", {StepLabel::right, StepLabel::wrong});
  const JudgedItems items =
      judged({{s, {0.9}}, {s, {0.9, 0.1, 0.1}}, {s, {0.9, std::nan("")}}, {s, {0.9, 0.1}}});
  EXPECT_EQ(items.size(), 1u);
  EXPECT_EQ(items.odd.too_few, 1u);
  EXPECT_EQ(items.odd.too_many, 1u);
  EXPECT_EQ(items.odd.incomplete, 1u);
}

TEST(Judged, ItemsOfTwoKindsMayShareAnId) {
  Solution one = solution("a", {StepLabel::right}), other = one;
  one.kind = "x", other.kind = "y";
  JudgedItems both = judged({{one, {0.9}}, {other, {0.9}}}), first = judged({{one, {0.9}}});
  JudgedItems::keep_common(both, first);
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both.item(0).kind, "x");
}

// The splits of Mr-Ben are the subjects within the file, not the names of files.
TEST(StepBenchmark, AThresholdComesFromItsSplitAlone) {
  const auto row = [](const char* id, const char* subject, const char* truth, const char* step) {
    return Json{{"Question_UUID", id},
                {"Subject", subject},
                {"Question", id},
                {"Sampled_Model", "m"},
                {"Model_Solution_Steps", {"Step 1: a", "Step 2: b"}},
                {"Model_Solution_Correctness", truth},
                {"Model_Solution_First_Error_Step", step}};
  };
  const Json rows = {{"math", {row("m1", "math", "incorrect", "2"), row("m2", "math", "correct", "N/A")}},
                     {"law", {row("l1", "law", "incorrect", "2"), row("l2", "law", "correct", "N/A")}}};
  const auto written = [](const std::string& name, const std::string& text) {
    const std::string path = (std::filesystem::temp_directory_path() / ("gradus_" + name)).string();
    std::ofstream(path) << text;
    return path;
  };
  const std::string scores = R"({"id": "m1/m", "scores": [0.9, 0.2]})"
                             "\n"
                             R"({"id": "m2/m", "scores": [0.9, 0.6]})"
                             "\n"
                             R"({"id": "l1/m", "scores": [0.9, 0.7]})"
                             "\n"
                             R"({"id": "l2/m", "scores": [0.9, 0.8]})"
                             "\n";
  const EvalRequest request{.files = {written("two_subjects.json", rows.dump())},
                            .scores = written("two_subjects_scores.jsonl", scores),
                            .threshold_from = "math",
                            .bootstrap = 0};
  const Json threshold = benchmark_named("mr_ben").run(request).at("threshold");
  EXPECT_EQ(threshold.at("items"), 2);
  EXPECT_EQ(threshold.at("candidates"), 5) << "0.9, 0.6, 0.2 and one on either side";
  EXPECT_EQ(threshold.at("value"), 0.6);
}

TEST(Judged, EqualityFallsOnTheSideOfTheRule) {
  const Solution s = solution("a", {StepLabel::right});
  EXPECT_EQ(judged({{s, {0.5}}}).item(0).called[0], 0);                              // valid iff above
  EXPECT_EQ(judged({{s, {0.5}}}, {.valid_iff_above = false}).item(0).called[0], 1);  // wrong iff below
}

TEST(Scoring, CountsAddUpWhateverTheOrder) {
  EXPECT_TRUE(rc::check([] {
    std::vector<std::pair<Solution, std::vector<double>>> all;
    const size_t count = *rc::gen::inRange<size_t>(1, 8);
    for (size_t i = 0; i < count; ++i) {
      const auto labels =
          *rc::gen::container<std::vector<StepLabel>>(rc::gen::element(StepLabel::right, StepLabel::wrong));
      std::vector<double> scores;
      for (size_t k = 0; k < labels.size(); ++k) scores.push_back(*rc::gen::inRange(0, 11) / 10.0);
      all.emplace_back(solution(std::to_string(i), labels), scores);
    }
    const auto numbers = [&](const JudgedItems& items) {
      const auto scoring = processbench_scoring();
      const CellCounts counted = count_items(*scoring, items);
      scoring->begin(counted.cells);
      std::vector<double> out(2 * scoring->rows().size());
      scoring->values(counted.table.totals(), out);
      return out;
    };
    const std::vector<double> forward = numbers(judged(all));
    std::reverse(all.begin(), all.end());
    const std::vector<double> backward = numbers(judged(all));
    for (size_t i = 0; i < forward.size(); ++i) {
      RC_ASSERT(forward[i] == backward[i] || (std::isnan(forward[i]) && std::isnan(backward[i])));
      if (!std::isnan(forward[i])) RC_ASSERT(forward[i] >= 0 && forward[i] <= 100);
    }
  }));
}

TEST(Profile, WhereTheFirstErrorWasFound) {
  const auto right = StepLabel::right, wrong = StepLabel::wrong, unknown = StepLabel::unknown;
  Solution lucky = solution("b", {right, wrong, unknown});
  lucky.answer_right = true;
  const Json profile = step_profile(judged({{solution("a", {right, right, wrong}), {0.9, 0.2, 0.1}},
                                            {lucky, {0.9, 0.8, 0.7}},
                                            {solution("c", {right, right}), {0.9, 0.8}}}),
                                    0, Stream(1));
  const Json& found = profile.at("localisation");
  EXPECT_EQ(found.at("wrong_solutions"), 2.0);
  EXPECT_EQ(found.at("within"), Json({0.0, 0.5, 0.5, 0.5, 0.5, 0.5}));
  EXPECT_EQ(found.at("early"), 0.5);
  EXPECT_EQ(found.at("not_found"), 0.5);
  EXPECT_EQ(profile.at("shares").at("minimum_at_last_step"), 1.0);
  EXPECT_EQ(profile.at("shares").at("minimum_at_last_step_error_earlier"), 1.0);
  EXPECT_EQ(profile.at("shares").at("correct_answer_wrong_step"), 1.0);
  EXPECT_EQ(profile.at("ranking").at("solution_auroc"), 1.0);
}

}  // namespace
}  // namespace gradus
