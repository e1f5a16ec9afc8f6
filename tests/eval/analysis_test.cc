#include "gradus/eval/analysis.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/eval/metrics.h"
#include "gradus/eval/neutrality.h"
#include "gradus/eval/pareto.h"
#include "gradus/eval/verdict.h"

namespace gradus {
namespace {

std::vector<MetricSpec> metrics() {
  return {{.id = "hidden_pass", .label = "pass rate", .axis = "outcome", .evaluator = "hidden-tests"},
          {.id = "lint",
           .label = "lint share",
           .axis = "process-style",
           .higher_is_better = false,
           .evaluator = "lint-a",
           .components = {"libclang"}},
          {.id = "necessity",
           .label = "necessity share",
           .axis = "process-correctness",
           .evaluator = "deletion",
           .exact = true},
          {.id = "excess",
           .label = "excess statements",
           .axis = "process-efficiency",
           .higher_is_better = false,
           .high = 10,
           .evaluator = "shortest"}};
}

AnalysisPlan plan() {
  const EvaluatorUse tests{"visible-tests", {"tests"}}, lint{"lint-a", {"libclang"}};
  AnalysisPlan out{
      .baseline = "outcome", .primary = "necessity", .constraint = "hidden_pass", .margin = 0.02};
  out.draws = 1000;
  out.arms = {{"outcome", "Outcome", {tests}},
              {"process", "Outcome + process", {tests, lint}},
              {"shuffled", "Outcome + shuffled process", {tests, lint}},
              {"only", "Process only", {lint}}};
  return out;
}

struct Measured {
  EvalKey key;
  EvalEntry entry;
};

struct ArmTruth {
  std::string arm;
  double pass, lint, necessity;
};

// Noise small against the effects; every arm of a seed sees the same tasks.
void measure(std::vector<Measured>& into, const ArmTruth& truth, int64_t update, int64_t seed) {
  Stream seed_stream =
      Stream(77).child(static_cast<uint64_t>(seed)).child(truth.arm).child(static_cast<uint64_t>(update));
  const double drift = 0.01 * seed_stream.normal();
  for (int task = 0; task < 12; ++task) {
    for (int sample = 0; sample < 2; ++sample) {
      Stream noise = seed_stream.child(static_cast<uint64_t>(task * 2 + sample));
      // A fixed share of passes per seed, so that the pass rate has little noise.
      const bool passed = (task * 2 + sample) < 24 * truth.pass;
      const float necessity = static_cast<float>(truth.necessity + drift + 0.02 * noise.normal());
      const float lint = static_cast<float>(truth.lint + drift + 0.02 * noise.normal());
      into.push_back({{truth.arm, update, seed, "t" + std::to_string(task), sample},
                      {.passed = passed,
                       .sloppy = (task + sample) % 2 == 0,
                       .values = {passed ? 1.0f : 0.0f, lint, necessity, 1 - necessity}}});
    }
  }
}

std::vector<Measured> study(int64_t seeds = 6) {
  std::vector<Measured> out;
  for (int64_t seed = 0; seed < seeds; ++seed) {
    measure(out, {"base", 0.75, 0.3, 0.68}, 0, seed);
    measure(out, {"outcome", 0.9, 0.3, 0.70}, 20, seed);
    measure(out, {"outcome", 0.92, 0.3, 0.75}, 100, seed);
    measure(out, {"process", 0.9, 0.05, 0.93}, 20, seed);
    measure(out, {"process", 0.92, 0.0, 0.95}, 100, seed);
    measure(out, {"shuffled", 0.9, 0.3, 0.70}, 20, seed);
    measure(out, {"shuffled", 0.92, 0.3, 0.75}, 100, seed);
    measure(out, {"only", 0.5, 0.0, 0.94}, 20, seed);
    measure(out, {"only", 0.1, 0.0, 0.6}, 100, seed);
  }
  return out;
}

EvalTable table_of(const std::vector<Measured>& measured) {
  EvalTable table(metrics());
  for (const Measured& one : measured) table.add(one.key, one.entry);
  for (const char* arm : {"outcome", "process", "shuffled", "only"}) {
    for (int64_t seed = 0; seed < 6; ++seed) {
      table.add_cost({arm, 20, seed}, {3200, 1000.0 + static_cast<double>(seed)});
      table.add_cost({arm, 100, seed}, {16000, 5000});
    }
  }
  return table;
}

Json row_of(const Json& analysis, const std::string& arm, const std::string& metric) {
  for (const Json& row : analysis["rows"]) {
    if (row["arm"] == arm && row["metric"] == metric) return row;
  }
  return nullptr;
}

TEST(Analysis, HasTheKeysOfTheContract) {
  const Json analysis = analyse(table_of(study()), plan());
  std::vector<std::string> keys;
  for (const auto& [key, value] : analysis.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"metrics", "roles", "base", "neutrality", "rows", "curves",
                                            "pareto", "goodhart", "naive", "verdict"}));
  keys.clear();
  for (const auto& [key, value] : analysis["rows"][0].items()) keys.push_back(key);
  EXPECT_EQ(keys,
            (std::vector<std::string>{"arm",           "baseline",      "metric",        "axis",
                                      "role",          "baseline_role", "mean",          "sd",
                                      "baseline_mean", "baseline_sd",   "difference",    "low",
                                      "high",          "t_low",         "t_high",        "error",
                                      "degrees",       "base_variance", "task_variance", "p",
                                      "p_permutation", "p_holm",        "after_holm",    "d_z",
                                      "hedges_g",      "cliffs_delta",  "p_better",      "seeds",
                                      "bases",         "prompts",       "measured",      "baseline_measured",
                                      "non_inferior",  "verdict",       "differences",   "conditional"}));
  EXPECT_EQ(analysis["rows"].size(), 3u * 4u);
  EXPECT_EQ(analysis["curves"].size(), 4u * 4u);
}

TEST(Analysis, ComputesTheRoles) {
  const Json roles = analyse(table_of(study()), plan())["roles"];
  EXPECT_EQ(roles["outcome"]["lint"], "held-out");
  EXPECT_EQ(roles["process"]["lint"], "optimised");
  EXPECT_EQ(roles["process"]["necessity"], "held-out");
}

TEST(Analysis, FindsWhatWasPutIn) {
  const Json analysis = analyse(table_of(study()), plan());
  const Json necessity = row_of(analysis, "process", "necessity");
  EXPECT_EQ(necessity["verdict"], "better");
  EXPECT_NEAR(necessity["difference"], 0.2, 0.02);
  EXPECT_LT(necessity["low"], necessity["difference"]);
  EXPECT_LT(necessity["p"], 0.001);
  EXPECT_TRUE(necessity["p_holm"].is_null()) << "the primary metric is named before, and tested alone";
  EXPECT_EQ(necessity["p_permutation"], 2.0 / 64);
  EXPECT_EQ(necessity["p_better"], 1.0);
  EXPECT_EQ(necessity["seeds"], 6);
  EXPECT_EQ(necessity["prompts"], 12);
  const Json lint = row_of(analysis, "process", "lint");
  EXPECT_EQ(lint["verdict"], "better");
  EXPECT_EQ(lint["cliffs_delta"], -1.0);  // lower is better here: delta keeps the sign of the difference
  EXPECT_EQ(lint["p_better"], 1.0);
  EXPECT_TRUE(lint["p_holm"].is_null());  // optimised by the arm: not in the family
  EXPECT_EQ(row_of(analysis, "process", "hidden_pass")["verdict"], "non-inferior");
  EXPECT_TRUE(row_of(analysis, "process", "hidden_pass")["d_z"].is_null());  // no spread: no number
  EXPECT_EQ(row_of(analysis, "shuffled", "necessity")["verdict"], "inconclusive");
  EXPECT_EQ(row_of(analysis, "only", "hidden_pass")["verdict"], "worse");
}

TEST(Analysis, AnswersInOneSentencePerArm) {
  const Json verdict = analyse(table_of(study()), plan())["verdict"];
  EXPECT_EQ(verdict["answer"], "yes");
  ASSERT_EQ(verdict["plain"].size(), 4u) << "the baseline too";
  EXPECT_EQ(verdict["plain"][1]["arm"], "process");
  EXPECT_EQ(verdict["plain"][1]["not_paid"]["metric"], "necessity");
  EXPECT_TRUE(verdict["plain"][0]["cost"]["metric"].is_null());
  ASSERT_EQ(verdict["sentences"].size(), 3u);
  const std::string first = verdict["sentences"][0], second = verdict["sentences"][1],
                    third = verdict["sentences"][2];
  EXPECT_NE(first.find("held-out necessity share rose by +0.19"), std::string::npos) << first;
  EXPECT_NE(first.find("5.0 times sooner (update 20 against 100)"), std::string::npos) << first;
  EXPECT_NE(first.find("pass rate stayed within the margin"), std::string::npos) << first;
  EXPECT_EQ(first.find("Goodhart"), std::string::npos) << first;
  EXPECT_TRUE(second.starts_with("Outcome + shuffled process: ")) << second;
  EXPECT_NE(second.find("no effect on held-out necessity share could be shown"), std::string::npos) << second;
  EXPECT_TRUE(third.starts_with("Process only: ")) << third;
  EXPECT_NE(third.find("pass rate fell by"), std::string::npos) << third;
  EXPECT_NE(third.find("Goodhart flag: what is paid rose and what is held out fell: necessity share"),
            std::string::npos)
      << third;
  EXPECT_EQ((first + second + third).find("equal"), std::string::npos);
  EXPECT_TRUE(verdict["refusals"].empty());
}

// The outcome of every rollout of an arm at the end, by what decides it.
template <class Passes>
std::vector<Measured> with_passes(std::vector<Measured> measured, const std::string& arm,
                                  const Passes& passes) {
  for (Measured& one : measured) {
    if (one.key.arm != arm || (one.key.update != 100 && arm != "base")) continue;
    one.entry.passed = passes(one.key);
    one.entry.values[0] = *one.entry.passed ? 1.0f : 0.0f;
  }
  return measured;
}

int rollout_of(const EvalKey& key) {
  return std::stoi(key.task.substr(1)) * 2 + static_cast<int>(key.sample);
}

// Every seed loses one pass of 24 or two, on tasks that differ: worse by 0.06, certainly.
std::vector<Measured> slightly_worse() {
  return with_passes(study(), "process", [](const EvalKey& key) {
    const int lost = 1 + static_cast<int>(key.seed % 2), first = 4 * static_cast<int>(key.seed % 5);
    const int r = rollout_of(key);
    return r < 23 && !(r >= first && r < first + lost);
  });
}

TEST(Verdicts, BothTestsOfTheConstraintAreSaid) {
  AnalysisPlan wide = plan();
  wide.margin = 0.15;
  const Json analysis = analyse(table_of(slightly_worse()), wide);
  const Json row = row_of(analysis, "process", "hidden_pass");
  ASSERT_LT(row["high"].get<double>(), 0);
  ASSERT_GT(row["low"].get<double>(), -0.15);
  EXPECT_EQ(row["verdict"], "worse, by less than the margin");
  EXPECT_EQ(row["non_inferior"], true);
  EXPECT_EQ(analysis["verdict"]["answer"], "yes, at a cost");
  const std::string sentence = analysis["verdict"]["sentences"][0];
  EXPECT_NE(sentence.find("worse, by less than the margin"), std::string::npos) << sentence;
  const Json narrow = analyse(table_of(slightly_worse()), plan());
  EXPECT_EQ(row_of(narrow, "process", "hidden_pass")["verdict"], "worse");
  EXPECT_EQ(row_of(narrow, "process", "hidden_pass")["non_inferior"], false);
  EXPECT_EQ(narrow["verdict"]["answer"], "trade-off");
  EXPECT_TRUE(row_of(narrow, "process", "necessity")["non_inferior"].is_null()) << "not the constraint";
}

// Two held-out metrics: one with an interval without 0 that Holm's correction keeps open.
TEST(Verdicts, WhereHolmDecidesTheRowSaysSo) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    if (one.key.update != 100) continue;
    const float noise = 0.02f * static_cast<float>(one.key.seed % 3) - 0.02f;
    one.entry.values[3] = one.key.arm == "shuffled" ? 0.2916f + 2 * noise : 0.25f;
    one.entry.values[2] = one.key.arm == "shuffled" ? 0.55f + noise : 0.55f;
  }
  AnalysisPlan by_lint = plan();
  by_lint.primary = "lint";
  const Json row = row_of(analyse(table_of(measured), by_lint), "shuffled", "excess");
  ASSERT_GT(row["low"].get<double>(), 0) << row.dump(1);
  ASSERT_GE(row["p_holm"].get<double>(), 0.05) << row.dump(1);
  EXPECT_EQ(row["verdict"], "inconclusive");
  EXPECT_EQ(row["after_holm"], true);
  EXPECT_EQ(row_of(analyse(table_of(study()), plan()), "process", "excess")["after_holm"], false);
}

// However many metrics stand beside it, the primary one is tested at 5 %.
TEST(Verdicts, MoreMetricsDoNotChangeThePrimaryOne) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    if (one.key.update != 100) continue;
    const float noise = 0.02f * static_cast<float>(one.key.seed % 3) - 0.02f;
    one.entry.values[3] = one.key.arm == "shuffled" ? 0.2916f + 2 * noise : 0.25f;
  }
  AnalysisPlan by_excess = plan();
  by_excess.primary = "excess";
  const Json row = row_of(analyse(table_of(measured), by_excess), "shuffled", "excess");
  ASSERT_GT(row["low"].get<double>(), 0) << row.dump(1);
  EXPECT_EQ(row["verdict"], "worse") << "lower is better here";
  EXPECT_TRUE(row["p_holm"].is_null());
}

// Shown to be above 0, and to be smaller than what was fixed as worth having.
TEST(Verdicts, AGainBelowTheMarginIsNoYes) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    const float noise = 0.002f * static_cast<float>(one.key.seed % 3 - 1);
    if (one.key.arm == "outcome") one.entry.values[2] = 0.6f;
    if (one.key.arm == "process") one.entry.values[2] = 0.61f + noise;
  }
  const Json analysis = analyse(table_of(measured), plan());
  EXPECT_EQ(row_of(analysis, "process", "necessity")["verdict"], "better");
  EXPECT_EQ(analysis["verdict"]["answer"], "no");
  const std::string said = analysis["verdict"]["sentences"][0];
  EXPECT_NE(said.find("which is less than counts (margin 0.020)"), std::string::npos) << said;
}

TEST(Verdicts, AMetricOfSomeRolloutsSaysOfHowMany) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    if (!*one.entry.passed) one.entry.values[2].reset();
  }
  const Json analysis = analyse(table_of(measured), plan());
  const Json row = row_of(analysis, "only", "necessity");
  EXPECT_NEAR(row["measured"].get<double>(), 3.0 / 24, 1e-9);
  EXPECT_NEAR(row["baseline_measured"].get<double>(), 23.0 / 24, 1e-9);
  const std::string sentence = analysis["verdict"]["sentences"][2];
  EXPECT_NE(sentence.find("it exists for 12 % of the rollouts, for 96 % of those of Outcome"),
            std::string::npos)
      << sentence;
  const std::string first = analysis["verdict"]["sentences"][0];
  EXPECT_EQ(first.find("it exists for"), std::string::npos) << first;
}

TEST(Verdicts, ABasePolicyAtChanceTellsNothing) {
  std::vector<Measured> measured = study();
  for (const char* arm : {"base", "outcome", "process"})
    measured = with_passes(std::move(measured), arm, [](const EvalKey&) { return false; });
  const Json verdict = analyse(table_of(measured), plan())["verdict"];
  EXPECT_EQ(verdict["answer"], "cannot tell");
  const std::string first = verdict["sentences"][0];
  EXPECT_NE(first.find("the base policy is at chance in pass rate (0.000, chance 0.000)"), std::string::npos)
      << first;
  EXPECT_EQ(verdict["sentences"].size(), 4u);
}

TEST(Verdicts, ChanceIsWhatTheMetricSays) {
  std::vector<MetricSpec> specs = metrics();
  specs[0].chance = 0.12;
  std::vector<Measured> measured = study();
  for (const char* arm : {"base", "outcome", "process"}) {
    measured = with_passes(std::move(measured), arm, [](const EvalKey& key) {
      return (rollout_of(key) + key.seed) % 8 == 0;  // one in eight
    });
  }
  EvalTable table(specs);
  for (const Measured& one : measured) table.add(one.key, one.entry);
  EXPECT_EQ(analyse(table, plan())["verdict"]["answer"], "cannot tell");
  specs[0].chance.reset();
  EvalTable other(specs);
  for (const Measured& one : measured) other.add(one.key, one.entry);
  EXPECT_EQ(analyse(other, plan())["verdict"]["answer"], "yes");
}

// It starts at chance and both arms leave it: that is a study like any other.
TEST(Verdicts, WhoLeavesChanceIsJudged) {
  const auto measured = with_passes(study(), "base", [](const EvalKey&) { return false; });
  EXPECT_EQ(analyse(table_of(measured), plan())["verdict"]["answer"], "yes");
}

TEST(Verdicts, AtTheCeilingNothingWasLeftToGain) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    if (one.key.arm != "only") one.entry.values[2] = rollout_of(one.key) == one.key.seed ? 0.95f : 1.0f;
  }
  const Json verdict = analyse(table_of(measured), plan())["verdict"];
  EXPECT_EQ(verdict["answer"], "cannot tell");
  EXPECT_NE(verdict["sentences"][0].get<std::string>().find("at the ceiling in necessity share"),
            std::string::npos);
}

TEST(Verdicts, ATradeOffIsNoCeiling) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    if (one.key.arm == "base" || one.key.arm == "process") one.entry.values[2] = 1.0f;
  }
  EXPECT_EQ(analyse(table_of(measured), plan())["verdict"]["answer"], "yes") << "the baseline fell from it";
}

TEST(Verdicts, SeedsOfTwoBasePoliciesAreNotSixSeeds) {
  EvalTable table = table_of(slightly_worse());
  for (int64_t seed = 0; seed < 6; ++seed) table.set_base(seed, seed % 2);
  const Json row = row_of(analyse(table, plan()), "process", "hidden_pass");
  EXPECT_EQ(row["seeds"], 6);
  EXPECT_EQ(row["bases"], 2);
  EXPECT_GT(row["high"].get<double>(), 0);
  EXPECT_EQ(row["p_permutation"], 0.5) << "two base policies flip together";
}

TEST(Verdicts, SoonerNeedsABaselineThatRose) {
  std::vector<Measured> measured = study();
  for (Measured& one : measured) {
    // The baseline ends where it began, give or take what seeds differ by.
    const float wander = 0.002f + 0.01f * static_cast<float>(one.key.seed % 3 - 1);
    if (one.key.arm == "base") one.entry.values[2] = 0.7f;
    if (one.key.arm == "outcome") one.entry.values[2] = one.key.update == 20 ? 0.69f : 0.7f + wander;
  }
  const std::string first = analyse(table_of(measured), plan())["verdict"]["sentences"][0];
  EXPECT_NE(first.find("rose by"), std::string::npos) << first;
  EXPECT_EQ(first.find("sooner"), std::string::npos) << first;
}

TEST(Analysis, OutcomeAloneSeesNoBenefit) {
  const Json naive = analyse(table_of(study()), plan())["naive"];
  ASSERT_EQ(naive.size(), 1u);
  EXPECT_EQ(naive[0]["arm"], "process");
  EXPECT_EQ(naive[0]["conclusion"], "no benefit");
  EXPECT_NE(naive[0]["sentence"].get<std::string>().find("no benefit in pass rate"), std::string::npos);
}

TEST(Analysis, OutcomeAloneSeesABetterOutcome) {
  std::vector<Measured> measured = with_passes(study(), "outcome", [](const EvalKey& key) {
    return (rollout_of(key) + key.seed) % 4 != 0;  // a quarter fails, on every task
  });
  measured = with_passes(std::move(measured), "process", [](const EvalKey&) { return true; });
  EXPECT_EQ(analyse(table_of(measured), plan())["naive"][0]["conclusion"], "benefit");
}

// All seeds meet the same task, and that task alone makes the difference: new tasks might tell otherwise.
TEST(Analysis, OneTaskOfTwelveIsNoBenefit) {
  std::vector<Measured> measured =
      with_passes(study(), "outcome", [](const EvalKey& key) { return key.task != "t3"; });
  measured = with_passes(std::move(measured), "process", [](const EvalKey&) { return true; });
  const Json analysis = analyse(table_of(measured), plan());
  EXPECT_LT(row_of(analysis, "process", "hidden_pass")["low"].get<double>(), 0);
  EXPECT_EQ(analysis["naive"][0]["conclusion"], "no benefit");
}

TEST(Analysis, FlagsTheArmThatGamesItsRewardAndNoOther) {
  const Json goodhart = analyse(table_of(study()), plan())["goodhart"];
  ASSERT_EQ(goodhart.size(), 3u);
  EXPECT_EQ(goodhart[0]["state"], "both rose");
  EXPECT_FALSE(goodhart[0]["flagged"]);
  EXPECT_EQ(goodhart[1]["state"], "did not rise");
  EXPECT_FALSE(goodhart[1]["flagged"]);
  ASSERT_EQ(goodhart[2]["arm"], "only");
  EXPECT_EQ(goodhart[2]["state"], "hacked");
  EXPECT_TRUE(goodhart[2]["flagged"]);
  EXPECT_NE(goodhart[2]["reason"].get<std::string>().find("necessity"), std::string::npos);
  EXPECT_NEAR(goodhart[2]["paid"].get<double>(), 0.3, 0.02);
}

TEST(Analysis, FrontHoldsTheArmThatWins) {
  const Json pareto = analyse(table_of(study()), plan())["pareto"];
  EXPECT_EQ(pareto["x"], "hidden_pass");
  ASSERT_EQ(pareto["points"].size(), 5u);
  EXPECT_EQ(pareto["points"][1]["on_front"], true);   // process
  EXPECT_EQ(pareto["points"][0]["on_front"], false);  // outcome: dominated by process
  EXPECT_EQ(pareto["points"][4]["arm"], "base");
  EXPECT_EQ(pareto["points"][4]["on_front"], false);
  EXPECT_EQ(pareto["reference"]["x"], pareto["points"][3]["x"]);  // process only has the worst pass rate
  EXPECT_GT(pareto["hypervolume"], 0.0);
}

TEST(Analysis, CurvesStartAtTheBasePolicyAndCarryTheCost) {
  const Json curves = analyse(table_of(study()), plan())["curves"];
  const Json points = curves[0]["points"];
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0]["update"], 0);
  EXPECT_EQ(points[0]["tokens"], 0.0);
  EXPECT_EQ(points[1]["tokens"], 1002.5);
  EXPECT_EQ(points[1]["seeds"].size(), 6u);
}

TEST(Analysis, OrderOfArrivalChangesNoByte) {
  std::vector<Measured> measured = study(3);
  const std::string straight = analyse(table_of(measured), plan()).dump();
  Stream(5).shuffle(std::span(measured));
  EXPECT_EQ(analyse(table_of(measured), plan()).dump(), straight);
}

TEST(Analysis, SwappingTheArmsMirrorsTheDifference) {
  AnalysisPlan swapped = plan();
  swapped.baseline = "shuffled";
  const EvalTable table = table_of(study());
  const Json forward = row_of(analyse(table, plan()), "shuffled", "necessity");
  const Json backward = row_of(analyse(table, swapped), "outcome", "necessity");
  EXPECT_EQ(forward["difference"].get<double>(), -backward["difference"].get<double>());
  EXPECT_EQ(forward["p_permutation"], backward["p_permutation"]);
  EXPECT_EQ(forward["cliffs_delta"].get<double>(), -backward["cliffs_delta"].get<double>());
}

TEST(Analysis, OneSeedShowsNothing) {
  const Json analysis = analyse(table_of(study(1)), plan());
  const Json row = row_of(analysis, "process", "necessity");
  EXPECT_TRUE(row["low"].is_null());
  EXPECT_TRUE(row["sd"].is_null());
  EXPECT_FALSE(row["difference"].is_null());
  EXPECT_EQ(row["verdict"], "inconclusive");
  EXPECT_EQ(analysis["verdict"]["answer"], "inconclusive");
  EXPECT_TRUE(analysis["pareto"]["points"][0]["on_front"]);  // nothing was shown to dominate it
}

TEST(Analysis, AMetricThatWasNeverMeasuredIsNull) {
  std::vector<Measured> measured = study(2);
  for (Measured& one : measured) one.entry.values[3].reset();
  const Json analysis = analyse(table_of(measured), plan());
  const Json row = row_of(analysis, "process", "excess");
  EXPECT_TRUE(row["mean"].is_null());
  EXPECT_TRUE(row["difference"].is_null());
  EXPECT_TRUE(row["p_permutation"].is_null());
  EXPECT_EQ(row["seeds"], 0);
  EXPECT_TRUE(analysis["base"]["excess"]["mean"].is_null());
}

TEST(Analysis, RefusesAHeadlineThatOneArmWasTrainedOn) {
  AnalysisPlan circular = plan();
  circular.primary = "lint";
  const std::vector<std::string> refusals = check_headline(circular, metrics());
  ASSERT_EQ(refusals.size(), 3u);
  EXPECT_NE(refusals[0].find("'process'"), std::string::npos);
  EXPECT_NE(refusals[0].find("paid by its evaluator"), std::string::npos);
  const Json verdict = analyse(table_of(study(2)), circular)["verdict"];
  EXPECT_EQ(verdict["answer"], "inconclusive");
  EXPECT_EQ(verdict["refusals"].size(), 3u);
  EXPECT_NE(verdict["sentences"][0].get<std::string>().find("not ranked"), std::string::npos);
  EXPECT_TRUE(check_headline(plan(), metrics()).empty());
}

TEST(Analysis, AnArmIsJudgedByAPrimaryOfItsOwn) {
  AnalysisPlan own = plan();
  own.primary = "lint";
  for (ArmPlan& arm : own.arms) arm.primary = "necessity";
  EXPECT_TRUE(check_headline(own, metrics()).empty());
  own.arms[1].primary = "";
  EXPECT_EQ(check_headline(own, metrics()).size(), 1u);
  own.arms[1].primary = "neccesity";
  EXPECT_REFUSED(check_plan(own, metrics()), "arms." + own.arms[1].id + ".primary");
}

TEST(Analysis, RefusesAPrimaryThatTheRewardAlreadyExplains) {
  AnalysisPlan seen = plan();
  seen.arms[1].explained["necessity"] = {.r2 = 0.93, .auc = 0.99, .units = 2214};
  try {
    check_ranked(seen, metrics());
    FAIL() << "a metric that the reward explains was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 1);
    const std::string text = error.what();
    EXPECT_NE(text.find("R2 0.93"), std::string::npos) << text;
    EXPECT_NE(text.find("before any training"), std::string::npos) << text;
    EXPECT_NE(text.find("excess"), std::string::npos) << text;  // what else is there
  }
  const Json analysis = analyse(table_of(study(2)), seen);
  EXPECT_EQ(analysis["roles"][seen.arms[1].id]["necessity"], "same construct");
  EXPECT_EQ(analysis["verdict"]["refusals"].size(), 1u);
  EXPECT_NO_THROW(check_ranked(plan(), metrics()));
}

std::string field_of(const AnalysisPlan& bad, const std::vector<MetricSpec>& with) {
  try {
    check_plan(bad, with);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.field_name();
  }
  return "accepted";
}

TEST(Analysis, RejectsPlansThatCannotAnswer) {
  EXPECT_EQ(field_of(plan(), metrics()), "accepted");
  std::vector<MetricSpec> trained = metrics();
  trained[2].evaluator = trained[3].evaluator = "lint-a";
  EXPECT_EQ(field_of(plan(), trained), "metrics");
  trained[2].evaluator = "new-judge";
  trained[2].components = {"libclang"};  // proximal is not held out
  EXPECT_EQ(field_of(plan(), trained), "metrics");
  AnalysisPlan bad = plan();
  bad.baseline = "outcom";
  EXPECT_EQ(field_of(bad, metrics()), "arms");
  bad = plan();
  bad.primary = "neccesity";
  EXPECT_EQ(field_of(bad, metrics()), "primary");
  bad = plan();
  bad.constraint = "necessity";
  EXPECT_EQ(field_of(bad, metrics()), "constraint");
  bad = plan();
  bad.margin = 0;
  EXPECT_EQ(field_of(bad, metrics()), "margin");
}

TEST(Analysis, AnArmThatDidNotFinishIsNamed) {
  std::vector<Measured> measured = study(2);
  std::erase_if(measured, [](const Measured& one) { return one.key.arm == "only" && one.key.update == 100; });
  try {
    analyse(table_of(measured), plan());
    FAIL() << "an unfinished arm was compared";
  } catch (const Error& error) {
    EXPECT_EQ(error.field_name(), "arms.only");
  }
}

}  // namespace
}  // namespace gradus
