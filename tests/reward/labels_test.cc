// shape.vote, shape.merge and shape.by_success: labels of steps.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/reward/operator_run.h"
#include "tests/rollout/small_batch.h"

#include "gradus/reward/by_success.h"
#include "gradus/reward/merge.h"
#include "gradus/reward/suffix.h"
#include "gradus/reward/vote.h"

namespace gradus {
namespace {

const double kMissing = std::nan("");

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_by_success(out);
  register_merge(out);
  register_suffix(out);
  register_vote(out);
  return out;
}

void run(RolloutBatch& batch, const std::string& name, const Json& params) {
  registry().make(name, params)->apply(batch, {});
}

std::vector<double> voted(RolloutBatch& batch, const std::string& rule, bool tie = true) {
  run(batch, "shape.vote", {{"from", {"a", "b", "c", "d"}}, {"rule", rule}, {"tie", tie}, {"into", "wrong"}});
  return values_of(batch.column("step.wrong"));
}

RolloutBatch four_critics() {
  RolloutBatch batch = one_rollout(5);
  put(batch, "step.a", {1, 1, 1, 0, kMissing});
  put(batch, "step.b", {1, 1, 0, 0, kMissing});
  put(batch, "step.c", {1, 0, 0, 0, kMissing});
  put(batch, "step.d", {1, 0, kMissing, 0, kMissing});
  return batch;
}

TEST(Vote, EveryRule) {
  RolloutBatch batch = four_critics();
  EXPECT_TRUE(same(voted(batch, "intersection"), {1, 0, 0, 0, kMissing}));
  EXPECT_TRUE(same(voted(batch, "union"), {1, 1, 1, 0, kMissing}));
  EXPECT_TRUE(same(voted(batch, "majority"), {1, 1, 0, 0, kMissing})) << "half is enough";
  EXPECT_TRUE(same(voted(batch, "majority", false), {1, 0, 0, 0, kMissing})) << "half is not enough";
  EXPECT_TRUE(same(voted(batch, "average"), {1, 0.5, 1.0 / 3, 0, kMissing})) << "d did not vote on step 2";
}

TEST(Vote, AnythingAboveZeroIsAVoteAndZeroIsNone) {
  RolloutBatch batch = one_rollout(4);
  put(batch, "step.a", {0.25, 0, -1, 1e-9});
  put(batch, "step.b", {0.25, 0, -1, 0});
  put(batch, "step.c", {0.25, 0, -1, 0});
  put(batch, "step.d", {0, 0, 2, 0});
  EXPECT_TRUE(same(voted(batch, "average"), {0.75, 0, 0.25, 0.25}));
}

TEST(Vote, IntersectionWithinMajorityWithinUnion) {
  EXPECT_TRUE(rc::check("the rules are nested", [] {
    RolloutBatch batch = one_rollout(6);
    for (const char* critic : {"a", "b", "c", "d"}) {
      const auto labels = *rc::gen::container<std::vector<int>>(6, rc::gen::inRange(0, 2));
      put(batch, std::string("step.") + critic, {labels.begin(), labels.end()});
    }
    const auto all = voted(batch, "intersection"), most = voted(batch, "majority"),
               any = voted(batch, "union");
    for (size_t s = 0; s < 6; ++s) RC_ASSERT(all[s] <= most[s] && most[s] <= any[s]);
  }));
}

TEST(Vote, ObservedStepsAreNotWritten) {
  RolloutBatch batch = small_batch();
  for (const char* critic : {"a", "b", "c", "d"}) {
    put(batch, std::string("step.") + critic, std::vector<double>(9, 1.0));
  }
  const auto out = voted(batch, "union");
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[0], 1);
}

TEST(Merge, RunsOfEqualLabels) {
  const std::vector<double> labels{1, 1, 0, kMissing, kMissing, 0, 0};
  const auto merged = [&](const Json& more) {
    RolloutBatch batch = one_rollout(7);
    put(batch, "step.label", labels);
    put(batch, "step.r", {1, 3, 5, 7, 9, kMissing, 2});
    Json params{{"channel", "r"}, {"label", "label"}};
    params.update(more);
    run(batch, "shape.merge", params);
    return values_of(batch.column("step.r"));
  };
  EXPECT_TRUE(same(merged(Json::object()), {2, 2, 5, 7, 9, 2, 2}));
  EXPECT_TRUE(same(merged({{"form", "sum"}, {"at", "last"}}), {kMissing, 4, 5, 7, 9, kMissing, 2}));
  EXPECT_TRUE(same(merged({{"form", "min"}}), {1, 1, 5, 7, 9, 2, 2}));
  EXPECT_TRUE(same(merged({{"form", "max"}}), {3, 3, 5, 7, 9, 2, 2}));
  EXPECT_TRUE(same(merged({{"form", "last"}}), {3, 3, 5, 7, 9, 2, 2}));
}

TEST(Merge, AnObservationDoesNotEndARun) {
  RolloutBatch batch = small_batch();
  put(batch, "step.label", {1, 0, 1, 1, 1, 1, 1, 0, 1});
  put(batch, "step.r", {1, 50, 3, 5, 6, 6, 6, 1, 2});
  run(batch, "shape.merge", {{"channel", "r"}, {"label", "label"}});
  EXPECT_TRUE(same(values_of(batch.column("step.r")), {2, 50, 2, 5, 6, 6, 6, 1, 2}));
}

// The sum of rewards from the first step on, once as steps and once as merged runs.
std::pair<double, double> returns(const std::vector<double>& labels) {
  RolloutBatch batch = one_rollout(labels.size());
  put(batch, "step.r", labels);
  run(batch, "shape.suffix", {{"channel", "r"}, {"into", "steps"}});
  run(batch, "shape.merge", {{"channel", "r"}, {"label", "r"}, {"at", "last"}});
  run(batch, "shape.suffix", {{"channel", "r"}, {"into", "runs"}});
  return {batch.column("step.steps")[0], batch.column("step.runs")[0]};
}

TEST(Merge, CuttingEveryStepInTwoChangesNothing) {
  EXPECT_TRUE(rc::check("thought credit does not move, step credit doubles", [] {
    const auto labels = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3)));
    std::vector<double> whole, halves;
    for (const int label : labels) {
      whole.push_back(label);
      halves.insert(halves.end(), 2, label);
    }
    const auto [steps, runs] = returns(whole);
    const auto [cut_steps, cut_runs] = returns(halves);
    RC_ASSERT(cut_runs == runs);
    RC_ASSERT(cut_steps == 2 * steps);
  }));
}

TEST(BySuccess, RewardsFollowTheTable) {
  RolloutBatch batch = small_batch();                     // group 7: rollouts 0, 1, 4; group 9: 2, 3
  put(batch, "rollout.outcome", {1, 0, kMissing, 0, 0});  // success 1/3 in group 7, 0 in group 9
  put(batch, "step.right", {1, 1, 0, 1, 1, 0, kMissing, 1, 0});
  run(batch, "shape.by_success", {{"label", "right"}, {"into", "r"}});
  const double p = 1.0 / 3;
  EXPECT_TRUE(same(values_of(batch.column("step.r")),
                   {1, kMissing, -p, (1 - p) * 0.5, 0.5, -1, kMissing, (1 - p) * 0.5, -1}, 1e-15));
}

TEST(BySuccess, WithoutAnOutcomeThereIsNoReward) {
  RolloutBatch batch = small_batch();
  put(batch, "rollout.outcome", {kMissing, 1, 1, 1, 1});
  put(batch, "step.right", std::vector<double>(9, 0.0));
  run(batch, "shape.by_success", {{"label", "right"}, {"into", "r"}});
  EXPECT_FALSE(batch.column("step.r").valid(0));
  EXPECT_EQ(batch.column("step.r")[3], -1) << "the others of the group are all solved";
}

}  // namespace
}  // namespace gradus
