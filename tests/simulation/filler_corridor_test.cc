#include <gtest/gtest.h>

#include "gradus/learn/operators.h"
#include "gradus/simulation/simulations.h"

namespace gradus {
namespace {

Arm arm(const std::string& id, bool soft_minimum) {
  Arm out{id, Pipeline(operators(), {"rollout.outcome", "step.prm"})};
  if (soft_minimum) out.pipeline.add("shape.min_form", {{"channel", "prm"}});
  out.pipeline.add("shape.suffix", {{"channel", "prm"}, {"into", "return"}});
  out.pipeline.add("shape.normalise", {{"channel", "return"}, {"pool", "index"}, {"scale", "none"}});
  out.pipeline.add("shape.place", {{"channel", "return"}, {"at", "every"}, {"into", "advantage"}});
  return out;
}

TEST(FillerCorridor, TheSoftMinimumIsWhatStopsThePadding) {
  std::vector<Arm> arms;
  arms.push_back(arm("sum", false));
  arms.push_back(arm("off", false));
  arms.push_back(arm("min", true));
  const Numbers found = simulations().make("filler_corridor", Json::object())->draw(arms, Stream(11));
  EXPECT_EQ(found.at("off.filler_share"), found.at("sum.filler_share")) << "arms are paired";
  EXPECT_GT(found.at("off.filler_share"), 0.3);
  EXPECT_LT(found.at("min.filler_share"), 0.15);
}

TEST(FillerCorridor, WithoutUpdatesThePolicyIsUniform) {
  std::vector<Arm> arms;
  arms.push_back(arm("sum", false));
  const auto world =
      simulations().make("filler_corridor", {{"updates", 1}, {"rate", 0.0}, {"evaluations", 20000}});
  const Numbers found = world->draw(arms, Stream(11));
  // 1/4 of the free steps; 1 + 3/4 + ... + (3/4)^4 = 3.0508 of them, and the forced answer with (3/4)^5.
  EXPECT_NEAR(found.at("sum.steps"), 3.0508 + 0.2373, 0.03);
  EXPECT_NEAR(found.at("sum.filler_share"), 0.25 * 3.0508 / (3.0508 + 0.2373), 0.01);
}

}  // namespace
}  // namespace gradus
