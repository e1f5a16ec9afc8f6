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

TEST(CancelledErrors, WhatThePreferenceKeepsIsWhatCancels) {
  const Numbers found = numbers_of("cancelled_errors", {{"noise", 0.0}}, {});
  EXPECT_GT(found.at("found"), 0.8);
  EXPECT_EQ(found.at("steps.kept"), 1) << "a judge of steps without noise always finds a right one";
}

TEST(BudgetStrategies, OneStepWithAPerfectVerifierIsSolvedByBoth) {
  const Numbers found =
      numbers_of("budget_strategies", {{"problems", 40}, {"steps", 1}, {"noise", 0.0}, {"trap", 0.0}}, {});
  EXPECT_EQ(found.at("beam"), 1);
  EXPECT_GT(found.at("best_of_n"), 0.9);
}

TEST(SharedErrors, AllScorersAreAlikeOneToOne) {
  EXPECT_LT(numbers_of("shared_errors", {{"problems", 4000}, {"n", 8}}, {}).at("one_to_one.spread"), 0.03);
}

}  // namespace
}  // namespace gradus
