#include "gradus/base/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <rapidcheck.h>
#include <set>
#include <vector>

namespace gradus {
namespace {

// xoshiro256** filled by splitmix64, computed with an independent program from the published definitions,
// which also gives the published answers of the two parts (state 1,2,3,4: 11520, 0, 1509978240,
// 1215971899390074240; splitmix64 of 1234567: 6457827717110365317, 3203168211198807973).
TEST(Stream, GivesTheKnownAnswers) {
  Stream zero(0);
  EXPECT_EQ(zero.next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(zero.next(), 0xbf6e1f784956452au);
  EXPECT_EQ(zero.next(), 0x1a5f849d4933e6e0u);
  Stream other(42);
  EXPECT_EQ(other.next(), 0x15780b2e0c2ec716u);
  EXPECT_EQ(other.next(), 0x6104d9866d113a7eu);
  EXPECT_EQ(other.next(), 0xae17533239e499a1u);
}

// Vectors of the authors of FNV-1a.
TEST(Hash64, GivesTheKnownAnswers) {
  EXPECT_EQ(hash64(""), 0xcbf29ce484222325u);
  EXPECT_EQ(hash64("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(hash64("foobar"), 0x85944171f73967e8u);
}

// Pearson's statistic of counts that should be equal.
double chi_squared(const std::vector<int>& counts) {
  const double expected =
      std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// Mean d, standard deviation sqrt(2 d) for d degrees of freedom; the seeds are fixed, so five of them never
// flicker.
double chi_squared_limit(size_t cells) {
  const double freedom = static_cast<double>(cells - 1);
  return freedom + 5 * std::sqrt(2 * freedom);
}

TEST(Stream, BelowIsUniform) {
  for (const uint64_t n : {2u, 3u, 6u, 7u, 100u}) {
    Stream stream(n);
    std::vector<int> counts(n, 0);
    for (int i = 0; i < 60000; ++i) ++counts.at(stream.below(n));
    EXPECT_LT(chi_squared(counts), chi_squared_limit(n)) << n;
  }
}

TEST(Stream, BelowIsUnbiasedWhereTheRangeIsNearThatOfTheGenerator) {
  // With plain "next() % n" the lower half of this range would be drawn twice as often as the upper.
  const uint64_t n = (uint64_t{1} << 63) + (uint64_t{1} << 62);
  Stream stream(5);
  std::vector<int> counts(3, 0);
  for (int i = 0; i < 30000; ++i) ++counts.at(stream.below(n) >> 62);
  EXPECT_LT(chi_squared(counts), chi_squared_limit(3));
}

TEST(Stream, BelowStaysBelow) {
  EXPECT_TRUE(rc::check("below(n) < n", [](uint64_t key, uint64_t n) {
    RC_PRE(n > 0);
    Stream stream(key);
    for (int i = 0; i < 20; ++i) RC_ASSERT(stream.below(n) < n);
  }));
}

TEST(Stream, BetweenReachesBothEnds) {
  Stream stream(1);
  std::set<int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(stream.between(-2, 2));
  EXPECT_EQ(seen, (std::set<int64_t>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(stream.between(7, 7), 7);
  const int64_t low =
      stream.between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::min() + 1);
  EXPECT_LE(low, std::numeric_limits<int64_t>::min() + 1);
}

TEST(Stream, UniformIsUniformOnTheHalfOpenUnitInterval) {
  Stream stream(3);
  std::vector<int> counts(64, 0);
  for (int i = 0; i < 64000; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    ++counts[static_cast<size_t>(u * 64)];
  }
  EXPECT_LT(chi_squared(counts), chi_squared_limit(64));
}

TEST(Stream, ChanceHasItsProbability) {
  Stream stream(4);
  int hits = 0;
  for (int i = 0; i < 10000; ++i) hits += stream.chance(0.3);
  EXPECT_NEAR(hits / 10000.0, 0.3, 5 * std::sqrt(0.3 * 0.7 / 10000));
  EXPECT_FALSE(stream.chance(0.0));
  EXPECT_TRUE(stream.chance(1.0));
}

TEST(Stream, NormalHasMomentsAndTailsOfTheStandardNormal) {
  Stream stream(6);
  const int n = 100000;
  double sum = 0, squares = 0, fourth = 0;
  int beyond = 0;
  for (int i = 0; i < n; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    beyond += std::abs(x) > 1.959963984540054;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
  EXPECT_NEAR(beyond / static_cast<double>(n), 0.05, 5 * std::sqrt(0.05 * 0.95 / n));
}

TEST(Stream, AChildDoesNotDependOnWhatItsParentDrew) {
  Stream parent(9);
  const uint64_t before = parent.child("sampling").child(3).next();
  for (int i = 0; i < 10; ++i) parent.next();
  EXPECT_EQ(parent.child("sampling").child(3).next(), before);
  EXPECT_EQ(parent.child("sampling").key(), parent.child(hash64("sampling")).key());
}

TEST(Stream, ChildrenDifferFromTheirParentAndFromEachOther) {
  std::set<uint64_t> keys;
  size_t made = 0;
  for (uint64_t root = 0; root < 30; ++root) {
    const Stream parent(root);
    keys.insert(parent.key());
    ++made;
    for (uint64_t key = 0; key < 30; ++key) {
      keys.insert(parent.child(key).key());
      keys.insert(parent.child(key).child(root).key());
      made += 2;
    }
  }
  EXPECT_EQ(keys.size(), made);
  EXPECT_NE(Stream(1).child(2).child(3).key(), Stream(1).child(3).child(2).key()) << "order matters";
}

// Bits of neighbouring streams agree half of the time, as for independent ones.
TEST(Stream, NeighbouringChildrenAreIndependent) {
  const Stream parent(11);
  const int words = 4000;
  for (const uint64_t distance : {1u, 2u, 256u}) {
    int agreeing = 0;
    double product = 0;
    for (uint64_t i = 0; i < words; ++i) {
      Stream a = parent.child(i), b = parent.child(i + distance);
      agreeing += 64 - std::popcount(a.next() ^ b.next());
      product += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    }
    EXPECT_NEAR(agreeing / (64.0 * words), 0.5, 5 * 0.5 / std::sqrt(64.0 * words)) << distance;
    EXPECT_NEAR(product / words, 0, 5 * (1.0 / 12) / std::sqrt(words)) << distance;
  }
}

TEST(Stream, ShuffleGivesEveryOrderEquallyOften) {
  Stream stream(12);
  std::vector<int> counts(24, 0);
  for (int i = 0; i < 24000; ++i) {
    std::vector<int> order = {0, 1, 2, 3};
    stream.shuffle(std::span<int>(order));
    int rank = 0;  // of the permutation in lexicographic order
    for (size_t a = 0; a < 4; ++a) {
      int smaller = 0;
      for (size_t b = a + 1; b < 4; ++b) smaller += order[b] < order[a];
      rank = rank * (4 - static_cast<int>(a)) + smaller;
    }
    ++counts.at(static_cast<size_t>(rank));
  }
  EXPECT_LT(chi_squared(counts), chi_squared_limit(24));
}

TEST(Stream, ShuffleOfNothingIsNothing) {
  std::vector<int> none;
  Stream(1).shuffle(std::span<int>(none));
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace gradus
