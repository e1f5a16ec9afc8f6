// Worlds in which a policy is trained: an arm without the method behaves like the baseline, one with it does
// not.
#include <gtest/gtest.h>

#include "tests/simulation/arms.h"

namespace gradus {
namespace {

Json credited(const std::string& key) {
  return {
      {{"name", "shape.suffix"}, {"channel", "reward"}, {"into", "return"}},
      {{"name", "shape.normalise"}, {"channel", "return"}, {"pool", "key"}, {"key", key}, {"scale", "none"}},
      {{"name", "shape.place"}, {"channel", "return"}, {"at", "every"}, {"into", "advantage"}}};
}

Json outcome_into(const std::string& into) {
  return {{"name", "shape.spread"}, {"channel", "outcome"}, {"at", "last"}, {"into", into}};
}

TEST(NoopSteps, RawScoresTeachToDoNothing) {
  const auto paid = [](double weight) {
    return chain({outcome_into("final"),
                  {{"name", "credit.sum"},
                   {"from", {"prm", "final"}},
                   {"weights", {weight, 1.0}},
                   {"level", "step"},
                   {"into", "reward"}},
                  credited("progress")});
  };
  const Numbers found = numbers_of("noop_steps", {{"updates", 200}},
                                   {{"success", chain({outcome_into("reward"), credited("progress")})},
                                    {"off", paid(1e-12)},
                                    {"raw", paid(0.5)}});
  EXPECT_EQ(found.at("off.steps"), found.at("success.steps")) << "a weight of nothing is no reward";
  EXPECT_GT(found.at("success.accuracy"), 0.5);
  EXPECT_GT(found.at("raw.steps"), 2 * found.at("success.steps"));
  EXPECT_LT(found.at("raw.accuracy"), found.at("success.accuracy"));
}

TEST(JudgedTurns, SignsShiftsAndVerbosity) {
  const Json add = {{"name", "credit.sum"},
                    {"from", {"judge", "final"}},
                    {"weights", {1.0, 1.0}},
                    {"level", "step"},
                    {"into", "reward"}};
  const Json lower = {{"name", "shape.affine"}, {"channel", "judge"}, {"shift", -0.25}};
  const Json raw = chain({outcome_into("final"), add, credited("searches")});
  const Numbers found = numbers_of("judged_turns", {{"updates", 150}},
                                   {{"raw", raw},
                                    {"lower", chain({lower, raw})},
                                    {"outcome", chain({outcome_into("reward"), credited("searches")})}});
  EXPECT_EQ(found.at("raw.shift_low"), 0) << "with itself";
  EXPECT_NEAR(found.at("lower.shift_low"), -0.25, 1e-9);
  EXPECT_NEAR(found.at("lower.shift_high"), -0.25, 1e-9);
  EXPECT_LT(found.at("raw.sign_kept"), 1);
  EXPECT_GT(found.at("raw.turns"), 1.5 * found.at("outcome.turns"));
  EXPECT_LT(found.at("raw.accuracy"), found.at("outcome.accuracy"));
}

TEST(ShortcutSteps, APenaltyDrivesOutGuesses) {
  const std::vector<std::string> judges = {"judge_1", "judge_2", "judge_3", "judge_4"};
  const Json outcome = {{"name", "shape.place"},
                        {"channel", "outcome"},
                        {"from", "rollout"},
                        {"at", "every"},
                        {"into", "outcome"}};
  const auto penalised = [&](double weight) {
    return Json{
        {{"name", "shape.vote"}, {"from", judges}, {"into", "wrong"}},
        outcome,
        {{"name", "shape.place"}, {"channel", "wrong"}, {"at", "every"}, {"into", "wrong"}},
        {{"name", "credit.sum"}, {"from", {"outcome", "wrong"}}, {"weights", {2.0, -weight}}},
        {{"name", "shape.normalise"}, {"channel", "advantage"}, {"level", "token"}, {"pool", "group"}}};
  };
  const Numbers found = numbers_of("shortcut_steps", {{"updates", 300}},
                                   {{"off", penalised(1e-9)}, {"on", penalised(1)}, {"heavy", penalised(5)}});
  EXPECT_LT(found.at("on.step_errors"), found.at("off.step_errors") - 0.1);
  EXPECT_LT(found.at("heavy.accuracy"), found.at("on.accuracy"));
}

}  // namespace
}  // namespace gradus
