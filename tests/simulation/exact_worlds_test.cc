// Worlds whose numbers are exact: each says the right thing with the method and something else without it.
#include <cmath>
#include <gtest/gtest.h>

#include "tests/simulation/arms.h"

#include "gradus/simulation/correlation.h"

namespace gradus {
namespace {

const Json kOutcome = {{"name", "shape.spread"}, {"channel", "outcome"}, {"at", "last"}, {"into", "final"}};

Json sum_of(const std::string& from, const std::string& into) {
  return {{"name", "credit.sum"},
          {"from", {from, "final"}},
          {"weights", {1.0, 1.0}},
          {"level", "step"},
          {"into", into}};
}

Json to_go(const std::string& channel, double gamma = 1.0) {
  return {{"name", "shape.suffix"}, {"channel", channel}, {"gamma", gamma}, {"into", "return"}};
}

Json everywhere(const std::string& channel) {
  return {{"name", "shape.place"}, {"channel", channel}, {"at", "every"}, {"into", "advantage"}};
}

TEST(Correlation, OfValuesAndOfRanks) {
  const std::vector<double> a = {1, 2, 3, 4}, b = {1, 4, 9, 16}, flat = {2, 2, 2, 2};
  EXPECT_NEAR(correlation(a, b), 0.98437, 1e-5);
  EXPECT_NEAR(rank_correlation(a, b), 1, 1e-12);
  EXPECT_EQ(correlation(a, flat), 0) << "nothing varies: no correlation";
  const std::vector<double> tied = {1, 1, 2, 0};
  EXPECT_NEAR(rank_correlation(a, tied), -0.31623, 1e-5) << "ties share their mean rank";
}

TEST(OutcomeGroups, TheFactorIsThatOfTheDivision) {
  const Numbers found = numbers_of("outcome_groups", {{"successes", {1, 4}}},
                                   {{"plain", {{{"name", "credit.dr_grpo"}, {"into", "advantage"}}}},
                                    {"divided", {{{"name", "credit.grpo"}, {"into", "advantage"}}}}});
  EXPECT_NEAR(found.at("plain.factor_1"), 1, 1e-12);
  EXPECT_NEAR(found.at("divided.factor_4"), 1 / (std::sqrt(2.0 / 7) + 1e-6), 1e-9);
  EXPECT_LT(found.at("divided.gap_1"), 1e-9);
  EXPECT_GT(found.at("plain.gap_1"), 1) << "without the division it is far from the closed form";
  EXPECT_THROW(simulations().make("outcome_groups", {{"successes", {8}}}), Error) << "no failure is left";
}

TEST(AnswerLengths, TheMeanOverSequencesSparesLongAnswers) {
  const auto loss = [](const std::string& aggregation) {
    return Json{{{"name", "credit.grpo"}, {"into", "advantage"}},
                {{"name", "loss.policy"}, {"aggregation", aggregation}}};
  };
  const Numbers found = numbers_of(
      "answer_lengths", Json::object(),
      {{"token", loss("token_mean")}, {"sequence", loss("sequence_mean")}, {"sum", loss("sequence_sum")}});
  EXPECT_NEAR(found.at("token.long_over_short"), 1, 1e-12);
  EXPECT_NEAR(found.at("sum.long_over_short"), 1, 1e-12);
  EXPECT_NEAR(found.at("sequence.long_over_short"), 0.5, 1e-12);
  EXPECT_NEAR(found.at("sequence.uneven"), 0, 1e-12);
}

TEST(RevisitedGrid, TheTrueAdvantageItselfWouldCorrelate) {
  const Json cell = chain({to_go("reward", 0.95),
                           {{"name", "shape.normalise"},
                            {"channel", "return"},
                            {"pool", "key"},
                            {"key", "cell"},
                            {"scale", "none"}},
                           everywhere("return")});
  const Numbers found = numbers_of(
      "revisited_grid", {{"groups", 8}},
      {{"walk", {{{"name", "credit.grpo"}, {"into", "advantage"}}}},
       {"cell", cell},
       {"flat",
        chain({{{"name", "shape.affine"}, {"channel", "reward"}, {"scale", 0.0}}, everywhere("reward")})}});
  EXPECT_GT(found.at("cell.correlation"), found.at("walk.correlation"));
  EXPECT_EQ(found.at("flat.correlation"), 0);
}

TEST(ShapedProcess, OnlyThePotentialLeavesAdvantagesAlone) {
  const Json difference = {{"name", "shape.difference"},
                           {"channel", "potential"},
                           {"gamma", 0.9},
                           {"start", "start_potential"},
                           {"last", "zero"}};
  const Json positive = {{"name", "shape.clip"}, {"channel", "potential"}, {"low", 0.0}};
  const Json add = {{"name", "credit.sum"},
                    {"from", {"reward", "potential"}},
                    {"weights", {1.0, 1.0}},
                    {"level", "step"},
                    {"into", "shaped"}};
  const Numbers found = numbers_of("shaped_process", {{"gamma", 0.9}},
                                   {{"plain", chain({to_go("reward", 0.9)})},
                                    {"shaped", chain({difference, add, to_go("shaped", 0.9)})},
                                    {"raw", chain({add, to_go("shaped", 0.9)})},
                                    {"clipped", chain({difference, positive, add, to_go("shaped", 0.9)})}});
  EXPECT_LT(found.at("plain.advantage_gap"), 1e-12) << "the rewards are read off returns without loss";
  EXPECT_EQ(found.at("plain.policy_changed"), 0);
  EXPECT_GT(found.at("plain.return_gap"), 0.01) << "nothing was taken off";
  EXPECT_LT(found.at("shaped.advantage_gap"), 1e-12);
  EXPECT_LT(found.at("shaped.return_gap"), 1e-12);
  EXPECT_GT(found.at("raw.advantage_gap"), 0.01);
  EXPECT_GT(found.at("clipped.advantage_gap"), 0.01);
}

TEST(BeliefTurns, GainsTelescopeAndBeliefsDoNot) {
  const Json gain = {{"name", "shape.difference"}, {"channel", "belief"}, {"start", "start_belief"}};
  const Json rest = {kOutcome, sum_of("belief", "reward"), to_go("reward")};
  const Numbers found =
      numbers_of("belief_turns", Json::object(), {{"gain", chain({gain, rest})}, {"belief", rest}});
  EXPECT_LT(found.at("gain.telescoping_gap"), 1e-12);
  EXPECT_LT(found.at("gain.return_gap"), 1e-12);
  EXPECT_GT(found.at("belief.telescoping_gap"), 0.1);
  EXPECT_GT(found.at("belief.return_gap"), 0.1);
}

TEST(ScoreNorms, TheIdentityHolds) {
  const Numbers found = numbers_of("score_norms", {{"policies", 200}}, {});
  EXPECT_LT(found.at("identity_gap"), 1e-12);
  EXPECT_EQ(found.at("inversions"), 0);
}

TEST(UncertainSteps, WeightsThatFallWithEntropyTakeNoiseOut) {
  const Json outcome = {{{"name", "shape.normalise"}, {"channel", "outcome"}, {"level", "rollout"}},
                        {{"name", "shape.spread"}, {"channel", "outcome"}, {"into", "outcome"}}};
  const auto weighted = [&](double rate) {
    return chain({outcome,
                  {{"name", "shape.transform"}, {"channel", "entropy"}, {"rate", rate}, {"into", "weight"}},
                  {{"name", "shape.multiply"}, {"channel", "weight"}, {"by", "outcome"}},
                  everywhere("weight")});
  };
  const Numbers found = numbers_of("uncertain_steps", {{"batches", 30}},
                                   {{"grpo", {{{"name", "credit.grpo"}, {"into", "advantage"}}}},
                                    {"off", weighted(0.0)},
                                    {"on", weighted(-1.0)}});
  EXPECT_NEAR(found.at("off.top_variance"), found.at("grpo.top_variance"), 1e-9) << "weights of 1 are none";
  EXPECT_LT(found.at("on.top_variance"), 0.5 * found.at("off.top_variance"));
  EXPECT_GT(found.at("on.norm"), 0);
}

Json prover(int n) {
  return {{{"name", "shape.best_of"}, {"channel", "value"}, {"n", n}},
          {{"name", "shape.best_of"}, {"channel", "start_value"}, {"level", "rollout"}, {"n", n}},
          {{"name", "shape.difference"}, {"channel", "value"}, {"start", "start_value"}},
          {{"name", "shape.place"}, {"channel", "value"}, {"at", "every"}, {"into", "progress"}},
          {{"name", "credit.reinforce"}, {"into", "outcome_advantage"}},
          {{"name", "credit.sum"}, {"from", {"outcome_advantage", "progress"}}, {"weights", {1.0, 3.0}}}};
}

TEST(ProverChain, ThePolicyItselfAddsNothingButScale) {
  const Json outcome = {{{"name", "shape.affine"}, {"channel", "value"}, {"scale", 0.0}},
                        {{"name", "credit.reinforce"}, {"into", "advantage"}}};
  const Numbers found = numbers_of("prover_chain", Json::object(),
                                   {{"outcome", outcome}, {"self", prover(1)}, {"strong", prover(8)}});
  EXPECT_NEAR(found.at("outcome.cosine"), 1, 1e-9);
  EXPECT_NEAR(found.at("self.cosine"), 1, 1e-9);
  EXPECT_LT(found.at("strong.cosine"), 0.999);
  EXPECT_EQ(found.at("outcome.predicted"), 0) << "no progress, nothing to tell apart";
  EXPECT_GT(found.at("self.improvement"), found.at("outcome.improvement"));
}

TEST(SplitSteps, MergedStepsDoNotFeelTheCut) {
  const Json label = {{"name", "shape.by_success"}, {"label", "correct"}, {"into", "thought"}};
  const Json merge = {{"name", "shape.merge"}, {"channel", "thought"}, {"label", "correct"}};
  const Numbers found = numbers_of("split_steps", Json::object(),
                                   {{"merged", {label, merge, everywhere("thought")}},
                                    {"summed", {label, to_go("thought"), everywhere("return")}}});
  EXPECT_EQ(found.at("merged.change"), 0);
  EXPECT_EQ(found.at("merged.factor"), 1);
  EXPECT_GT(found.at("summed.change"), 1);
  EXPECT_GT(found.at("summed.factor"), 1.3);
}

TEST(TimedBandit, DurationsAsWeightsTakeTheBiasBack) {
  const Json reinforce = {{"name", "credit.reinforce"}, {"into", "advantage"}};
  const Json weight = {{"name", "shape.multiply"},
                       {"channel", "advantage"},
                       {"level", "token"},
                       {"by", "duration"},
                       {"by_level", "step"}};
  const std::vector<std::pair<std::string, Json>> arms = {{"plain", chain({reinforce})},
                                                          {"weighted", chain({reinforce, weight})}};
  const Numbers found =
      numbers_of("timed_bandit", {{"updates", 0}, {"window", 10.0}, {"spread", 0.0}, {"workers", 200}}, arms);
  EXPECT_NEAR(found.at("plain.drift_ratio"), 0.1, 0.01);
  EXPECT_NEAR(found.at("weighted.drift_ratio"), 10 * found.at("plain.drift_ratio"), 1e-9);
  EXPECT_EQ(found.at("plain.final_slow"), 0.5) << "no update, no change";
  const Numbers queue = numbers_of(
      "timed_bandit", {{"updates", 0}, {"collection", "queue"}, {"spread", 0.0}, {"workers", 200}}, arms);
  EXPECT_NEAR(queue.at("plain.drift_ratio"), 1, 0.1) << "who draws anew after each action sees both alike";
  EXPECT_NEAR(queue.at("weighted.drift_ratio"), 10 * queue.at("plain.drift_ratio"), 1e-9);
  EXPECT_THROW(numbers_of("timed_bandit", {{"window", 1e5}}, arms), Error) << "too much for memory";
}

TEST(JudgePanel, PerfectJudgesAndNoise) {
  const auto vote = [](const std::string& rule) {
    return Json{{{"name", "shape.vote"},
                 {"from", {"judge_1", "judge_2", "judge_3", "judge_4"}},
                 {"rule", rule},
                 {"into", "label"}}};
  };
  const Json one = {{{"name", "shape.vote"}, {"from", {"selected"}}, {"into", "label"}}};
  const Numbers perfect = numbers_of("judge_panel", {{"false_alarm", 0.0}, {"miss", 0.0}},
                                     {{"all", vote("intersection")}, {"one", one}});
  EXPECT_EQ(perfect.at("all.f1"), 1);
  EXPECT_EQ(perfect.at("one.f1"), 1);
  const Numbers noisy = numbers_of("judge_panel", {{"false_alarm", 0.3}, {"miss", 0.3}},
                                   {{"all", vote("intersection")}, {"any", vote("union")}, {"one", one}});
  EXPECT_GT(noisy.at("all.precision"), noisy.at("one.precision"));
  EXPECT_LT(noisy.at("all.recall"), noisy.at("one.recall"));
  EXPECT_NEAR(noisy.at("all.recall"), std::pow(0.7, 4), 0.04);
  EXPECT_NEAR(noisy.at("any.recall"), 1 - std::pow(0.3, 4), 0.02);
}

TEST(JudgePanel, WhatAllSeeAlikeVotesDoNotMend) {
  const Json majority = {{{"name", "shape.vote"},
                          {"from", {"judge_1", "judge_2", "judge_3", "judge_4"}},
                          {"rule", "majority"},
                          {"into", "label"}}};
  const Json one = {{{"name", "shape.vote"}, {"from", {"judge_1"}}, {"into", "label"}}};
  const auto found = [&](double shared) {
    return numbers_of("judge_panel", {{"shared", shared}, {"false_alarm", 0.2}, {"miss", 0.2}},
                      {{"all", majority}, {"one", one}});
  };
  EXPECT_EQ(found(1.0).at("all.f1"), found(1.0).at("one.f1"));
  EXPECT_GT(found(0.0).at("all.f1"), found(0.0).at("one.f1") + 0.05);
  EXPECT_NEAR(found(1.0).at("one.recall"), 0.8, 0.04) << "one judge errs as often, alike or not";
  EXPECT_NEAR(found(0.0).at("one.recall"), 0.8, 0.04);
}

TEST(JudgePanel, AVerdictThatIsRightComesWithBetterSteps) {
  const Json first = {{{"name", "shape.vote"}, {"from", {"judge_1"}}, {"into", "label"}}};
  const Json selected = {{{"name", "shape.vote"}, {"from", {"selected"}}, {"into", "label"}}};
  const Numbers found =
      numbers_of("judge_panel", {{"false_alarm", 0.3}, {"miss", 0.3}, {"spread", 0.3}, {"solutions", 8000}},
                 {{"first", first}, {"selected", selected}});
  EXPECT_GT(found.at("selected.f1"), found.at("first.f1") + 0.01);
}

TEST(RepeatedStep, PaysItsScoreUnlessDifferencesAreTaken) {
  const Json delta = {
      {"name", "shape.difference"}, {"channel", "prm"}, {"against", "next"}, {"last", "zero"}};
  const Numbers found = numbers_of("repeated_step", Json::object(),
                                   {{"raw", chain({to_go("prm")})}, {"delta", chain({delta, to_go("prm")})}});
  EXPECT_NEAR(found.at("raw.added_good"), 0.8, 1e-12);
  EXPECT_NEAR(found.at("raw.added_poor"), 0.3, 1e-12);
  EXPECT_NEAR(found.at("delta.added_good"), 0, 1e-12);
}

}  // namespace
}  // namespace gradus
