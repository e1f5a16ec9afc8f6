#include "gradus/study/forecast.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/study/small_study.h"

#include "gradus/study/run.h"

namespace gradus {
namespace {

TEST(Forecast, AssumesASpreadAndSaysSo) {
  const Json forecast = power_forecast(study_of(kSmallStudy), "/no/such/folder");
  EXPECT_EQ(forecast["seeds"], 4);
  EXPECT_EQ(forecast["primary"]["spread"], 0.03);
  // t(0.975, 3) = 3.18 and t(0.8, 3) = 0.98: about 4.3 standard errors of 0.015.
  EXPECT_NEAR(forecast["primary"]["smallest_effect"].get<double>(), 0.064, 0.004);
  const std::string text = power_text(forecast);
  EXPECT_NE(text.find("4 independent seeds see an effect of 0.06"), std::string::npos) << text;
  EXPECT_NE(text.find("assumed"), std::string::npos) << text;
}

TEST(Forecast, TakesWhatTheStudyStates) {
  const StudySpec spec =
      study_of(with("margin = 0.02", "margin = 0.02\nprimary_spread = 0.001\nconstraint_spread = 0.01"));
  const Json forecast = power_forecast(spec, "/no/such/folder");
  EXPECT_EQ(forecast["primary"]["spread"], 0.001);
  EXPECT_EQ(forecast["constraint"]["spread"], 0.01);
  EXPECT_NE(power_text(forecast).find("stated in the study"), std::string::npos);
  EXPECT_GT(forecast["constraint"]["chance"].get<double>(), 0.8);
  EXPECT_LE(forecast["constraint"]["seeds_needed"].get<int>(), 4);
}

TEST(Forecast, TakesWhatAnEarlierRunMeasured) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("gradus-forecast-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto row = [](const char* metric, double variance) {
    return Json{
        {"arm", "process"},          {"metric", metric},          {"role", "held-out"},   {"mean", 0.5},
        {"baseline_mean", 0.5},      {"difference", 0},           {"low", -0.1},          {"high", 0.1},
        {"verdict", "inconclusive"}, {"base_variance", variance}, {"task_variance", 0.0}, {"bases", 4}};
  };
  const Json document = {
      {"schema", "gradus.study/1"},
      {"study",
       {{"name", "small"},
        {"title", ""},
        {"primary", "useful_calls"},
        {"constraint", "correct"},
        {"baseline", "outcome"},
        {"seeds", {1}}}},
      {"arms", Json::array()},
      {"metrics", Json::array()},
      {"roles", Json::object()},
      {"base", Json::object()},
      {"neutrality", nullptr},
      {"rows", {row("useful_calls", 0.0025), row("correct", 0.0001)}},
      {"curves", Json::array()},
      {"pareto", Json::object()},
      {"goodhart", Json::array()},
      {"verdict", {{"answer", "no"}, {"sentences", Json::array()}, {"refusals", Json::array()}}},
      {"naive", Json::array()},
      {"rollouts", Json::array()}};
  std::ofstream(folder / "results.json") << document.dump();
  const Json forecast = power_forecast(study_of(kSmallStudy), folder.string());
  std::filesystem::remove_all(folder);
  EXPECT_DOUBLE_EQ(forecast["primary"]["spread"], 0.1);
  EXPECT_DOUBLE_EQ(forecast["constraint"]["spread"], 0.02);
  EXPECT_NE(power_text(forecast).find("measured in"), std::string::npos);
}

TEST(EvaluationTasks, AreASeedsOwnAndHaveNoTwins) {
  const StudySpec spec = study_of(kSmallStudy);
  const std::unique_ptr<Environment> environment = spec.make_environment();
  std::vector<std::string> of_seed[2];
  for (size_t seed = 0; seed < 2; ++seed) {
    std::vector<std::string> sorted;
    for (const Task& task : evaluation_tasks(spec, *environment, seed)) {
      of_seed[seed].push_back(task.id);
      sorted.push_back(task.twin);
    }
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end());
    EXPECT_EQ(sorted.size(), 8u);
  }
  EXPECT_NE(of_seed[0], of_seed[1]);
}

TEST(EvaluationTasks, MoreThanTheEnvironmentHasAreRefused) {
  const StudySpec spec = study_of(with("tasks = 8", "tasks = 500"));
  try {
    evaluation_tasks(spec, *spec.make_environment(), 0);
    FAIL() << "the calculator has no 500 test tasks";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_EQ(error.field_name(), "evaluation.tasks");
    EXPECT_NE(std::string(error.what()).find("too few tasks that differ"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradus
