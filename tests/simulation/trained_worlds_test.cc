// Worlds in which a policy is trained: an arm without the method behaves like the baseline, one with it does
// not.
#include <cmath>
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

TEST(ToolRequests, PartialCreditTellsGroupsApart) {
  const auto paid = [](const std::string& calls) {
    return Json{{{"name", "reward.tool_call"}, {"calls", calls}},
                {{"name", "credit.grpo"}, {"channel", "tool_call"}, {"into", "advantage"}}};
  };
  const Numbers found = numbers_of("tool_requests", {{"updates", 120}, {"skill", 1.0}},
                                   {{"all", paid("all")}, {"off", paid("all")}, {"parts", paid("parts")}});
  EXPECT_EQ(found.at("off.updates_to_80"), found.at("all.updates_to_80"));
  EXPECT_LT(found.at("parts.flat_groups"), found.at("all.flat_groups"));
  EXPECT_GT(found.at("parts.final_match"), 0.8) << "the responses read as the calls that were meant";
  EXPECT_LT(found.at("parts.updates_to_80"), 120);
}

TEST(CalculatorCalls, ThePenaltyFallsOnTheRightRollouts) {
  const auto paid = [](const std::string& variant, double penalty) {
    return Json{{{"name", "reward.execution_penalty"}, {"variant", variant}, {"penalty", penalty}},
                {{"name", "credit.sum"},
                 {"from", {"outcome", "execution_penalty"}},
                 {"weights", {1.0, 1.0}},
                 {"level", "rollout"},
                 {"into", "reward"}},
                {{"name", "credit.grpo"}, {"channel", "reward"}, {"into", "advantage"}}};
  };
  const auto found = [&](double slip) {
    return numbers_of(
        "calculator_calls", {{"slip", slip}, {"updates", 300}},
        {{"off", paid("paper", 0.0)}, {"paper", paid("paper", -0.5)}, {"released", paid("released", -0.5)}});
  };
  const Numbers usual = found(0.1);
  EXPECT_EQ(usual.at("paper.no_code_reward"), usual.at("off.no_code_reward"));
  EXPECT_NEAR(usual.at("released.no_code_reward"), usual.at("off.no_code_reward") - 0.5, 1e-12);
  EXPECT_LT(usual.at("paper.failed_share"), usual.at("off.failed_share"));
  EXPECT_GT(usual.at("off.code_share"), 0.8) << "code is learned";
  const Numbers safe = found(0.0);
  EXPECT_EQ(safe.at("paper.code_tokens"), safe.at("off.code_tokens")) << "nothing fails: no penalty";
}

TEST(RetrievalTurns, GainsTellUsefulLookupsOnlyWhereThereIsSomethingToSee) {
  const Json gain = {
      {{"name", "shape.difference"}, {"channel", "belief"}, {"start", "start_belief"}},
      outcome_into("final"),
      {{"name", "credit.sum"},
       {"from", {"belief", "final"}},
       {"weights", {1.0, 1.0}},
       {"level", "step"},
       {"into", "reward"}},
      {{"name", "shape.suffix"}, {"channel", "reward"}, {"into", "return"}},
      {{"name", "shape.normalise"}, {"channel", "return"}, {"pool", "index"}, {"scale", "none"}},
      {{"name", "shape.place"}, {"channel", "return"}, {"at", "every"}, {"into", "advantage"}}};
  const auto found = [&](double reliable, double noise, double distract) {
    return numbers_of("retrieval_turns",
                      {{"reliable", reliable}, {"noise", noise}, {"distract", distract}, {"updates", 400}},
                      {{"grpo", {{{"name", "credit.grpo"}, {"into", "advantage"}}}}, {"gain", gain}});
  };
  const Numbers clear = found(1.0, 0.0, 0.0);
  EXPECT_GT(clear.at("gain.belief_correlation"), 0.8);
  EXPECT_GT(clear.at("gain.accuracy"), 0.3) << "guessing gives 1 in 8";
  EXPECT_LT(std::abs(found(0.0, 1.0, 0.3).at("gain.belief_correlation")), 0.2);
  EXPECT_LT(found(0.9, 8.0, 0.3).at("gain.belief_correlation"), 0.5) << "wording drowns it";
  EXPECT_EQ(found(0.0, 0.0, 0.0).at("gain.flat_ratio"), 1) << "nothing to gain: as flat as the outcome";
  EXPECT_LT(clear.at("gain.flat_ratio"), 1);
}

TEST(FlawedCorrect, OnlyAScoreThatKnowsTellsThemApart) {
  const auto filter = [](const std::string& score, int remove) {
    return Json{{"name", "curate.balance"}, {"score", score}, {"remove", remove}};
  };
  const Json knows = {{{"name", "shape.normalise"}, {"channel", "prm"}, {"pool", "batch"}, {"scale", "none"}},
                      {{"name", "shape.aggregate"}, {"channel", "prm"}, {"form", "mean"}, {"into", "score"}},
                      {{"name", "curate.consistency"}, {"channel", "score"}}};
  const Numbers found = numbers_of("flawed_correct", Json::object(),
                                   {{"all", chain({filter("noise", 0)})},
                                    {"random", chain({filter("noise", 4)})},
                                    {"prof", chain({knows, filter("score", 4)})}});
  EXPECT_EQ(found.at("all.kept_share"), 1);
  EXPECT_NEAR(found.at("all.flawed_share"), 0.3, 0.05);
  EXPECT_EQ(found.at("random.kept_share"), 0.5);
  EXPECT_NEAR(found.at("random.flawed_share"), found.at("all.flawed_share"), 0.05);
  EXPECT_LT(found.at("prof.flawed_share"), 0.75 * found.at("all.flawed_share"));
}

}  // namespace
}  // namespace gradus
