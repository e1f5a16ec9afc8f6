// Worlds of choosing among samples: what their numbers must be where the truth is known by hand.
#include <cmath>
#include <gtest/gtest.h>

#include "tests/simulation/arms.h"

namespace gradus {
namespace {

TEST(SampledSolutions, APerfectScorerFindsARightSolutionWhereThereIsOne) {
  const Json best = {{{"name", "shape.aggregate"}, {"channel", "prm"}, {"form", "last"}, {"into", "score"}},
                     {{"name", "select.answer"}, {"rule", "best"}}};
  const Numbers found =
      numbers_of("sampled_solutions", {{"noise", 0.0}, {"samples", 4}, {"problems", 4000}}, {{"best", best}});
  EXPECT_NEAR(found.at("best.accuracy"), 1 - std::pow(1 - std::pow(0.85, 6), 4), 0.03);
}

TEST(LabelledErrors, AJudgeWithoutErrorsLeavesOnlyTrueLabels) {
  const Json both = Json::array(
      {{{"name", "curate.consensus"}, {"first", "error_monte_carlo"}, {"second", "error_judge"}}});
  const Numbers found = numbers_of("labelled_errors", {{"judge", 1.0}}, {{"both", both}});
  EXPECT_EQ(found.at("judge.error"), 0);
  EXPECT_EQ(found.at("both.error"), 0);
  EXPECT_NEAR(found.at("both.kept"), 1 - found.at("monte_carlo.error"), 1e-12);
}

TEST(NoisyScorer, WithoutNoiseEverythingIsRight) {
  const Numbers found = numbers_of("noisy_scorer", {{"noise", {0.0}}, {"bonus", 0.0}}, {});
  EXPECT_EQ(found.at("best_of_4.0"), 1);
  EXPECT_EQ(found.at("bonus.margin"), 0);
}

TEST(LabelledErrors, WhatIsSharedSurvivesTheFilter) {
  const Json both = Json::array(
      {{{"name", "curate.consensus"}, {"first", "error_monte_carlo"}, {"second", "error_judge"}}});
  const auto ratio = [&](double shared) {
    return numbers_of("labelled_errors", {{"shared", shared}, {"solutions", 20000}}, {{"both", both}})
        .at("both.error_ratio");
  };
  EXPECT_LT(ratio(0.0), 0.3);
  EXPECT_GT(ratio(1.0), 0.6);
}

TEST(CancelledErrors, EitherJudgeMayBeTheBetterOne) {
  const auto gain = [](double detects, double sees, double cancelling) {
    return numbers_of("cancelled_errors",
                      {{"detects", detects}, {"sees", sees}, {"cancelling", cancelling}, {"calibrated", 1.0}},
                      {})
        .at("gain.kept");
  };
  EXPECT_GT(gain(0.95, 0.7, 0.3), 0.05) << "errors cancel, and steps are seen";
  EXPECT_LT(gain(0.5, 0.95, 0.3), -0.05) << "a judge of steps that guesses";
}

// The preference of these very candidates is high where one score has underrated them by chance.
TEST(CancelledErrors, WhatWasSelectedOnLooksBetterThanItIs) {
  const Numbers found =
      numbers_of("cancelled_errors", {{"cancelling", 0.02}, {"questions", 5000}, {"candidates", 8}}, {});
  EXPECT_GT(found.at("gain_same.kept"), found.at("gain.kept") + 0.1);
}

TEST(CancelledErrors, APreferenceOfAnEndThatKnowsNothingFindsLess) {
  const auto found = [](double calibrated) {
    return numbers_of("cancelled_errors", {{"calibrated", calibrated}}, {}).at("found");
  };
  EXPECT_GT(found(1.0), found(0.0) + 0.2);
  EXPECT_NEAR(found(0.0), 0.3, 0.1) << "by chance";
}

TEST(BudgetStrategies, OneStepWithAPerfectVerifierIsSolvedByBoth) {
  const Numbers found =
      numbers_of("budget_strategies", {{"problems", 40}, {"steps", 1}, {"noise", 0.0}, {"trap", 0.0}}, {});
  EXPECT_EQ(found.at("beam"), 1);
  EXPECT_GT(found.at("best_of_n"), 0.9);
}

TEST(SharedErrors, AllScorersAreAlikeOneToOneWithoutSpread) {
  EXPECT_LT(numbers_of("shared_errors", {{"problems", 4000}, {"n", 8}, {"spread", 0.0}}, {})
                .at("one_to_one.spread"),
            0.03);
}

TEST(SharedErrors, EitherAccuracyMayTellMore) {
  const auto found = [](double spread, double sharing) {
    return numbers_of("shared_errors", {{"spread", spread}, {"sharing", sharing}, {"scorers", 40}}, {});
  };
  EXPECT_GT(found(0.0, 0.9).at("spearman.difference"), 0.5);
  EXPECT_LT(found(0.09, 0.0).at("spearman.difference"), 0.2);
  EXPECT_GT(found(0.09, 0.0).at("spearman.one_to_one"), 0.7);
}

}  // namespace
}  // namespace gradus
