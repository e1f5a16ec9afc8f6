// RewardBench 2 and RewardMATH scoring, difficulty levels, pass@k.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>

#include "gradus/base/error.h"
#include "gradus/eval/benchmarks/rewardbench2.h"
#include "gradus/eval/benchmarks/rewardmath.h"
#include "gradus/eval/difficulty.h"
#include "gradus/eval/pass_at_k.h"

namespace gradus {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RewardBench2, TiesOfTheFirstPlaceShareIt) {
  EXPECT_EQ(best_of_n(std::vector<double>{2, 1, 2, 0}), 0.5);
  EXPECT_EQ(best_of_n(std::vector<double>{1, 2, 0, 0}), 0);
  EXPECT_EQ(best_of_n(std::vector<double>{kInfinity, kInfinity}), 0.5);
  EXPECT_EQ(best_of_n(std::vector<double>{1, kNan, 0}), 0);
  EXPECT_THROW(best_of_n({}), Error);
}

TEST(RewardBench2, ThePerfectTiesScoreExceedsOneAndTheStrictOneDoesNot) {
  const TiesScore score = score_ties({{"ref:0", 1, {2, 1}}, {"tied:0", 2, {2, 2, 1}}});
  EXPECT_DOUBLE_EQ(score.compat, 1.01);
  EXPECT_DOUBLE_EQ(*score.strict, 1.0);
}

TEST(RewardBench2, ABonusForOneRightAnswerCostsMarginsAndNoAccuracy) {
  const TiesScore even = score_ties({{"ref:0", 1, {2, 1}}, {"tied:0", 2, {2, 2, 1}}});
  const TiesScore uneven = score_ties({{"ref:0", 1, {2, 1}}, {"tied:0", 2, {9, 2, 1}}});
  EXPECT_EQ(uneven.tied_accuracy, even.tied_accuracy);
  EXPECT_LT(*uneven.margin, *even.margin);
  EXPECT_LT(*uneven.margin_hard, *even.margin_hard);
}

TEST(RewardBench2, RowsOfOneIdAreMergedAndCounted) {
  const TiesScore score = score_ties({{"ref:0", 1, {2, 1}}, {"tied:0", 2, {5, 4, 1}}, {"tied:0", 1, {3, 0}}});
  EXPECT_EQ(score.duplicates, 1u);
  EXPECT_EQ(*score.prompts.at("tied:0").spread, 2);
  EXPECT_EQ(score.prompts.at("tied:0").gap, 2);
  EXPECT_FALSE(score.strict);
}

TEST(RewardBench2, WithoutAPairThereIsNoMargin) {
  const TiesScore score = score_ties({{"tied:3", 2, {2, 2, 1}}});
  EXPECT_TRUE(std::isnan(score.compat));
  EXPECT_FALSE(score.strict);
  EXPECT_EQ(score.tied_accuracy, 1);
}

TEST(RewardBench2, RefusesWhatTheReleasedCodeCannotScore) {
  EXPECT_THROW(score_ties({{"tied-3", 2, {2, 2, 1}}}), Error);
  EXPECT_THROW(score_ties({{"tied:3", 2, {2, 2}}}), Error);
  EXPECT_THROW(score_ties({{"ref:3", 0, {2, 2}}}), Error);
  EXPECT_THROW(score_ties({{"ref:3", 1, {2, 1}}, {"tied:3", 1, {2, 1}}}), Error);
}

TEST(RewardMath, TiesCountAgainstTheRightOne) {
  const RewardMathResult one = rewardmath_result(std::vector<double>{1}, std::vector<double>{1, 0.5, 0.2});
  EXPECT_FALSE(one.accurate);
  EXPECT_TRUE(one.accurate_with_ties);
  EXPECT_EQ(one.reciprocal_rank, 0.5);
  EXPECT_DOUBLE_EQ(one.rank_share, 2.0 / 3);
}

TEST(RewardMath, ANumberThatIsNoneCountsAgainstTheRightOne) {
  const RewardMathResult wrong = rewardmath_result(std::vector<double>{1}, std::vector<double>{kNan, 0});
  EXPECT_FALSE(wrong.accurate);
  EXPECT_EQ(wrong.reciprocal_rank, 0.5);
  EXPECT_EQ(rewardmath_result(std::vector<double>{kNan}, std::vector<double>{0, 0}).reciprocal_rank, 1.0 / 3);
}

TEST(RewardMath, PairwiseIsTheShareOfLostComparisons) {
  EXPECT_TRUE(rc::check([](const std::vector<bool>& won) {
    RC_PRE(!won.empty());
    const double lost = static_cast<double>(std::count(won.begin(), won.end(), false));
    const RewardMathResult one = rewardmath_pairwise(won);
    RC_ASSERT(one.accurate == (lost == 0));
    RC_ASSERT(one.reciprocal_rank == 1 / (1 + lost));
  }));
}

TEST(RewardMath, RefusesScoresOfStepsWithoutAForm) {
  const RewardMathProblem problem{"p", {kRewardMathRight, "other"}, {{0.5, 0.6}, {0.1}}};
  EXPECT_THROW(rewardmath_result(problem, ""), Error);
  EXPECT_TRUE(rewardmath_result(problem, "min").accurate);
  EXPECT_THROW(rewardmath_result(problem, "min", "other"), Error) << "no wrong solution is left";
}

TEST(PassAtK, IsTheShareOfSubsetsWithARightOne) {
  for (unsigned n = 1; n <= 8; ++n) {
    for (unsigned c = 0; c <= n; ++c) {
      for (unsigned k = 1; k <= n; ++k) {
        double with = 0, all = 0;  // subsets of k of n samples, the first c right
        for (unsigned set = 0; set < 1u << n; ++set) {
          if (static_cast<unsigned>(__builtin_popcount(set)) != k) continue;
          ++all;
          with += (set & ((1u << c) - 1)) != 0;
        }
        EXPECT_NEAR(pass_at_k(n, c, k), with / all, 1e-12);
      }
    }
  }
  EXPECT_THROW(pass_at_k(2, 3, 1), Error);
  EXPECT_NEAR(pass_at_k(100000, 1, 50000), 0.5, 1e-9);
}

TEST(Difficulty, HarderBelowACut) {
  const std::vector<double> cuts = {0.2, 0.4, 0.6, 0.8};
  EXPECT_EQ(difficulty_level(0.1, cuts), 5);
  EXPECT_EQ(difficulty_level(0.2, cuts), 4);
  EXPECT_EQ(difficulty_level(0.9, cuts), 1);
  EXPECT_EQ(quantile_cuts(std::vector<double>{0, 1, 2, 3, 4, 5}, 5), (std::vector<double>{1, 2, 3, 4}));
}

TEST(Selection, ChoosesOnTheOtherFold) {
  const std::vector<std::vector<double>> results = {{1, 0, 1, 0, 0}, {0, 1, 0, 1, 1}};
  const std::vector<int> levels = {1, 1, 1, 1, 5};
  const std::vector<uint8_t> folds = {0, 1, 0, 1, 1};
  const Selection chosen = select_per_level(results, levels, folds);
  // Level 1 of fold 1 is best served by strategy 1, of fold 0 by strategy 0: each gets the other's choice.
  EXPECT_EQ(chosen.strategy, (std::vector<size_t>{1, 0, 1, 0, 0}));
  EXPECT_EQ(chosen.result, 0);
  EXPECT_THROW(select_per_level(results, levels, std::vector<uint8_t>{0, 1}), Error);
}

}  // namespace
}  // namespace gradus
