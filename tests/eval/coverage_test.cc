// The statistics checked by simulation: intervals and tests on data whose truth is known.
#include <cmath>
#include <gtest/gtest.h>

#include "gradus/eval/bootstrap.h"

namespace gradus {
namespace {

constexpr int kTrials = 1000;  // standard error of a coverage near 95 %: 0.7 points
constexpr int kDraws = 400;

// A study of paired seeds: every seed has its own true effect, every task its own noise within the seed.
struct Truth {
  size_t seeds, tasks;
  double between, within;  // standard deviations over seeds and over the tasks of a seed
  double effect = 0.1;
};

PairedSeeds draw_study(const Truth& truth, Stream& stream) {
  PairedSeeds seeds(truth.seeds);
  for (auto& tasks : seeds) {
    const double seed_effect = truth.effect + truth.between * stream.normal();
    for (size_t t = 0; t < truth.tasks; ++t) {
      tasks.push_back({seed_effect + truth.within * stream.normal(), 0.0, 1, 1});
    }
  }
  return seeds;
}

// Pass or fail of single samples, with a paired seed effect on the pass rate: as coarse as real outcomes.
PairedSeeds draw_pass_study(size_t seeds_wanted, size_t tasks_wanted, double effect, Stream& stream) {
  PairedSeeds seeds(seeds_wanted);
  for (auto& tasks : seeds) {
    const double shift = 0.03 * stream.normal();
    for (size_t t = 0; t < tasks_wanted; ++t) {
      const double arm = stream.chance(0.6 + effect + shift) ? 1 : 0, base = stream.chance(0.6) ? 1 : 0;
      tasks.push_back({arm, base, 1, 1});
    }
  }
  return seeds;
}

struct Coverage {
  double two_sided = 0, lower = 0;
};

template <class Draw, class Bootstrap>
Coverage measure(double effect, uint64_t key, const Draw& draw, const Bootstrap& bootstrap) {
  Coverage hits;
  for (int trial = 0; trial < kTrials; ++trial) {
    Stream stream = Stream(key).child(static_cast<uint64_t>(trial));
    const PairedSeeds seeds = draw(stream);
    const BootstrapResult result = bootstrap(seeds, stream.child("bootstrap"));
    hits.two_sided += result.low <= effect && effect <= result.high;
    hits.lower += result.lower_bound <= effect;
  }
  return {hits.two_sided / kTrials, hits.lower / kTrials};
}

BootstrapResult scaled(const PairedSeeds& seeds, Stream stream) {
  return *two_level_bootstrap(seeds, kDraws, stream);
}

BootstrapResult plain(const PairedSeeds& seeds, Stream stream) {
  return two_level_percentile(seeds, kDraws, stream);
}

class NormalStudies : public ::testing::TestWithParam<Truth> {};

TEST_P(NormalStudies, IntervalsCoverTheirNominalShare) {
  const Truth truth = GetParam();
  const Coverage found = measure(
      truth.effect, 11, [&](Stream& stream) { return draw_study(truth, stream); }, scaled);
  EXPECT_GE(found.two_sided, 0.93);
  EXPECT_LE(found.two_sided, 0.97);
  EXPECT_GE(found.lower, 0.93);
  EXPECT_LE(found.lower, 0.97);
}

INSTANTIATE_TEST_SUITE_P(Coverage, NormalStudies,
                         ::testing::Values(Truth{6, 16, 0.05, 0.0001}, Truth{6, 16, 0.05, 0.2},
                                           Truth{6, 16, 0.0001, 0.2}, Truth{10, 16, 0.05, 0.0001},
                                           Truth{10, 16, 0.05, 0.2}, Truth{10, 16, 0.0001, 0.2}));

TEST(Coverage, PassRates) {
  const Coverage found = measure(
      0.1, 12, [](Stream& stream) { return draw_pass_study(8, 40, 0.1, stream); }, scaled);
  EXPECT_GE(found.two_sided, 0.93);
  EXPECT_LE(found.two_sided, 0.97);
}

// Why the small-sample scale is there: without it six seeds cover far too little.
TEST(Coverage, PlainPercentilesUnderCoverWithFewSeeds) {
  const Truth truth{6, 16, 0.05, 0.0001};
  const Coverage found = measure(
      truth.effect, 13, [&](Stream& stream) { return draw_study(truth, stream); }, plain);
  EXPECT_LT(found.two_sided, 0.92);
}

// ... and it counts noise within the seeds twice.
TEST(Coverage, PlainPercentilesOverCoverNoisyTasks) {
  const Truth truth{10, 16, 0.0001, 0.2};
  const Coverage found = measure(
      truth.effect, 14, [&](Stream& stream) { return draw_study(truth, stream); }, plain);
  EXPECT_GT(found.two_sided, 0.97);
}

TEST(Coverage, PermutationTestHasItsNominalSize) {
  // With 8 values p runs in steps of 1/128, so p <= 0.05 has the exact size 6/128.
  int rejected = 0;
  constexpr int kTests = 20000;
  for (int trial = 0; trial < kTests; ++trial) {
    Stream stream = Stream(21).child(static_cast<uint64_t>(trial));
    std::vector<double> differences(8);
    for (double& d : differences) d = stream.normal() * (1 + stream.uniform());
    rejected += sign_flip_p(differences, 0, stream) <= 0.05;
  }
  const double size = 6.0 / 128.0;
  EXPECT_NEAR(static_cast<double>(rejected) / kTests, size, 4 * std::sqrt(size * (1 - size) / kTests));
}

TEST(Coverage, SampledPermutationTestHasItsNominalSize) {
  int rejected = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Stream stream = Stream(22).child(static_cast<uint64_t>(trial));
    std::vector<double> differences(24);
    for (double& d : differences) d = stream.normal();
    rejected += sign_flip_p(differences, 399, stream.child("flips")) <= 0.05;
  }
  EXPECT_NEAR(static_cast<double>(rejected) / kTrials, 0.05, 4 * std::sqrt(0.05 * 0.95 / kTrials));
}

TEST(Coverage, HolmHoldsTheFamilyWiseError) {
  int families = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Stream stream = Stream(23).child(static_cast<uint64_t>(trial));
    std::vector<double> p(4);
    for (double& value : p) value = stream.uniform();
    for (const double adjusted : holm(p)) {
      if (adjusted < 0.05) {
        ++families;
        break;
      }
    }
  }
  // Exact under independence: 1 - (1 - 0.05/4)^4 = 0.0491.
  EXPECT_NEAR(static_cast<double>(families) / kTrials, 0.0491, 4 * std::sqrt(0.0491 * 0.9509 / kTrials));
}

TEST(Coverage, BootstrapOverTasksCovers) {
  int hits = 0;
  constexpr int kStudies = 1000;
  for (int trial = 0; trial < kStudies; ++trial) {
    Stream stream = Stream(24).child(static_cast<uint64_t>(trial));
    std::vector<double> values(60);
    for (double& value : values) value = stream.uniform();
    const auto mean_of = [&](std::span<const size_t> picked) -> std::optional<double> {
      double sum = 0;
      for (const size_t i : picked) sum += values[i];
      return sum / static_cast<double>(picked.size());
    };
    const Interval interval = *bootstrap_over_tasks(values.size(), kDraws, stream.child("b"), mean_of);
    hits += interval.low <= 0.5 && 0.5 <= interval.high;
  }
  EXPECT_GE(static_cast<double>(hits) / kStudies, 0.93);
  EXPECT_LE(static_cast<double>(hits) / kStudies, 0.97);
}

}  // namespace
}  // namespace gradus
