#include "gradus/simulation/simulation.h"

#include <cmath>
#include <gtest/gtest.h>

#include "gradus/learn/operators.h"

namespace gradus {
namespace {

// Per arm the mean of `count` normal draws; an arm that has the column "shift" gets 1 more.
class Draws : public Simulation {
 public:
  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    for (const Arm& arm : arms) {
      Stream stream = random.child("noise");
      out[arm.id + ".level"] = 3 + stream.normal() + (arm.id == "shifted" ? 1 : 0);
    }
    out["joint"] = 7;
    return out;
  }
};

std::vector<Arm> two_arms() {
  std::vector<Arm> arms;
  for (const char* id : {"plain", "shifted"}) arms.push_back({id, Pipeline(operators(), {})});
  return arms;
}

TEST(Simulation, MeanIntervalAndPairedDifference) {
  const auto found = measure(Draws(), two_arms(), {.baseline = "plain", .seeds = 200, .random = Stream(3)});
  const Estimate& level = found.at("plain.level");
  EXPECT_EQ(level.seeds, 200u);
  EXPECT_NEAR(level.value, 3, 0.3);
  EXPECT_NEAR(level.high - level.low, 2 * 1.97 / std::sqrt(200.0), 0.06) << "of noise with deviation 1";
  EXPECT_LT(level.min, level.low);
  EXPECT_GT(level.max, level.high);
  const Estimate& difference = found.at("shifted.level.difference");
  EXPECT_NEAR(difference.low, 1, 1e-9) << "the noise is the same for both arms";
  EXPECT_NEAR(difference.high, 1, 1e-9);
  EXPECT_NEAR(found.at("shifted.level.ratio").value, (level.value + 1) / level.value, 1e-9);
  EXPECT_EQ(found.at("joint").value, 7);
  EXPECT_EQ(found.at("joint").low, 7);
  EXPECT_FALSE(found.count("plain.level.difference")) << "not with itself";
}

TEST(Simulation, TheNumberOfThreadsChangesNothing) {
  const auto one = measure(Draws(), two_arms(), {.baseline = "plain", .seeds = 9, .random = Stream(3)});
  const auto four =
      measure(Draws(), two_arms(), {.baseline = "plain", .seeds = 9, .random = Stream(3), .threads = 4});
  ASSERT_EQ(one.size(), four.size());
  for (const auto& [name, estimate] : one) {
    EXPECT_EQ(estimate.value, four.at(name).value) << name;
    EXPECT_EQ(estimate.low, four.at(name).low) << name;
  }
}

class Uneven : public Simulation {
 public:
  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    return random.key() % 2 ? Numbers{{"a", 1}} : Numbers{{"b", 1}};
  }
};

TEST(Simulation, SeedsMustGiveTheSameNumbers) {
  EXPECT_THROW(measure(Uneven(), {}, {.seeds = 32, .random = Stream(1)}), Error);
}

}  // namespace
}  // namespace gradus
