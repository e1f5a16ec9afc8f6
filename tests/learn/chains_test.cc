// Published methods as chains of shaping and credit operators, held to the identities their papers state.
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/learn/operators.h"

namespace gradus {
namespace {

// Rollouts whose steps have the given numbers of tokens, all in one group.
RolloutBatch batch_of(const std::vector<std::vector<size_t>>& steps) {
  RolloutShape shape{std::vector<int64_t>(steps.size(), 0), {0}, {0}, {}};
  for (const std::vector<size_t>& rollout : steps) {
    for (const size_t tokens : rollout) {
      shape.kinds.push_back(StepKind::act);
      shape.token_offsets.push_back(shape.token_offsets.back() + static_cast<int64_t>(tokens));
    }
    shape.step_offsets.push_back(static_cast<int64_t>(shape.kinds.size()));
  }
  RolloutBatch batch(std::move(shape));
  batch.set_precision(Precision::full);
  return batch;
}

void put(RolloutBatch& batch, const std::string& name, const std::vector<double>& values) {
  Column& column = batch.add_column(name);
  ASSERT_EQ(values.size(), column.size()) << name;
  for (size_t i = 0; i < values.size(); ++i) column.set(i, values[i]);
}

void run(RolloutBatch& batch, const std::string& name, const Json& params) {
  operators().make(name, params)->apply(batch, {});
}

std::vector<double> values_of(const Column& column) {
  std::vector<double> out;
  for (size_t i = 0; i < column.size(); ++i) out.push_back(column.valid(i) ? column[i] : std::nan(""));
  return out;
}

std::vector<double> some(size_t count, int low, int high) {
  std::vector<double> out;
  for (size_t i = 0; i < count; ++i) out.push_back(*rc::gen::inRange(low, high + 1) / 64.0);  // exact sums
  return out;
}

TEST(Chains, ProgressTelescopesToTheGainOverTheProver) {
  EXPECT_TRUE(rc::check("return of step k == alpha (Q_K - Q_{k-1}) + outcome", [] {
    const size_t steps = *rc::gen::inRange<size_t>(1, 9);
    RolloutBatch batch = batch_of({std::vector<size_t>(steps, 1)});
    const std::vector<double> success = some(steps, 0, 64), prompt = some(1, 0, 64);
    put(batch, "step.progress", success);
    put(batch, "rollout.prompt", prompt);
    put(batch, "rollout.outcome", {1});
    run(batch, "shape.difference", {{"channel", "progress"}, {"start", "prompt"}});
    run(batch, "shape.spread", {{"channel", "outcome"}, {"at", "last"}, {"into", "final"}});
    run(batch, "credit.sum",
        {{"level", "step"}, {"from", {"progress", "final"}}, {"weights", {4.0, 1.0}}, {"into", "r"}});
    run(batch, "shape.suffix", {{"channel", "r"}, {"into", "g"}});
    for (size_t k = 0; k < steps; ++k) {
      const double before = k == 0 ? prompt[0] : success[k - 1];
      RC_ASSERT(batch.column("step.g")[k] == 4 * (success.back() - before) + 1);
    }
  }));
}

TEST(Chains, EffectiveRewardUnderABestOfFourProver) {
  RolloutBatch batch = batch_of({{1, 1}});
  for (const char* name : {"step.q", "step.progress"}) put(batch, name, {0.5, 0.75});
  put(batch, "rollout.prompt", {0.25});
  run(batch, "shape.best_of", {{"channel", "progress"}});
  run(batch, "shape.best_of", {{"channel", "prompt"}, {"level", "rollout"}});
  run(batch, "shape.difference", {{"channel", "progress"}, {"start", "prompt"}});
  run(batch, "credit.sum",
      {{"level", "step"}, {"from", {"q", "progress"}}, {"weights", {1.0, 0.5}}, {"into", "effective"}});
  const double before = 1 - std::pow(0.75, 4), middle = 1 - std::pow(0.5, 4), after = 1 - std::pow(0.25, 4);
  EXPECT_NEAR(batch.column("step.effective")[0], 0.5 + 0.5 * (middle - before), 1e-15);
  EXPECT_NEAR(batch.column("step.effective")[1], 0.75 + 0.5 * (after - middle), 1e-15);
}

TEST(Chains, RenormKeepsTheSignOfTheOutcome) {
  EXPECT_TRUE(rc::check("turns of failures are never positive, of successes never negative", [] {
    const size_t turns = *rc::gen::inRange<size_t>(2, 6);
    RolloutBatch batch = batch_of({std::vector<size_t>(turns, 2), std::vector<size_t>(turns, 2)});
    put(batch, "rollout.outcome", {0, 1});
    std::vector<double> judged = some(2 * turns, 0, 64);
    judged[0] = std::nan("");  // the judge's text could not be read
    put(batch, "step.judged", judged);
    run(batch, "shape.spread", {{"at", "before_last"}, {"into", "shift"}});
    run(batch, "shape.affine", {{"channel", "shift"}, {"shift", -1.0}});
    run(batch, "credit.sum",
        {{"level", "step"}, {"from", {"judged", "shift"}}, {"weights", {1.0, 1.0}}, {"into", "r"}});
    const Column& r = batch.column("step.r");
    RC_ASSERT(r[0] == -1);
    for (size_t k = 0; k + 1 < turns; ++k) RC_ASSERT(r[k] <= 0 && r[turns + k] >= 0);
  }));
}

TEST(Chains, AsymmetricRewardHasFourCases) {
  RolloutBatch batch = batch_of({{1, 2}, {2, 1}});
  put(batch, "rollout.outcome", {1, 0});
  put(batch, "step.wrong", {0, 1, 0, 1});
  run(batch, "shape.place",
      {{"channel", "outcome"}, {"from", "rollout"}, {"at", "every"}, {"into", "whole"}});
  run(batch, "shape.place", {{"channel", "wrong"}, {"at", "every"}, {"into", "process"}});
  run(batch, "credit.sum", {{"from", {"whole", "process"}}, {"weights", {2.0, -1.0}}, {"into", "a"}});
  EXPECT_EQ(values_of(batch.column("token.a")), (std::vector<double>{2, 1, 1, 0, 0, -1}));
  run(batch, "shape.normalise", {{"channel", "a"}, {"level", "token"}, {"pool", "group"}});
  const double deviation = std::sqrt(2 * (1.5 * 1.5 + 2 * 0.5 * 0.5) / 5);  // 1.5, 0.5, 0.5 on both sides
  EXPECT_NEAR(batch.column("token.a")[0], 1.5 / (deviation + 1e-6), 1e-12);
}

// The advantage of every token of a group of two, whose first rollout is cut into the given steps.
std::vector<double> thought_advantages(const std::vector<size_t>& lengths,
                                       const std::vector<double>& labels) {
  std::vector<double> all = labels;
  all.insert(all.end(), {1.0, 0.0});
  RolloutBatch batch = batch_of({lengths, {2, 3}});
  put(batch, "rollout.outcome", {1, 0});
  put(batch, "step.right", all);
  run(batch, "shape.by_success", {{"label", "right"}, {"into", "thought"}});
  run(batch, "shape.merge", {{"channel", "thought"}, {"label", "right"}});
  run(batch, "shape.place", {{"channel", "thought"}, {"at", "every"}, {"into", "thought"}});
  run(batch, "shape.normalise", {{"channel", "thought"}, {"level", "token"}, {"pool", "group"}});
  run(batch, "credit.grpo", Json::object());
  run(batch, "credit.sum", {{"from", {"outcome_advantage", "thought"}}, {"weights", {1.0, 1.0}}});
  return values_of(batch.column("token.advantage"));
}

TEST(Chains, ThoughtAdvantagesDoNotDependOnHowATextIsCut) {
  const auto whole = thought_advantages({4, 2, 6}, {1, 0, 1});
  EXPECT_EQ(whole, thought_advantages({2, 2, 1, 1, 1, 5}, {1, 1, 0, 0, 1, 1}));
  EXPECT_NE(whole, thought_advantages({4, 2, 6}, {1, 1, 1}));
}

TEST(Chains, DurationWeightsAverageToOneAndAreCapped) {
  RolloutBatch batch = batch_of({{1}, {1}, {1}, {1}});
  put(batch, "rollout.duration", {0, 1, 3, 36});
  put(batch, "token.advantage", {1, 1, 1, 1});
  const Json rollout{{"channel", "duration"}, {"level", "rollout"}};
  const auto weigh = [&](const std::string& op, Json params) {
    params.update(rollout);
    run(batch, op, params);
  };
  weigh("shape.clip", {{"low", 1e-3}});
  run(batch, "shape.rescale",
      {{"channel", "duration"},
       {"level", "rollout"},
       {"form", "mean"},
       {"pool", "batch"},
       {"epsilon", 0.0},
       {"into", "weight"}});
  double mean = 0;
  for (const double weight : values_of(batch.column("rollout.weight"))) mean += weight / 4;
  EXPECT_NEAR(mean, 1, 1e-12);
  run(batch, "shape.clip", {{"channel", "weight"}, {"level", "rollout"}, {"high", 3.0}});
  run(batch, "shape.multiply",
      {{"channel", "advantage"}, {"level", "token"}, {"by", "weight"}, {"by_level", "rollout"}});
  const std::vector<double> out = values_of(batch.column("token.advantage"));
  EXPECT_NEAR(out[0], 1e-4, 1e-8);
  EXPECT_NEAR(out[2], 0.3, 1e-5);
  EXPECT_EQ(out[3], 3);
}

TEST(Chains, RepeatingAStepUnderRawAndClippedScores) {
  const auto total = [](const std::vector<double>& scores, bool clip) {
    RolloutBatch batch = batch_of({std::vector<size_t>(scores.size(), 1)});
    put(batch, "step.prm", scores);
    if (clip) {
      run(batch, "shape.affine", {{"channel", "prm"}, {"shift", -0.5}});
      run(batch, "shape.clip", {{"channel", "prm"}, {"high", 0.0}});
    }
    run(batch, "shape.aggregate", {{"channel", "prm"}, {"into", "total"}});
    return batch.column("rollout.total")[0];
  };
  for (const double p : {0.25, 0.75}) {
    EXPECT_EQ(total({0.5, p, p}, false) - total({0.5, p}, false), p) << "raw scores pay for repetition";
    EXPECT_EQ(total({0.5, p, p}, true) - total({0.5, p}, true), std::min(p - 0.5, 0.0));
  }
}

}  // namespace
}  // namespace gradus
