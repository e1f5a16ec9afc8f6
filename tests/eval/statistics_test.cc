#include "gradus/eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/eval/bootstrap.h"
#include "gradus/eval/student_t.h"

namespace gradus {
namespace {

const std::vector<double> kHandCheck = {1, 2, 3, 4, 5};

TEST(Statistics, HandChecksOfTheProtocol) {
  EXPECT_DOUBLE_EQ(sample_mean(kHandCheck), 3.0);
  EXPECT_DOUBLE_EQ(*sample_sd(kHandCheck), 1.5811388300841898);
  EXPECT_DOUBLE_EQ(*cohens_dz(kHandCheck), 1.8973665961010275);
  EXPECT_DOUBLE_EQ(hedges_correction(5), 0.8);
  EXPECT_DOUBLE_EQ(*hedges_g(kHandCheck), 1.517893276880822);
  EXPECT_DOUBLE_EQ(sign_flip_p(kHandCheck, 100, Stream(1)), 0.0625);
  EXPECT_DOUBLE_EQ(cliffs_delta(std::vector<double>{2, 3}, std::vector<double>{1, 2}), 0.75);
  EXPECT_DOUBLE_EQ(probability_of_improvement(std::vector<double>{2, 3}, std::vector<double>{1, 2}), 0.875);
}

// Tables of Student's t and of the normal distribution, to the digits printed there.
TEST(Statistics, QuantilesAgreeWithTables) {
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.7062, 5e-5);
  EXPECT_NEAR(student_t_quantile(0.975, 5), 2.57058, 5e-6);
  EXPECT_NEAR(student_t_quantile(0.95, 9), 1.83311, 5e-6);
  EXPECT_NEAR(student_t_quantile(0.025, 5), -2.57058, 5e-6);
  EXPECT_NEAR(student_t_two_sided(2.57058, 5), 0.05, 1e-6);
  EXPECT_NEAR(normal_quantile(0.975), 1.959964, 5e-7);
  EXPECT_NEAR(normal_quantile(0.05), -1.644854, 5e-7);
}

TEST(Statistics, PairedTInterval) {
  const Interval interval = *paired_t_interval(kHandCheck);
  const double half = 2.7764451 * 1.5811388300841898 / std::sqrt(5.0);
  EXPECT_NEAR(interval.low, 3 - half, 1e-6);
  EXPECT_NEAR(interval.high, 3 + half, 1e-6);
  EXPECT_NEAR(*paired_t_p(kHandCheck), 0.013236, 1e-5);  // t = 4.2426 on 4 degrees of freedom
}

TEST(Statistics, OneSeedHasNoSpread) {
  const std::vector<double> one = {0.4};
  EXPECT_FALSE(sample_sd(one));
  EXPECT_FALSE(paired_t_interval(one));
  EXPECT_FALSE(paired_t_p(one));
  EXPECT_FALSE(cohens_dz(one));
  EXPECT_DOUBLE_EQ(sign_flip_p(one, 100, Stream(1)), 1.0);
}

TEST(Statistics, NoSpreadMeansNoEffectSize) {
  const std::vector<double> equal = {0.1 + 0.2, 0.3, 0.3};  // the first differs by rounding alone
  EXPECT_TRUE(degenerate(equal));
  EXPECT_DOUBLE_EQ(*sample_sd(equal), 0.0);
  EXPECT_FALSE(cohens_dz(equal));
  EXPECT_FALSE(hedges_g(equal));
  EXPECT_FALSE(paired_t_p(equal));
}

TEST(Statistics, SignFlipCountsTiesDespiteRounding) {
  // All 2^3 patterns of three equal sizes: |sum| is 3 x 0.1 in two of eight.
  EXPECT_DOUBLE_EQ(sign_flip_p(std::vector<double>{0.1, 0.1, 0.1}, 100, Stream(1)), 0.25);
  EXPECT_DOUBLE_EQ(sign_flip_p(std::vector<double>{0, 0, 0}, 100, Stream(1)), 1.0);
}

TEST(Statistics, SampledSignFlipIsNearTheExactOne) {
  Stream stream(5);
  std::vector<double> values;
  for (int i = 0; i < 20; ++i) values.push_back(stream.normal() + 0.4);
  const double exact = sign_flip_p(values, 0, Stream(1));
  values.push_back(0.0);  // a zero changes no sum, but 21 values are beyond the exact range
  EXPECT_NEAR(sign_flip_p(values, 20000, Stream(1)), exact, 0.01);
}

TEST(Statistics, HolmByHand) {
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.04, 0.03});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_EQ(holm(std::vector<double>{0.9, 0.8}), (std::vector<double>{1.0, 1.0}));
  EXPECT_TRUE(holm({}).empty());
}

TEST(Statistics, InterquartileMeanByHand) {
  EXPECT_DOUBLE_EQ(interquartile_mean(std::vector<double>{100, 1, 2, 3, 4, 5, 6, -50}), 3.5);
  EXPECT_DOUBLE_EQ(interquartile_mean(std::vector<double>{1, 2, 6}), 3.0);  // fewer than four: nothing to cut
}

std::vector<double> doubles(const std::vector<int>& whole) {
  std::vector<double> out;
  for (const int value : whole) out.push_back(value / 7.0);
  return out;
}

// Eight values of -100..100 sevenths.
rc::Gen<std::vector<int>> eight() {
  return rc::gen::container<std::vector<int>>(8, rc::gen::inRange(-100, 101));
}

TEST(Statistics, ReversingTheArmsMirrorsEverything) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<double> a = doubles(*eight()), b = doubles(*eight());
    std::vector<double> forward, backward;
    for (size_t i = 0; i < a.size(); ++i) {
      forward.push_back(b[i] - a[i]);
      backward.push_back(a[i] - b[i]);
    }
    RC_ASSERT(cliffs_delta(a, b) == -cliffs_delta(b, a));
    RC_ASSERT(sign_flip_p(forward, 0, Stream(1)) == sign_flip_p(backward, 0, Stream(1)));
    const Interval up = *paired_t_interval(forward), down = *paired_t_interval(backward);
    RC_ASSERT(std::fabs(up.low + down.high) < 1e-12);
    RC_ASSERT(std::fabs(up.high + down.low) < 1e-12);
  }));
}

TEST(Statistics, TheOrderOfSeedsChangesNoBit) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<double> values = doubles(*eight());
    std::vector<double> shuffled = values;
    Stream(*rc::gen::arbitrary<uint64_t>()).shuffle(std::span(shuffled));
    RC_ASSERT(sample_mean(values) == sample_mean(shuffled));
    RC_ASSERT(sample_sd(values) == sample_sd(shuffled));
    RC_ASSERT(sign_flip_p(values, 0, Stream(1)) == sign_flip_p(shuffled, 0, Stream(1)));
    RC_ASSERT(interquartile_mean(values) == interquartile_mean(shuffled));
  }));
}

TEST(Statistics, HolmNeverLowersAndKeepsTheOrder) {
  EXPECT_TRUE(rc::check([] {
    std::vector<double> p;
    for (const int value :
         *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1001)))) {
      p.push_back(value / 1000.0);
    }
    const std::vector<double> adjusted = holm(p);
    for (size_t i = 0; i < p.size(); ++i) {
      RC_ASSERT(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
      for (size_t j = 0; j < p.size(); ++j) RC_ASSERT(p[i] >= p[j] || adjusted[i] <= adjusted[j]);
    }
  }));
}

TEST(Bootstrap, SameStreamSameBytes) {
  PairedSeeds seeds(4);
  Stream stream(3);
  for (auto& tasks : seeds) {
    for (int t = 0; t < 10; ++t) tasks.push_back({stream.uniform(), stream.uniform(), 1, 1});
  }
  const auto first = *two_level_bootstrap(seeds, 500, Stream(9)),
             again = *two_level_bootstrap(seeds, 500, Stream(9));
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.upper_bound, again.upper_bound);
  EXPECT_NE(first.low, two_level_bootstrap(seeds, 500, Stream(10))->low);
  EXPECT_LT(first.low, first.lower_bound);
  EXPECT_GT(first.high, first.upper_bound);
}

TEST(Bootstrap, OneSeedHasNoInterval) {
  EXPECT_FALSE(two_level_bootstrap({{{1, 0, 1, 1}, {0, 0, 1, 1}}}, 500, Stream(1)));
}

TEST(Bootstrap, NoVarianceGivesAPoint) {
  const PairedSeeds seeds(5, std::vector<PairedTask>(8, {0.75, 0.5, 1, 1}));
  const BootstrapResult result = *two_level_bootstrap(seeds, 500, Stream(1));
  EXPECT_DOUBLE_EQ(result.low, 0.25);
  EXPECT_DOUBLE_EQ(result.high, 0.25);
}

TEST(Bootstrap, MissingValuesLeaveTheOtherSideAlone) {
  // The baseline solved task 0 only: its mean is 0.5, not 0.25.
  const std::vector<PairedTask> tasks = {{1, 0.5, 1, 1}, {0.8, 0, 1, 0}};
  EXPECT_DOUBLE_EQ(*seed_difference(tasks), 0.9 - 0.5);
  EXPECT_FALSE(seed_difference(std::vector<PairedTask>{{1, 0, 1, 0}}));
}

TEST(Bootstrap, StratifiedIntervalHoldsTheMeanAndKeepsTheTasks) {
  // Seeds are redrawn within a task, so tasks that do not vary give a point.
  EXPECT_DOUBLE_EQ(stratified_interquartile_interval({{1, 1}, {2, 2}, {3, 3}, {4, 4}}, 200, Stream(1)).high,
                   2.5);
  const Interval interval =
      stratified_interquartile_interval({{1, 2, 3}, {2, 3, 4}, {3, 4, 5}, {4, 5, 9}}, 2000, Stream(1));
  EXPECT_LT(interval.low, 3.5);
  EXPECT_GT(interval.high, 3.5);
}

}  // namespace
}  // namespace gradus
