// Counts, rankings and calibration against values worked out by hand and against their definitions.
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/eval/benchmarks/mr_score.h"
#include "gradus/eval/benchmarks/prmbench.h"
#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/eval/calibration.h"
#include "gradus/eval/confusion.h"
#include "gradus/eval/ranking.h"

namespace gradus {
namespace {

TEST(Confusion, WhatHasNoCasesDoesNotExist) {
  const Confusion none;
  EXPECT_EQ(none.f1(), std::nullopt);
  EXPECT_EQ(matthews(none), std::nullopt);
  EXPECT_EQ(harmonic_mean(0.0, 0.0), std::nullopt);
  const Confusion c{.tp = 3, .fp = 1, .tn = 2, .fn = 4};
  EXPECT_DOUBLE_EQ(*c.f1(), 6.0 / 11);
  EXPECT_DOUBLE_EQ(*matthews(c), (6.0 - 4) / std::sqrt(4.0 * 7 * 3 * 6));
  EXPECT_DOUBLE_EQ(*balanced_accuracy(c), 0.5 * 3 / 7 + 0.5 * 2 / 3);
}

TEST(Ranking, TiesCountHalfAndEqualThePairwiseDefinition) {
  EXPECT_TRUE(rc::check([] {
    const auto scores = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5));
    std::vector<ScoredUnit> units;
    for (const int score : scores) units.push_back({static_cast<double>(score), *rc::gen::arbitrary<bool>()});
    double won = 0, pairs = 0;
    for (const ScoredUnit& a : units) {
      for (const ScoredUnit& b : units) {
        if (!a.right || b.right) continue;
        pairs += 1;
        won += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
      }
    }
    const std::optional<double> area = rank_units(units).auroc;
    RC_ASSERT(area.has_value() == (pairs > 0));
    if (area) RC_ASSERT(std::abs(*area - won / pairs) < 1e-12);
  }));
}

TEST(Ranking, AveragePrecisionByHand) {
  std::vector<ScoredUnit> units = {{0.9, true}, {0.8, false}, {0.7, true}, {0.7, false}};
  const Ranking ranking = rank_units(units);
  EXPECT_DOUBLE_EQ(*ranking.auprc_right, 0.5 * 1 + 0.5 * 2 / 4);
  EXPECT_DOUBLE_EQ(*ranking.auprc_wrong, 0.5 * 0.5 + 0.5 * 2 / 3);
  std::vector<ScoredUnit> one{{1, true}};
  EXPECT_EQ(rank_units(one).auprc_right, std::nullopt);
}

TEST(Calibration, GapsAndEdges) {
  const std::vector<ScoredUnit> units = {
      {1.0, true}, {0.95, false}, {0.1, false}, {1.5, true}, {std::nan(""), true}};
  const Calibration c = calibration(units);
  EXPECT_EQ(c.outside, 2u);
  EXPECT_EQ(c.bins[9].count, 2u);
  EXPECT_EQ(c.bins[1].count, 1u);
  EXPECT_NEAR(*c.ece, (std::abs(1 - 1.95) + 0.1) / 3, 1e-12);
  EXPECT_NEAR(*c.brier, (0.95 * 0.95 + 0.01) / 3, 1e-12);
}

TEST(ProcessBench, AnswersOfCritics) {
  EXPECT_EQ(critic_answer("\\boxed{9} then \\boxed{ -1 }"), -1);
  EXPECT_EQ(critic_answer("\\boxed{\\text{3}}"), std::nullopt);
  EXPECT_EQ(critic_answer("\\boxed{3"), std::nullopt);
  EXPECT_EQ(critic_answer("\\boxed{1_0}"), 10);
  EXPECT_EQ(voted_answer(std::vector<std::string>{"none", "\\boxed{2}", "\\boxed{1}", "\\boxed{1}"}), 1);
  ErrorAccuracy both_wrong;
  both_wrong.add(2, -1);
  both_wrong.add(-1, 0);
  EXPECT_EQ(both_wrong.f1(), std::nullopt);
  EXPECT_EQ(both_wrong.strict_f1(), 0.0);
}

TEST(Prmbench, ReleasedAndStrictDiffer) {
  const PrmbenchCounts all_right = count_labels(std::vector<int64_t>{}, std::vector<uint8_t>{0, 0});
  EXPECT_EQ(official_metrics(all_right).precision, -1);
  EXPECT_EQ(official_metrics(all_right).f1, 0);  // evaluated with the -1 in it
  const PrmbenchCounts all_valid = count_labels(std::vector<int64_t>{}, std::vector<uint8_t>{1, 1});
  EXPECT_EQ(official_metrics(all_valid).negative_f1, -1);
  EXPECT_EQ(strict_prm_score(all_valid, "circular"), std::nullopt);
  EXPECT_EQ(strict_prm_score(all_right, "multi_solutions"), 0.0);
}

TEST(MrScore, IncorrectIsNoCorrect) {
  const MrTruth right{.right = true, .step = "N/A"}, wrong{.right = false, .step = "3"};
  EXPECT_TRUE(
      judge_answer(right, {"incorrect.", "", ""}, MrRule::gsm8k).correctness);  // released substring test
  EXPECT_FALSE(judge_answer(right, {"incorrect.", "", ""}, MrRule::strict).correctness);
  EXPECT_TRUE(judge_answer(wrong, {"wrong", "Step 3", "incorrect"}, MrRule::gsm8k).reason);
  EXPECT_FALSE(judge_answer(wrong, {"wrong", "Step 3", "incorrect"}, MrRule::strict).reason);
  EXPECT_FALSE(judge_answer(wrong, {"wrong", "Step 3: x", ""}, MrRule::gsm8k).step);
  EXPECT_TRUE(judge_answer(wrong, {"wrong", "Step 3: x", ""}, MrRule::strict).step);
}

TEST(MrScore, MrBenReadsOfAStepWhatTheReleasedCodeReads) {
  const MrTruth wrong{.right = false, .step = "3"};
  const auto hit = [&](const std::string& said, MrRule rule) {
    return judge_answer(wrong, {"incorrect", said, "Correct"}, rule).step;
  };
  for (const char* said :
       {"3", "Step 3", "step 3.", "[Step 3]", "**Step 3**:", " step 3\n", "step 3\u2713", "Step #3"}) {
    EXPECT_TRUE(hit(said, MrRule::ben)) << said;
  }
  for (const char* said : {"[3]", "(3)", "3.", "**3**", "#3", " 3", "3 ", "3\n", "Step  3", "Step 03",
                           "Step 3: x", "\uff13", "\u7b2c step 3", "Step\t3", "- step 3", "", "step 4"}) {
    EXPECT_FALSE(hit(said, MrRule::ben)) << said;
  }
  for (const char* said : {"[3]", "3.", " 3", "Step 3: x"}) EXPECT_TRUE(hit(said, MrRule::strict)) << said;
  EXPECT_TRUE(hit(" 3", MrRule::gsm8k)) << "there the white space goes first";
  const MrTruth blank{.right = false, .step = ""};
  EXPECT_TRUE(judge_answer(blank, {"incorrect", "N/A", ""}, MrRule::ben).step) << "\"\" is \"\"";
  EXPECT_FALSE(judge_answer(blank, {"incorrect", "N/A", ""}, MrRule::strict).step);
  EXPECT_FALSE(judge_answer(wrong, {"incorrect \u9519", "3", ""}, MrRule::ben).correctness);
  EXPECT_TRUE(judge_answer(wrong, {"**Incorrect!**", "3", ""}, MrRule::ben).correctness);
}

}  // namespace
}  // namespace gradus
