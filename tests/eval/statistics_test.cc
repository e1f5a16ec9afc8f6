#include "gradus/eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/eval/anytime.h"
#include "gradus/eval/effect.h"
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
}

TEST(Statistics, OneSeedHasNoSpread) {
  const std::vector<double> one = {0.4};
  EXPECT_FALSE(sample_sd(one));
  EXPECT_FALSE(paired_t_interval(one));
  EXPECT_FALSE(cohens_dz(one));
  EXPECT_DOUBLE_EQ(sign_flip_p(one, 100, Stream(1)), 1.0);
}

TEST(Statistics, NoSpreadMeansNoEffectSize) {
  const std::vector<double> equal = {0.1 + 0.2, 0.3, 0.3};  // the first differs by rounding alone
  EXPECT_TRUE(degenerate(equal));
  EXPECT_DOUBLE_EQ(*sample_sd(equal), 0.0);
  EXPECT_FALSE(cohens_dz(equal));
  EXPECT_FALSE(hedges_g(equal));
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

// One cell per seed, each with a task and a base policy of its own.
PairedStudy plain_study(std::span<const double> differences) {
  PairedStudy study;
  for (size_t i = 0; i < differences.size(); ++i) {
    study.seeds.push_back({{.task = i, .arm = differences[i], .has_arm = 1, .has_baseline = 1}});
    study.bases.push_back(static_cast<int64_t>(i));
  }
  return study;
}

TEST(Effect, WithNothingInCommonItIsThePairedTTest) {
  const Effect found = *effect_of(plain_study(kHandCheck), Looks::one);
  const Interval interval = *paired_t_interval(kHandCheck);
  EXPECT_NEAR(found.low, interval.low, 1e-12);
  EXPECT_NEAR(found.high, interval.high, 1e-12);
  EXPECT_DOUBLE_EQ(found.degrees, 4);
  EXPECT_EQ(found.task_variance, 0);
  EXPECT_NEAR(*found.p, 0.013236, 1e-5);  // t = 4.2426 on 4 degrees of freedom
  EXPECT_LT(found.low, found.lower_bound);
  EXPECT_GT(found.high, found.upper_bound);
}

TEST(Effect, SeedsOfOneBasePolicyCountOnce) {
  const std::vector<double> differences = {1, 2, 1, 2, 1, 2}, two = {1, 2};
  PairedStudy study = plain_study(differences);
  study.bases = {0, 1, 0, 1, 0, 1};
  const Effect found = *effect_of(study, Looks::one);
  EXPECT_EQ(found.bases, 2u);
  EXPECT_DOUBLE_EQ(found.degrees, 1);
  EXPECT_NEAR(found.low, paired_t_interval(two)->low, 1e-9);
  EXPECT_EQ(base_differences(study), two);
  study.bases = {7, 7, 7, 7, 7, 7};
  EXPECT_FALSE(effect_of(study, Looks::one)) << "one base policy tells nothing of others";
}

// Every seed agrees to the digit, and one task in four carries the effect: new tasks would tell otherwise.
TEST(Effect, ATaskThatAllSeedsShareIsNotEvidenceTenTimes) {
  PairedStudy study;
  for (int64_t seed = 0; seed < 10; ++seed) {
    study.bases.push_back(seed);
    study.seeds.emplace_back();
    for (size_t task = 0; task < 4; ++task) {
      study.seeds.back().push_back(
          {.task = task, .arm = task == 0 ? 1.0 : 0.0, .has_arm = 1, .has_baseline = 1});
    }
  }
  const Effect found = *effect_of(study, Looks::one);
  EXPECT_DOUBLE_EQ(found.mean, 0.25);
  EXPECT_EQ(found.base_variance, 0);
  EXPECT_DOUBLE_EQ(found.degrees, 3);
  EXPECT_NEAR(found.error, 0.25, 1e-12);  // sd of {1, 0, 0, 0} is 0.5, over four tasks
  EXPECT_LT(found.low, 0);
}

// Two seeds whose differences nearly agree, while their tasks do not: V is what V_task exceeds V_cell by.
TEST(Effect, DegreesOfFreedomAreAtLeastOne) {
  for (uint64_t key = 0; key < 200; ++key) {
    Stream random(key);
    PairedStudy study;
    for (int64_t seed = 0; seed < 2; ++seed) {
      study.bases.push_back(seed);
      study.seeds.emplace_back();
      for (size_t task = 0; task < 6; ++task) {
        study.seeds.back().push_back(
            {.task = task, .arm = random.chance(0.5) ? 1.0 : 0.0, .has_arm = 1, .has_baseline = 1});
      }
    }
    const std::optional<Effect> found = effect_of(study, Looks::one);
    ASSERT_TRUE(found);
    EXPECT_GE(found->degrees, 1) << "study " << key;
    EXPECT_LE(found->high - found->low, 2 * 12.71 * found->error) << "study " << key;
  }
}

TEST(Effect, NoVarianceGivesAPoint) {
  const Effect found = *effect_of(plain_study(std::vector<double>{0.25, 0.25, 0.25}), Looks::one);
  EXPECT_DOUBLE_EQ(found.low, 0.25);
  EXPECT_DOUBLE_EQ(found.high, 0.25);
  EXPECT_FALSE(found.p);
}

TEST(Effect, MissingValuesLeaveTheOtherSideAlone) {
  // The baseline solved task 0 only: its mean is 0.5, not 0.25.
  const std::vector<PairedTask> tasks = {{0, 1, 0.5, 1, 1}, {1, 0.8, 0, 1, 0}};
  EXPECT_DOUBLE_EQ(*seed_difference(tasks), 0.9 - 0.5);
  EXPECT_FALSE(seed_difference(std::vector<PairedTask>{{0, 1, 0, 1, 0}}));
}

TEST(Anytime, WidthsByHand) {
  // n = 10, g = 1: (sqrt(11) / 0.05)^(2/10) = 2.3139; x = 1.3139 / (1 - 2.3139 / 11); sqrt(9 x).
  EXPECT_NEAR(*anytime_t(10, 0.05), 3.8702, 1e-3);
  EXPECT_NEAR(anytime_p(*anytime_t(10, 0.05), 10), 0.05, 1e-9);
  EXPECT_FALSE(anytime_t(3, 0.05)) << "three seeds bound nothing at 5 %";
  EXPECT_GT(*anytime_t(10, 0.01), *anytime_t(10, 0.05));
  EXPECT_LT(*anytime_t(60, 0.05), *anytime_t(10, 0.05));
  EXPECT_EQ(anytime_p(0, 10), 1.0);
}

TEST(Anytime, TheSequenceIsWiderThanOneLook) {
  const std::vector<double> differences = {0.1, 0.2, 0.15, 0.22, 0.12, 0.18, 0.17, 0.13};
  const Effect once = *effect_of(plain_study(differences), Looks::one),
               always = *effect_of(plain_study(differences), Looks::every_seed);
  EXPECT_LT(always.low, once.low);
  EXPECT_GT(always.high, once.high);
  EXPECT_GT(*always.p, *once.p);
  EXPECT_FALSE(effect_of(plain_study(std::vector<double>{1, 1.1, 0.9}), Looks::every_seed));
}

}  // namespace
}  // namespace gradus
