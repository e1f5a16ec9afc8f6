// Intervals of ranking and calibration: against resampling done by hand, and their coverage on data whose
// truth is known.
#include "gradus/eval/unit_bootstrap.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <rapidcheck.h>

#include "gradus/eval/calibration.h"
#include "gradus/eval/index_source.h"

namespace gradus {
namespace {

// The units of the questions that a first draw picks, as often as it picks them.
std::vector<ScoredUnit> drawn_by_hand(const std::vector<ScoredUnit>& units, size_t questions, Stream stream) {
  IndexSource index(stream);
  std::vector<ScoredUnit> out;
  for (size_t i = 0; i < questions; ++i) {
    const size_t picked = index.below(questions);
    for (const ScoredUnit& unit : units) {
      if (unit.question == picked) out.push_back(unit);
    }
  }
  return out;
}

void expect_only(const std::optional<Interval>& interval, const std::optional<double>& value) {
  RC_ASSERT(interval.has_value() == value.has_value());
  if (!value) return;
  RC_ASSERT(std::abs(interval->low - *value) < 1e-12);
  RC_ASSERT(interval->low == interval->high);
}

TEST(UnitBootstrap, OneDrawIsTheNumbersOfTheUnitsDrawn) {
  EXPECT_TRUE(rc::check([] {
    const auto questions = *rc::gen::inRange<uint32_t>(2, 6);
    std::vector<ScoredUnit> units;
    for (uint32_t q = 0; q < questions; ++q) {
      const auto size = *rc::gen::inRange<size_t>(1, 5);
      for (size_t i = 0; i < size; ++i) {
        units.push_back({*rc::gen::inRange(-1, 13) / 10.0, *rc::gen::arbitrary<bool>(), q});
      }
    }
    const std::optional<double> ece = calibration(units).ece;
    rank_units(units);
    const Stream stream(*rc::gen::arbitrary<uint64_t>());
    std::vector<ScoredUnit> by_hand = drawn_by_hand(units, questions, stream);
    const Calibration c = calibration(by_hand);
    const Ranking r = rank_units(by_hand);
    const UnitIntervals got = unit_intervals(units, 1, stream);
    expect_only(got.auroc, r.auroc);
    expect_only(got.auprc_right, r.auprc_right);
    expect_only(got.auprc_wrong, r.auprc_wrong);
    expect_only(got.ece, c.ece ? std::optional(std::max(0.0, 2 * *ece - *c.ece)) : std::nullopt);
    expect_only(got.brier, c.brier);
  }));
}

TEST(UnitBootstrap, OneQuestionHasNoInterval) {
  std::vector<ScoredUnit> units = {{0.2, false, 0}, {0.7, true, 0}};
  EXPECT_FALSE(unit_intervals(units, 100, Stream(1)).auroc);
  EXPECT_FALSE(unit_intervals({}, 100, Stream(1)).brier);
  units[1].question = 1;
  EXPECT_FALSE(unit_intervals(units, 0, Stream(1)).brier);
  EXPECT_TRUE(unit_intervals(units, 100, Stream(1)).brier);
}

// Questions of five steps with a mood in common: right ones score higher by 1 on the normal scale, so AUROC
// is Phi(1 / sqrt(2)) whatever the mood's share of the variance.
std::vector<ScoredUnit> draw_steps(size_t questions, Stream& stream) {
  std::vector<ScoredUnit> units;
  for (uint32_t q = 0; q < questions; ++q) {
    const double mood = std::sqrt(0.3) * stream.normal();
    for (int i = 0; i < 5; ++i) {
      const bool right = stream.chance(0.7);
      const double z = (right ? 1 : 0) + mood + std::sqrt(0.7) * stream.normal();
      units.push_back({1 / (1 + std::exp(-z)), right, q});
    }
  }
  return units;
}

double normal_below(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

// The truth of what has no closed form: a sample so large that its own error does not count.
struct Truth {
  Ranking ranking;
  Calibration calibrated;
};

Truth truth_of_steps() {
  Stream stream(99);
  std::vector<ScoredUnit> many = draw_steps(100000, stream);
  const Calibration c = calibration(many);
  return {rank_units(many), c};
}

TEST(UnitBootstrap, CoversTheTruthInNineteenOfTwentySamples) {
  constexpr int kTrials = 600, kDraws = 300;  // standard error of a coverage near 95 %: 0.9 points
  const Truth truth = truth_of_steps();
  ASSERT_NEAR(*truth.ranking.auroc, normal_below(1 / std::numbers::sqrt2), 0.003);
  std::array<int, 5> hits{};
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    Stream stream = Stream(7).child(trial);
    std::vector<ScoredUnit> units = draw_steps(100, stream);
    rank_units(units);
    const UnitIntervals got = unit_intervals(units, kDraws, stream.child("bootstrap"));
    const auto covers = [](const std::optional<Interval>& interval, double value) {
      return interval && interval->low <= value && value <= interval->high;
    };
    hits[0] += covers(got.auroc, *truth.ranking.auroc);
    hits[1] += covers(got.auprc_right, *truth.ranking.auprc_right);
    hits[2] += covers(got.auprc_wrong, *truth.ranking.auprc_wrong);
    hits[3] += covers(got.brier, *truth.calibrated.brier);
    hits[4] += covers(got.ece, *truth.calibrated.ece);
  }
  const char* const names[] = {"AUROC", "AUPRC right", "AUPRC wrong", "Brier", "ECE"};
  for (size_t i = 0; i < hits.size(); ++i) {
    const double coverage = static_cast<double>(hits[i]) / kTrials;
    RecordProperty(names[i], std::to_string(coverage));
    EXPECT_GE(coverage, i == 4 ? 0.82 : 0.91) << names[i] << ": the bias of ECE is only partly removed";
    EXPECT_LE(coverage, 0.985) << names[i];
  }
}

}  // namespace
}  // namespace gradus
