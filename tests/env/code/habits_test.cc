#include "gradus/env/code/habits.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <set>

namespace gradus {
namespace {

constexpr size_t kAuthors = 20'000;

struct Simulated {
  std::array<double, kFamilies> share{};  // of occasions on which authors give in, one for each family
  double together = 0;                    // mean covariance of giving in, over pairs of families
};

Simulated simulated(double habits, double share) {
  std::vector<std::array<double, kFamilies>> gave(kAuthors);
  for (size_t i = 0; i < kAuthors; ++i) {
    const Author author(habits, share, Stream(7).child(i));
    Stream moments = Stream(8).child(i);
    for (const Family family : all_families())
      gave[i][static_cast<size_t>(family)] = author.gives_in(family, moments) ? 1 : 0;
  }
  Simulated out;
  for (const auto& one : gave) {
    for (size_t k = 0; k < kFamilies; ++k) out.share[k] += one[k] / kAuthors;
  }
  double pairs = 0;
  for (size_t k = 0; k < kFamilies; ++k) {
    for (size_t j = 0; j < k; ++j, ++pairs) {
      for (const auto& one : gave)
        out.together += (one[k] - out.share[k]) * (one[j] - out.share[j]) / kAuthors;
    }
  }
  out.together /= pairs;
  return out;
}

// The largest of 11 x 3 shares lies within 4 standard errors.
TEST(Habits, SharesDoNotDependOnHowFamiliesGoTogether) {
  for (const double share : {0.3, 0.55}) {
    const double allowed = 4 * std::sqrt(share * (1 - share) / kAuthors);
    for (const double habits : {0.0, 0.5, 1.0}) {
      for (const double seen : simulated(habits, share).share) EXPECT_NEAR(seen, share, allowed) << habits;
    }
  }
}

TEST(Habits, FamiliesGoTogetherAsFarAsTheyAreTold) {
  double before = -1;
  for (const double habits : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double together = simulated(habits, 0.5).together;
    // Two normals of correlation r have the same sign with a covariance of asin(r) / (2 pi) (Sheppard 1899).
    EXPECT_NEAR(together, std::asin(kSteadiness * habits) / (2 * std::numbers::pi), 0.003) << habits;
    EXPECT_GT(together, before);
    before = together;
  }
}

TEST(Habits, AnAuthorIsTheSameOnEveryOccasion) {
  size_t twice = 0, once = 0;
  for (size_t i = 0; i < kAuthors; ++i) {
    const Author author(0, 0.5, Stream(1).child(i));
    Stream moments = Stream(2).child(i);
    const bool first = author.gives_in(Family::plus_zero, moments),
               second = author.gives_in(Family::plus_zero, moments);
    once += first ? 1 : 0;
    twice += first && second ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(twice) / kAuthors, 0.25 + std::asin(kSteadiness) / (2 * std::numbers::pi),
              0.015);
  EXPECT_NEAR(static_cast<double>(once) / kAuthors, 0.5, 0.015);
}

TEST(Habits, KeysDecide) {
  const auto record = [](uint64_t key) {
    std::string out;
    const Author author(0.5, 0.5, Stream(key));
    Stream moments(3);
    for (int i = 0; i < 5; ++i) {
      for (const Family family : all_families()) out += author.gives_in(family, moments) ? '1' : '0';
    }
    return out;
  };
  EXPECT_EQ(record(1), record(1));
  EXPECT_NE(record(1), record(2));
}

TEST(Habits, NobodyAndEverybody) {
  Stream moments(1);
  for (uint64_t i = 0; i < 200; ++i) {
    for (const Family family : all_families()) {
      EXPECT_FALSE(Author(0.5, 0, Stream(i)).gives_in(family, moments));
      EXPECT_TRUE(Author(0.5, 1, Stream(i)).gives_in(family, moments));
    }
  }
}

TEST(Habits, FoldsPartTheFamilies) {
  std::set<std::string> names;
  for (const Family family : all_families()) names.insert(family_name(family));
  EXPECT_EQ(names.size(), kFamilies);
  EXPECT_TRUE((families_of_fold(1) & families_of_fold(2)).none());
  EXPECT_TRUE((families_of_fold(1) | families_of_fold(2)).all());
  const auto holds = [](int fold, Family family) { return fold_of(family) == fold; };
  // What liveness sees and what it does not, in each.
  EXPECT_TRUE(holds(1, Family::dead_store) && holds(1, Family::long_distinction));
  EXPECT_TRUE(holds(2, Family::self_assignment) && holds(2, Family::double_negation));
}

}  // namespace
}  // namespace gradus
