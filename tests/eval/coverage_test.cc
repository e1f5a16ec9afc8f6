// The statistics checked by simulation: intervals and tests on data whose truth is known.
#include <cmath>
#include <gtest/gtest.h>

#include "gradus/eval/anytime.h"
#include "gradus/eval/bootstrap.h"
#include "gradus/eval/effect.h"

namespace gradus {
namespace {

constexpr int kTrials = 1000;   // standard error of a coverage near 95 %: 0.7 points
constexpr int kStudies = 4000;  // 0.35 points
constexpr int kDraws = 400;
constexpr double kEffect = 0.1;

// A study with random base policies, seeds on them, tasks, and noise of every cell (standard deviations).
struct Truth {
  const char* name;
  size_t seeds, bases, tasks;
  bool shared = false;  // all seeds meet the same tasks
  double base = 0, seed = 0, task = 0, cell = 0;
};

void PrintTo(const Truth& truth, std::ostream* out) {
  *out << truth.name << ", " << truth.seeds << " seeds on " << truth.bases << " base policies";
}

PairedStudy draw_study(const Truth& truth, Stream stream) {
  std::vector<double> bases, tasks;
  for (size_t b = 0; b < truth.bases; ++b) bases.push_back(truth.base * stream.normal());
  for (size_t t = 0; t < truth.tasks; ++t) tasks.push_back(truth.task * stream.normal());
  PairedStudy study;
  for (size_t s = 0; s < truth.seeds; ++s) {
    const double mean = kEffect + bases[s % truth.bases] + truth.seed * stream.normal();
    study.bases.push_back(static_cast<int64_t>(s % truth.bases));
    study.seeds.emplace_back();
    for (size_t t = 0; t < truth.tasks; ++t) {
      const double task = truth.shared ? tasks[t] : truth.task * stream.normal();
      study.seeds.back().push_back({.task = truth.shared ? t : s * truth.tasks + t,
                                    .arm = mean + task + truth.cell * stream.normal(),
                                    .has_arm = 1,
                                    .has_baseline = 1});
    }
  }
  return study;
}

struct Coverage {
  double two_sided = 0, lower = 0, naive = 0;
};

template <class Draw>
Coverage measure(uint64_t key, double effect, const Draw& draw) {
  Coverage hits;
  for (int trial = 0; trial < kStudies; ++trial) {
    const PairedStudy study = draw(Stream(key).child(static_cast<uint64_t>(trial)));
    const Effect found = *effect_of(study, Looks::one);
    hits.two_sided += found.low <= effect && effect <= found.high;
    hits.lower += found.lower_bound <= effect;
    std::vector<double> differences;
    for (const auto& tasks : study.seeds) differences.push_back(*seed_difference(tasks));
    const Interval naive = *paired_t_interval(differences);
    hits.naive += naive.low <= effect && effect <= naive.high;
  }
  return {hits.two_sided / kStudies, hits.lower / kStudies, hits.naive / kStudies};
}

class Studies : public ::testing::TestWithParam<Truth> {};

TEST_P(Studies, IntervalsCoverTheirNominalShare) {
  const Truth truth = GetParam();
  const Coverage found =
      measure(11, kEffect, [&](const Stream& stream) { return draw_study(truth, stream); });
  EXPECT_GE(found.two_sided, 0.93);
  EXPECT_LE(found.two_sided, 0.97);
  EXPECT_GE(found.lower, 0.93);
  EXPECT_LE(found.lower, 0.97);
}

// Sixteen tasks: a task deviation of 0.2 gives seed means one of 0.05.
INSTANTIATE_TEST_SUITE_P(
    Coverage, Studies,
    ::testing::Values(Truth{"seeds alone", 6, 6, 16, false, 0, 0.05, 0, 0.0001},
                      Truth{"cells alone", 10, 10, 16, false, 0, 0, 0, 0.2},
                      Truth{"a base policy for each seed", 10, 10, 16, false, 0.05, 0.05, 0.1, 0.1},
                      Truth{"half between bases", 10, 5, 16, false, 0.05, 0.05, 0, 0.1},
                      Truth{"four fifths between bases", 10, 5, 16, false, 0.1, 0.05, 0, 0.1},
                      Truth{"two bases", 6, 2, 16, false, 0.05, 0.05, 0, 0.1},
                      Truth{"two bases, four fifths", 10, 2, 16, false, 0.1, 0.05, 0, 0.1},
                      Truth{"half between shared tasks", 10, 10, 16, true, 0, 0.05, 0.2, 0.05},
                      Truth{"half of the cells' variance", 10, 10, 16, true, 0, 0.05, 0.2, 0.2},
                      Truth{"many shared tasks", 10, 10, 100, true, 0, 0.05, 0.5, 0.1},
                      Truth{"shared tasks alone", 10, 10, 16, true, 0, 0, 0.2, 0.1},
                      Truth{"bases and shared tasks", 10, 5, 16, true, 0.05, 0.05, 0.2, 0.1},
                      Truth{"bases for each seed and shared tasks", 10, 10, 16, true, 0.05, 0.05, 0.2, 0.2},
                      Truth{"few seeds, few bases, shared tasks", 6, 3, 16, true, 0.05, 0.05, 0.2, 0.1}));

// Why bases and tasks are in it: taking all seeds as independent covers far too little.
TEST(Coverage, IndependentSeedsAreAnIllusion) {
  const Truth bases{"", 10, 2, 16, false, 0.1, 0.05, 0, 0.1}, tasks{"", 10, 10, 16, true, 0, 0.05, 0.2, 0.05};
  for (const Truth& truth : {bases, tasks}) {
    const Coverage found =
        measure(13, kEffect, [&](const Stream& stream) { return draw_study(truth, stream); });
    EXPECT_LT(found.naive, 0.75);
  }
}

// Pass or fail of single samples, as coarse as real outcomes: seeds and shared tasks move the pass rate,
// tasks of the arm alone have a value in nine of ten cells.
PairedStudy draw_pass_study(Stream stream) {
  std::vector<double> tasks;
  for (int t = 0; t < 40; ++t) tasks.push_back(0.15 * stream.normal());
  PairedStudy study;
  for (int64_t s = 0; s < 10; ++s) {
    const double shift = 0.05 * stream.normal();
    study.bases.push_back(s);
    study.seeds.emplace_back();
    for (size_t t = 0; t < tasks.size(); ++t) {
      PairedTask cell{.task = t, .baseline = stream.chance(0.5) ? 1.0 : 0.0, .has_baseline = 1};
      if (stream.chance(0.9)) {
        cell.has_arm = 1;
        cell.arm = stream.chance(0.5 + kEffect + shift + tasks[t]) ? 1 : 0;
      }
      study.seeds.back().push_back(cell);
    }
  }
  return study;
}

TEST(Coverage, PassRatesWithMissingCells) {
  const Coverage found = measure(12, kEffect, draw_pass_study);
  EXPECT_GE(found.two_sided, 0.93);
  EXPECT_LE(found.two_sided, 0.97);
}

// Tasks that only some seeds met: each seed draws thirty of a pool of sixty.
TEST(Coverage, TasksFromASmallPool) {
  const auto draw = [](Stream stream) {
    std::vector<double> pool(60);
    for (double& task : pool) task = 0.4 * stream.normal();
    PairedStudy study;
    for (int64_t s = 0; s < 10; ++s) {
      const double mean = kEffect + 0.05 * stream.normal();
      std::vector<size_t> order(pool.size());
      for (size_t t = 0; t < order.size(); ++t) order[t] = t;
      stream.shuffle(std::span(order));
      study.bases.push_back(s);
      study.seeds.emplace_back();
      for (size_t t = 0; t < 30; ++t) {
        study.seeds.back().push_back({.task = order[t],
                                      .arm = mean + pool[order[t]] + 0.1 * stream.normal(),
                                      .has_arm = 1,
                                      .has_baseline = 1});
      }
    }
    return study;
  };
  const Coverage found = measure(15, kEffect, draw);
  EXPECT_GE(found.two_sided, 0.93);
  EXPECT_LE(found.two_sided, 0.97);
}

// The share of studies without an effect in which the sequence excludes 0 at some look from 3 to 60 seeds.
template <class Draw>
double false_stops(uint64_t key, const Draw& draw) {
  int stops = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Stream stream = Stream(key).child(static_cast<uint64_t>(trial));
    PairedStudy study;
    for (int64_t n = 1; n <= 60; ++n) {
      study.seeds.push_back(
          {{.task = static_cast<size_t>(n), .arm = draw(stream), .has_arm = 1, .has_baseline = 1}});
      study.bases.push_back(n);
      if (n < 3) continue;
      const auto found = effect_of(study, Looks::every_seed);
      if (!found || (found->low <= 0 && 0 <= found->high)) continue;
      ++stops;
      break;
    }
  }
  return static_cast<double>(stops) / kTrials;
}

TEST(Coverage, LookingAfterEverySeedStopsFalselyAtMostAtItsLevel) {
  EXPECT_LE(false_stops(31, [](Stream& stream) { return 0.03 * stream.normal(); }), kSequenceLevel);
  // Outcomes are shares of passes, not normal: of forty tasks each.
  EXPECT_LE(false_stops(32,
                        [](Stream& stream) {
                          int balance = 0;
                          for (int t = 0; t < 40; ++t) balance += stream.chance(0.8) - stream.chance(0.8);
                          return balance / 40.0;
                        }),
            kSequenceLevel);
}

// ... where looking with fixed intervals would stop falsely in a quarter of the studies.
TEST(Coverage, FixedIntervalsDoNotBearLooking) {
  constexpr int kFew = 300;
  int stops = 0;
  for (int trial = 0; trial < kFew; ++trial) {
    Stream stream = Stream(33).child(static_cast<uint64_t>(trial));
    std::vector<double> differences;
    for (int n = 1; n <= 60; ++n) {
      differences.push_back(stream.normal());
      if (n < 3) continue;
      const Interval interval = *paired_t_interval(differences);
      if (interval.low <= 0 && 0 <= interval.high) continue;
      ++stops;
      break;
    }
  }
  EXPECT_GT(static_cast<double>(stops) / kFew, 0.2);
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

TEST(Coverage, BootstrapOverSeedsCoversWithFew) {
  int hits = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Stream stream = Stream(25).child(static_cast<uint64_t>(trial));
    std::vector<double> values(6);
    for (double& value : values) value = kEffect + 0.05 * stream.normal();
    const Interval interval = *bootstrap_over_seeds(values, kDraws, stream.child("b"));
    hits += interval.low <= kEffect && kEffect <= interval.high;
  }
  EXPECT_GE(static_cast<double>(hits) / kTrials, 0.93);
  EXPECT_LE(static_cast<double>(hits) / kTrials, 0.97);
}

TEST(Coverage, BootstrapOverTasksCovers) {
  int hits = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
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
  EXPECT_GE(static_cast<double>(hits) / kTrials, 0.93);
  EXPECT_LE(static_cast<double>(hits) / kTrials, 0.97);
}

}  // namespace
}  // namespace gradus
