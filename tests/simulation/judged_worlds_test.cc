// The worlds of judged solutions against what their definitions say.
#include <cmath>
#include <gtest/gtest.h>

#include "tests/simulation/arms.h"

namespace gradus {
namespace {

Json judged_by(const std::string& channel) {
  return Json::array({{{"name", "shape.first_valid"}, {"from", {channel}}, {"into", "prm"}}});
}

TEST(LabelledTraces, NoisyScorersAreRightAsOftenAsTheyShould) {
  const Numbers found = numbers_of("labelled_traces", {{"traces", 20000}, {"flip", 0.1}, {"steps", 5}},
                                   {{"truth", judged_by("truth")},
                                    {"noisy", judged_by("noisy")},
                                    {"always", judged_by("always")},
                                    {"never", judged_by("never")}});
  EXPECT_EQ(found.at("truth.f1"), 100);
  EXPECT_EQ(found.at("truth.prm_score"), 1);
  EXPECT_EQ(found.at("always.f1"), 0);
  EXPECT_EQ(found.at("always.correct_accuracy"), 100);
  EXPECT_NEAR(found.at("noisy.correct_accuracy"), 100 * std::pow(0.9, 5), 1.5);
  const double wrong = found.at("never.wrong_share");
  EXPECT_NEAR(found.at("never.prm_score"), wrong / (1 + wrong), 1e-12);
  EXPECT_NEAR(found.at("always.prm_score"), (1 - wrong) / (2 - wrong), 1e-12);
}

TEST(ErrorPatterns, ThePatternThatWasSeenIsFound) {
  const std::vector<std::pair<std::string, Json>> arms = {{"narrow", judged_by("deduction_only")},
                                                          {"wide", judged_by("both")}};
  const Numbers apart = numbers_of("error_patterns", {{"overlap", 0.0}}, arms);
  EXPECT_GT(apart.at("narrow.gap"), 30);
  EXPECT_LT(std::abs(apart.at("wide.gap")), 8);
  const Numbers same = numbers_of("error_patterns", {{"overlap", 1.0}}, arms);
  EXPECT_LT(std::abs(same.at("narrow.gap")), 5);
}

}  // namespace
}  // namespace gradus
