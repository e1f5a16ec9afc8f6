#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <vector>

#include "tests/refused.h"

#include "gradus/base/logistic.h"
#include "gradus/learn/error_threshold.h"
#include "gradus/learn/operators.h"
#include "gradus/learn/pair_loss.h"
#include "gradus/learn/score_loss.h"

namespace gradus {
namespace {

using Values = std::vector<double>;

double real(double low, double high) {
  return low + (high - low) * (*rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 1'000'001))) / 1e6;
}

Values reals(size_t count) {
  Values out;
  for (size_t i = 0; i < count; ++i) out.push_back(real(-3, 3));
  return out;
}

// `slope` against central differences of `loss` in `at`.
void check_slope(const Values& at, const Values& slope, const std::function<double(const Values&)>& loss) {
  RC_ASSERT(slope.size() == at.size());
  for (size_t i = 0; i < at.size(); ++i) {
    Values up = at, down = at;
    up[i] += 1e-6;
    down[i] -= 1e-6;
    const double difference = (loss(up) - loss(down)) / 2e-6;
    RC_ASSERT(std::abs(slope[i] - difference) < 1e-7 * (1 + std::abs(difference)));
  }
}

void check_pairs(size_t first, size_t second,
                 const std::function<PairLoss(const Values&, const Values&)>& loss) {
  const Values a = reals(first), b = reals(second);
  double sum_a = 0, sum_b = 0;
  for (const double x : a) sum_a += x;
  for (const double x : b) sum_b += x;
  RC_PRE(std::abs(sum_a) > 1e-3 && std::abs(sum_b) > 1e-3);  // the kink of kto's baselines
  const PairLoss at = loss(a, b);
  check_slope(a, at.first_slope, [&](const Values& x) { return loss(x, b).loss; });
  check_slope(b, at.second_slope, [&](const Values& x) { return loss(a, x).loss; });
}

TEST(PairLoss, SlopesAgreeWithFiniteDifferences) {
  EXPECT_TRUE(rc::check("logistic", [] {
    const size_t n = *rc::gen::inRange<size_t>(1, 5);
    Values weights;
    for (size_t i = 0; i < n; ++i) weights.push_back(*rc::gen::element(0.0, 1.0, 2.0));
    check_pairs(n, n, [&](const Values& a, const Values& b) { return logistic_pairs(a, b, weights, 1e-6); });
  }));
  EXPECT_TRUE(rc::check("nca", [] {
    const size_t n = *rc::gen::inRange<size_t>(1, 5);
    check_pairs(n, n, [](const Values& a, const Values& b) { return nca_pairs(a, b); });
  }));
  EXPECT_TRUE(rc::check("kto", [] {
    check_pairs(*rc::gen::inRange<size_t>(1, 5), *rc::gen::inRange<size_t>(1, 5),
                [](const Values& a, const Values& b) { return kto_pairs(a, b); });
  }));
  EXPECT_TRUE(rc::check("kto_baseline", [] {
    const double baseline = real(0, 1);
    check_pairs(*rc::gen::inRange<size_t>(1, 5), *rc::gen::inRange<size_t>(1, 5),
                [&](const Values& a, const Values& b) {
                  return kto_baseline(a, b, baseline, {0.5, 2});
                });
  }));
  EXPECT_TRUE(rc::check("ranked", [] {
    const size_t n = *rc::gen::inRange<size_t>(1, 5);
    std::vector<int64_t> labels;
    for (size_t i = 0; i < n; ++i) labels.push_back(*rc::gen::inRange<int64_t>(0, 4));
    check_pairs(n, n, [&](const Values& a, const Values& b) { return ranked_pairs(a, b, labels); });
  }));
}

TEST(PairLoss, LargeScoresDoNotOverflow) {
  const PairLoss loss = logistic_pairs(Values{-2000}, Values{2000});
  EXPECT_EQ(loss.loss, 4000);
  EXPECT_EQ(loss.first_slope[0], -1);
  EXPECT_EQ(loss.second_slope[0], 1);
}

TEST(PairLoss, NoPairNoLossAndAnEmptyClassIsFine) {
  EXPECT_EQ(logistic_pairs({}, {}).loss, 0);
  EXPECT_EQ(nca_pairs({}, {}).loss, 0);
  EXPECT_EQ(kto_pairs({}, {}).loss, 0);
  EXPECT_EQ(logistic_pairs(Values{1}, Values{2}, Values{0}).loss, 0);  // the only pair does not count
  EXPECT_NEAR(kto_pairs(Values{1.0}, {}).loss, 1 - sigmoid(1), 1e-15);
  EXPECT_EQ(kto_baseline_of({}), 0);
  EXPECT_EQ(kto_baseline_of(Values{-2, -1}), 0);
  EXPECT_REFUSED(logistic_pairs(Values{1}, {}), "rejected");
}

TEST(PairLoss, RankedAccuracyLeavesTiesOut) {
  const std::vector<int64_t> labels{0, 1, 2, 3, 1};
  EXPECT_NEAR(*ranked_accuracy(Values{2, 2, 0, 0, 1}, Values{1, 1, 1, 1, 1}, labels), 1.0 / 3, 1e-15);
  EXPECT_FALSE(ranked_accuracy(Values{1}, Values{2}, std::vector<int64_t>{2}).has_value());
}

TEST(ScoreLoss, SlopesAgreeWithFiniteDifferences) {
  EXPECT_TRUE(rc::check("cross_entropy", [] {
    const size_t n = *rc::gen::inRange<size_t>(1, 6);
    const Values scores = reals(n);
    Values outcomes;
    for (size_t i = 0; i < n; ++i) outcomes.push_back(real(0, 1));
    check_slope(scores, cross_entropy(scores, outcomes).slope,
                [&](const Values& at) { return cross_entropy(at, outcomes).loss(); });
  }));
  EXPECT_TRUE(rc::check("group_pairs", [] {
    const size_t n = *rc::gen::inRange<size_t>(1, 8);
    const Values scores = reals(n);
    Values outcomes;
    std::vector<int64_t> groups;
    for (size_t i = 0; i < n; ++i) {
      outcomes.push_back(*rc::gen::element(0.0, 1.0));
      groups.push_back(*rc::gen::inRange<int64_t>(0, 3));
    }
    check_slope(scores, group_pairs(scores, outcomes, groups).slope,
                [&](const Values& at) { return group_pairs(at, outcomes, groups).loss(); });
  }));
  EXPECT_TRUE(rc::check("contrast", [] {
    const size_t n = *rc::gen::inRange<size_t>(1, 6);
    const Values scores = reals(n), before = reals(n);
    Values outcomes;
    for (size_t i = 0; i < n; ++i) outcomes.push_back(*rc::gen::element(0.0, 0.5, 1.0));
    const std::vector<ContrastGroup> groups(n, ContrastGroup{before, outcomes});
    const BestOf best_of = *rc::gen::element(BestOf::none, BestOf::outcome);
    check_slope(scores, contrast(scores, outcomes, groups, best_of).slope,
                [&](const Values& at) { return contrast(at, outcomes, groups, best_of).loss(); });
  }));
  EXPECT_TRUE(rc::check("squared_sums", [] {
    const std::vector<size_t> offsets{0, 0, 2, 5};
    const Values parts = reals(5), targets = reals(3);
    check_slope(parts, squared_sums(parts, offsets, targets).slope,
                [&](const Values& at) { return squared_sums(at, offsets, targets).loss; });
    RC_ASSERT(squared_sums(parts, offsets, targets).sums[0] == 0);
  }));
}

TEST(ScoreLoss, ContrastLooksAtTheGroupBeforeTheUpdate) {
  const Values scores{1, -1, 2}, before{0, 3, 5}, outcomes{1, 0, 1};
  const std::vector<ContrastGroup> groups(3, ContrastGroup{before, outcomes});
  const ScoreLoss loss = contrast(scores, outcomes, groups, BestOf::none);
  EXPECT_NEAR(loss.value[0], -log_sigmoid(1 - 3) / 3, 1e-15);        // the one failure before: 3
  EXPECT_NEAR(loss.value[1], -log_sigmoid(-(-1 - 2.5)) / 3, 1e-15);  // the successes before: 0 and 5
  const ScoreLoss best = contrast(scores, outcomes, groups, BestOf::outcome);
  EXPECT_NEAR(best.value[0], -3 * log_sigmoid(1 - 3), 1e-12);      // 3 * 1^2, the sum
  EXPECT_NEAR(best.value[1], -3.0 / 9 * log_sigmoid(3.5), 1e-12);  // 3 * (1/3)^2
}

TEST(ScoreLoss, AGroupOfOneKindHasNoPair) {
  const ScoreLoss loss = group_pairs(Values{1, 2, 3}, Values{1, 1, 0}, std::vector<int64_t>{0, 0, 1});
  EXPECT_EQ(loss.loss(), 0);
  EXPECT_EQ(loss.slope, (Values{0, 0, 0}));
}

TEST(ScoreLoss, OperatorLeavesRolloutsWithoutScoreOrOutcomeMissing) {
  RolloutBatch batch;
  for (int r = 0; r < 4; ++r) batch.add_rollout({.id = "r" + std::to_string(r), .group = r / 2});
  Column& score = batch.add_column("rollout.score");
  Column& outcome = batch.add_column("rollout.outcome");
  for (size_t r = 0; r < 4; ++r) {
    if (r != 1) score.set(r, 0.5 * static_cast<double>(r));
    if (r != 2) outcome.set(r, r == 0);
  }
  operators().make("loss.scores", Json::object())->apply(batch, {});
  const Column& loss = batch.column("rollout.score_loss");
  EXPECT_FALSE(loss.valid(1) || loss.valid(2));
  EXPECT_NEAR(loss[0], std::log(2) / 2, 1e-6);
  EXPECT_NEAR(loss[3], -log_sigmoid(-1.5) / 2, 1e-6);
}

// Groups 0 and 1, each against its own members from before the update.
TEST(ScoreLoss, OperatorContrastsWithinTheGroup) {
  const Values scores{1, -1, 2, 0.5, -2}, before{0, 3, 5, 1, 2}, outcomes{1, 0, 1, 0, 1};
  const Values old_first{0, 3, 5}, first{1, 0, 1}, old_second{1, 2}, second{0, 1};
  std::vector<ContrastGroup> groups(3, ContrastGroup{old_first, first});
  groups.resize(5, ContrastGroup{old_second, second});
  for (const auto& [name, best_of] : std::vector<std::pair<std::string, BestOf>>{
           {"none", BestOf::none}, {"outcome", BestOf::outcome}, {"score", BestOf::score}}) {
    RolloutBatch batch;
    batch.set_precision(Precision::full);
    for (int r = 0; r < 5; ++r) batch.add_rollout({.id = "r" + std::to_string(r), .group = r / 3});
    for (const char* column : {"rollout.score", "rollout.old", "rollout.outcome"}) batch.add_column(column);
    for (size_t r = 0; r < 5; ++r) {
      batch.column("rollout.score").set(r, scores[r]);
      batch.column("rollout.old").set(r, before[r]);
      batch.column("rollout.outcome").set(r, outcomes[r]);
    }
    operators()
        .make("loss.scores", {{"rule", "contrast"}, {"before", "old"}, {"best_of", name}})
        ->apply(batch, {});
    const ScoreLoss want = contrast(scores, outcomes, groups, best_of);
    for (size_t r = 0; r < 5; ++r) {
      EXPECT_EQ(batch.column("rollout.score_loss")[r], want.value[r]) << name << " " << r;
      EXPECT_EQ(batch.column("rollout.score_loss_slope")[r], want.slope[r]) << name << " " << r;
    }
  }
}

TEST(ErrorThreshold, TwoThresholdsAreEnough) {
  const std::vector<LabelledSteps> solutions{{{0.0}, 0}, {{100.0}, -1}};
  const ErrorThreshold best = best_error_threshold(solutions, 2);
  EXPECT_EQ(best.threshold, 1);
  EXPECT_EQ(best.f1, 1);
}

TEST(ErrorThreshold, SmallestOfTheBest) {
  // 0.5 and 0.73 are the odds: a threshold above 0.5 finds the error, up to 0.73 it spares the sound one.
  const std::vector<LabelledSteps> solutions{{{1.0, 0.0}, 1}, {{1.0}, -1}};
  const ErrorThreshold best = best_error_threshold(solutions, 11);
  EXPECT_NEAR(best.threshold, 0.6, 1e-12);
  EXPECT_EQ(best.f1, 1);
  EXPECT_EQ(best_error_threshold(std::span(solutions).first(1), 11).f1, 0);  // one kind only
  EXPECT_REFUSED(best_error_threshold(solutions, 1), "thresholds");
}

}  // namespace
}  // namespace gradus
