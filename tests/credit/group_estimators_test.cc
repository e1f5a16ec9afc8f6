#include <cmath>
#include <gtest/gtest.h>

#include "tests/refused.h"
#include "tests/rollout/small_batch.h"

#include "gradus/base/random.h"
#include "gradus/credit/group_baseline.h"
#include "gradus/credit/peer_baseline.h"
#include "gradus/credit/step_return.h"
#include "gradus/credit/token_baseline.h"
#include "gradus/credit/weighted_sum.h"
#include "gradus/credit/whiten.h"
#include "gradus/reward/normalise.h"
#include "gradus/reward/place.h"
#include "gradus/reward/suffix.h"

namespace gradus {
namespace {

void run(RolloutBatch& batch, const std::string& name, const Json& params) {
  static const OperatorRegistry registry = [] {
    OperatorRegistry out("operator");
    register_group_baseline(out);
    register_peer_baseline(out);
    register_token_baseline(out);
    register_step_return(out);
    register_weighted_sum(out);
    register_whiten(out);
    register_normalise(out);
    register_place(out);
    register_suffix(out);
    return out;
  }();
  registry.make(name, params)->apply(batch, {});
}

void put(RolloutBatch& batch, const std::string& name, const std::vector<double>& values) {
  Column& column = batch.add_column(name);
  for (size_t i = 0; i < values.size(); ++i) column.set(i, values[i]);  // NaN: missing
}

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// Rollouts without steps; groups as given.
RolloutBatch rollouts(const std::vector<int64_t>& groups, const std::vector<double>& outcomes) {
  RolloutBatch batch(RolloutShape{groups, std::vector<int64_t>(groups.size() + 1, 0), {0}, {}});
  batch.set_precision(Precision::full);
  put(batch, "rollout.outcome", outcomes);
  return batch;
}

std::vector<double> values(const RolloutBatch& batch, const std::string& name) {
  const Column& column = batch.column(name);
  std::vector<double> out;
  for (size_t i = 0; i < column.size(); ++i) out.push_back(column.valid(i) ? column[i] : kMissing);
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance = 1e-12) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << i;
    } else {
      EXPECT_NEAR(got[i], want[i], tolerance) << i;
    }
  }
}

std::vector<double> outcome_credit(const std::string& name, std::vector<int64_t> groups,
                                   std::vector<double> outcomes, Json params = Json::object()) {
  RolloutBatch batch = rollouts(groups, outcomes);
  params.update({{"level", "rollout"}, {"into", "a"}});
  run(batch, name, params);
  return values(batch, "rollout.a");
}

TEST(GroupEstimators, OpoWeighsByTrainedLength) {
  RolloutBatch batch = small_batch();  // trained tokens: 3, 1, 0, 4, 2; group 7: 0, 1, 4
  batch.set_precision(Precision::full);
  put(batch, "rollout.outcome", {1, 0, 5, 6, 0.5});
  run(batch, "credit.opo", {{"level", "rollout"}, {"into", "a"}});
  const double off = (3 * 1 + 1 * 0 + 2 * 0.5) / 6.0;
  expect_near(values(batch, "rollout.a"), {1 - off, -off, 5.0 - 6, 0, 0.5 - off});
}

TEST(GroupEstimators, GpgScalesByTheShareOfRewardsThatAreNotZero) {
  expect_near(outcome_credit("credit.gpg", {1, 1, 1, 2, 2}, {1, 0, kMissing, 0, 2}, {{"f_norm", 0.5}}),
              {0.5 * 4 / 2 / 0.5, -0.5 * 4, kMissing, -1 * 4.0, 4});
}

TEST(GroupEstimators, GpgCountsOneRewardThatIsNotZero) {
  expect_near(outcome_credit("credit.gpg", {1, 1, 1, 1}, {1, 0, 0, 0}), {0.75 * 4, -1, -1, -1});
  expect_near(outcome_credit("credit.gpg", {1, 1}, {0, 0}), {0, 0});
}

TEST(GroupEstimators, OpoOfAGroupWithOneTrainedToken) {
  RolloutBatch batch(RolloutShape{{1, 1}, {0, 1, 2}, {0, 1, 1}, {StepKind::act, StepKind::act}});
  batch.set_precision(Precision::full);
  put(batch, "rollout.outcome", {3, 5});
  run(batch, "credit.opo", {{"level", "rollout"}, {"into", "a"}});
  expect_near(values(batch, "rollout.a"), {0, 2});
  RolloutBatch empty = rollouts({1, 1}, {3, 5});
  run(empty, "credit.opo", {{"level", "rollout"}, {"into", "a"}});
  expect_near(values(empty, "rollout.a"), {-1, 1});
}

TEST(GroupEstimators, PassAtKDoesNotTakeAMissingRewardForZero) {
  expect_near(outcome_credit("credit.pass_at_k", {1, 1, 1}, {-3, kMissing, -1}, {{"scale", "none"}}),
              {0, kMissing, 2});
}

TEST(GroupEstimators, PassAtKPaysTheLeadOfTheBest) {
  const std::vector<int64_t> groups{1, 1, 1, 2, 2, 2, 3};
  const std::vector<double> outcomes{1, 4, 2, 3, 3, 0, 5};
  const double deviation = std::sqrt(7.0 / 3);
  expect_near(outcome_credit("credit.pass_at_k", groups, outcomes),
              {0, 2 / (deviation + 1e-6), 0, 0, 0, 0, 0});
  expect_near(outcome_credit("credit.pass_at_k", groups, outcomes, {{"scale", "none"}, {"singleton", "own"}}),
              {0, 2, 0, 0, 0, 0, 5});
  EXPECT_REFUSED(outcome_credit("credit.pass_at_k", groups, outcomes, {{"singleton", "refuse"}}), "outcome");
}

TEST(GroupEstimators, RemaxNeedsABaselineOfItsOwn) {
  RolloutBatch batch = rollouts({1, 1, 2}, {3, kMissing, 5});
  put(batch, "rollout.greedy", {1, 1, kMissing});
  run(batch, "credit.remax", {{"level", "rollout"}, {"into", "a"}});
  expect_near(values(batch, "rollout.a"), {2, kMissing, kMissing});
}

TEST(GroupEstimators, AGroupOfOneFollowsItsRule) {
  for (const char* name : {"credit.rloo", "credit.dr_grpo", "credit.opo"}) {
    expect_near(outcome_credit(name, {4}, {3}), {0});
    expect_near(outcome_credit(name, {4}, {3}, {{"singleton", "own"}}), {3});
  }
  expect_near(outcome_credit("credit.grpo", {4}, {3}, {{"singleton", "own"}, {"epsilon", 0.5}}), {2});
  expect_near(outcome_credit("credit.grpo", {4, 4}, {3, kMissing}), {0, kMissing});
}

TEST(GroupEstimators, ReleasedGrpoHasAFloorUnderItsDeviation) {
  const std::vector<double> close{1, 1 + 1e-6};
  const double apart = outcome_credit("credit.grpo", {1, 1}, close, {{"epsilon", 0}})[1];
  EXPECT_NEAR(apart, std::sqrt(0.5), 1e-6);
  EXPECT_LT(outcome_credit("credit.grpo", {1, 1}, close, {{"epsilon", 0}, {"variant", "released"}})[1], 2e-3);
}

TEST(GroupEstimators, ReleasedGrpoDoesNotTakeAMissingRewardForZero) {
  const double z = 1 / (std::sqrt(2.0) + 1e-6);
  expect_near(outcome_credit("credit.grpo", {1, 1, 1}, {1, kMissing, 3}, {{"variant", "released"}}),
              {-z, kMissing, z}, 1e-6);
}

TEST(GroupEstimators, RolloutLevelSpreadByPlaceIsTheTokenLevel) {
  RolloutBatch batch = small_batch();
  put(batch, "rollout.outcome", {1, 0, 5, 6, 0.5});
  run(batch, "credit.grpo", {{"into", "direct"}});
  run(batch, "credit.grpo", {{"level", "rollout"}, {"into", "once"}});
  run(batch, "shape.place", {{"channel", "once"}, {"from", "rollout"}, {"at", "every"}, {"into", "spread"}});
  expect_near(values(batch, "token.direct"), values(batch, "token.spread"), 0);
}

// Equal and unequal groups of every size and scale, in any order of ids.
TEST(GroupEstimators, AMillionGroupsGiveNoGarbageAndExactZeros) {
  const std::vector<std::string> estimators{"credit.rloo", "credit.grpo", "credit.dr_grpo",
                                            "credit.opo",  "credit.gpg",  "credit.pass_at_k"};
  constexpr size_t kGroups = 1'000'000, kPerBatch = 10'000;
  Stream stream(3);
  size_t bad = 0, not_zero = 0, moved = 0;
  for (size_t done = 0; done < kGroups; done += kPerBatch) {
    std::vector<int64_t> groups;
    std::vector<uint8_t> equal(kPerBatch);
    std::vector<float> rewards;
    const bool interleaved = stream.chance(0.2);
    for (size_t g = 0; g < kPerBatch; ++g) {
      const size_t size = 2 + stream.below(stream.chance(0.1) ? 63 : 7);
      equal[g] = stream.chance(0.3);
      const float scale = stream.chance(0.1) ? 1e30f : stream.chance(0.1) ? 1e-30f : 1.0f;
      const float shared = stream.chance(0.5) ? 0.7f : static_cast<float>(stream.uniform()) * scale;
      for (size_t i = 0; i < size; ++i) {
        groups.push_back(static_cast<int64_t>(interleaved ? (g + i * 7) % kPerBatch : g));
        rewards.push_back(equal[g] ? shared : static_cast<float>(stream.uniform() - 0.5) * scale);
      }
    }
    if (interleaved) std::fill(equal.begin(), equal.end(), uint8_t{0});
    RolloutBatch batch(RolloutShape{groups, std::vector<int64_t>(groups.size() + 1, 0), {0}, {}});
    batch.put_column("rollout.outcome", Column(Level::rollout, rewards, {}, nullptr));
    for (const std::string& name : estimators) {
      run(batch, name, {{"level", "rollout"}, {"into", "a"}});
      const Column& a = batch.column("rollout.a");
      bad += a.missing();
      const auto credit = a.values<float>();
      for (size_t r = 0; r < credit.size(); ++r) {
        bad += !std::isfinite(credit[r]);
        const bool due = equal[static_cast<size_t>(groups[r])] != 0;
        not_zero += due && credit[r] != 0;
        moved += !due && credit[r] != 0;
      }
    }
  }
  EXPECT_EQ(bad, 0u);
  EXPECT_EQ(not_zero, 0u);
  EXPECT_GT(moved, kGroups);
}

TEST(Whiten, EqualValuesBecomeExactlyZeroUnlessReleased) {
  for (const double value : {0.1, 0.7, 1.0 / 3}) {
    RolloutBatch batch = rollouts(std::vector<int64_t>(7, 1), std::vector<double>(7, value));
    run(batch, "credit.whiten", {{"channel", "outcome"}, {"level", "rollout"}});
    expect_near(values(batch, "rollout.outcome"), std::vector<double>(7, 0.0), 0);
  }
  RolloutBatch batch = rollouts({1, 1, 1}, {1, 1, 1});
  run(batch, "credit.whiten", {{"channel", "outcome"}, {"level", "rollout"}, {"variant", "released"}});
  EXPECT_NEAR(values(batch, "rollout.outcome")[0], 1e-8 / 3 / 1e-4, 1e-9);
}

// 0.1 three times has a mean that is not 0.1: seen as equal within a rollout too.
TEST(Whiten, EqualTokensOfOneRolloutBecomeExactlyZero) {
  RolloutBatch batch(RolloutShape{{1}, {0, 1}, {0, 3}, {StepKind::act}});
  batch.set_precision(Precision::full);
  put(batch, "token.advantage", {0.1, 0.1, 0.1});
  run(batch, "credit.whiten", Json::object());
  expect_near(values(batch, "token.advantage"), {0, 0, 0}, 0);
}

TEST(Whiten, DividesByTheSampleDeviation) {
  for (const double r : {0.5, 2.0}) {  // the squares of the first sum to exactly 1
    RolloutBatch batch = rollouts({1, 1, 1, 1}, {1 + r, 1 - r, 1 + r, 1 - r});
    run(batch, "credit.whiten", {{"channel", "outcome"}, {"level", "rollout"}});
    const double z = r / std::sqrt(4 * r * r / 3 + 1e-8);
    expect_near(values(batch, "rollout.outcome"), {z, -z, z, -z});
    RolloutBatch kept = rollouts({1, 1, 1, 1}, {1 + r, 1 - r, 1 + r, 1 - r});
    run(kept, "credit.whiten", {{"channel", "outcome"}, {"level", "rollout"}, {"shift", false}});
    expect_near(values(kept, "rollout.outcome"), {1 + z, 1 - z, 1 + z, 1 - z});
  }
}

// verl: sums over n + 1e-8, so that the mean is off by half at this distance from zero.
TEST(Whiten, ReleasedMeasuresTheSpreadAroundItsOwnMean) {
  RolloutBatch batch = rollouts({1, 1}, {1e8, 1e8 + 2});
  run(batch, "credit.whiten", {{"channel", "outcome"}, {"level", "rollout"}, {"variant", "released"}});
  const double mean = (2e8 + 2) / (2 + 1e-8);
  const double variance = (std::pow(1e8 - mean, 2) + std::pow(1e8 + 2 - mean, 2)) / (2 + 1e-8) * 2;
  expect_near(values(batch, "rollout.outcome"),
              {(1e8 - mean) / std::sqrt(variance), (1e8 + 2 - mean) / std::sqrt(variance)}, 1e-6);
}

// Two rollouts of one group: steps of 2 and 3 tokens, and one of 4.
RolloutBatch two_rollouts(const std::vector<double>& prm) {
  RolloutBatch batch(
      RolloutShape{{1, 1}, {0, 2, 3}, {0, 2, 5, 9}, {StepKind::act, StepKind::act, StepKind::act}});
  batch.set_precision(Precision::full);
  put(batch, "step.prm", prm);
  return batch;
}

TEST(PeerBaseline, TakesOffWhatTheOthersEarn) {
  RolloutBatch batch = two_rollouts({0.5, -0.25, 0.8});
  run(batch, "credit.peer_baseline", {{"channel", "prm"}, {"into", "a"}});
  expect_near(values(batch, "step.a"), {0.5 - 0.2 * 2, -0.25 - 0.2 * 3, 0.8 - 0.05 * 4});
  run(batch, "credit.peer_baseline", {{"channel", "prm"}, {"spare_ends", true}, {"into", "a"}});
  expect_near(values(batch, "step.a"), {0.5 - 0.2, -0.25 - 0.2 * 2, 0.8 - 0.05 * 3});
  run(batch, "credit.peer_baseline", {{"channel", "prm"}, {"per", "value"}, {"into", "a"}});
  expect_near(values(batch, "step.a"), {0.5 - 0.8, -0.25 - 0.8, 0.8 - 0.125});
}

TEST(PeerBaseline, LoneRolloutsAndEqualValues) {
  RolloutBatch lone = two_rollouts({0.5, -0.25, kMissing});
  run(lone, "credit.peer_baseline", {{"channel", "prm"}, {"into", "a"}});
  expect_near(values(lone, "step.a"), {0, 0, kMissing});
  run(lone, "credit.peer_baseline", {{"channel", "prm"}, {"singleton", "own"}, {"into", "a"}});
  expect_near(values(lone, "step.a"), {0.5, -0.25, kMissing});
  RolloutBatch equal = two_rollouts({0.7, 0.7, 0.7});
  run(equal, "credit.peer_baseline", {{"channel", "prm"}, {"per", "value"}, {"into", "a"}});
  expect_near(values(equal, "step.a"), {0, 0, 0}, 0);
}

// 0.1 + 0.1 + 0.1 - 0.1 is not twice 0.1: equal values are seen as such, not computed.
TEST(PeerBaseline, EqualValuesGiveExactZerosInGroupsOfThree) {
  for (const auto& [level, per] : std::vector<std::pair<std::string, std::string>>{
           {"step", "value"}, {"token", "value"}, {"token", "token"}}) {
    RolloutBatch batch(
        RolloutShape{{1, 1, 1}, {0, 1, 2, 3}, {0, 1, 2, 3}, std::vector<StepKind>(3, StepKind::act)});
    batch.set_precision(Precision::full);
    put(batch, level + ".prm", {0.1, 0.1, 0.1});
    run(batch, "credit.peer_baseline", {{"channel", "prm"}, {"level", level}, {"per", per}, {"into", "a"}});
    expect_near(values(batch, level + ".a"), {0, 0, 0}, 0);
  }
}

TEST(PeerBaseline, ReleasedCountsThePaddedWidth) {
  RolloutBatch batch = two_rollouts({0.5, -0.25, 0.8});  // 5 and 4 tokens
  run(batch, "credit.peer_baseline", {{"channel", "prm"}, {"variant", "released"}, {"into", "a"}});
  expect_near(values(batch, "step.a"), {0.5 - 0.16 * 2, -0.25 - 0.16 * 3, 0.8 - 0.05 * 4});
  RolloutBatch empty(RolloutShape{{1, 1}, {0, 1, 2}, {0, 0, 0}, {StepKind::act, StepKind::act}});
  empty.set_precision(Precision::full);
  put(empty, "step.prm", {1, 3});
  run(empty, "credit.peer_baseline", {{"channel", "prm"}, {"variant", "released"}, {"into", "a"}});
  expect_near(values(empty, "step.a"), {0, 0});  // nothing earned per token: no others to compare with
}

// PURE's complaint about the step baseline: cutting the same text into more steps changes its credit.
TEST(PeerBaseline, TheTokenBaselineDoesNotPayForCuttingAStep) {
  const auto total = [](const char* per, bool cut) {
    RolloutShape shape{{1, 1}, {0, cut ? 2 : 1, cut ? 3 : 2}, {0, 6, 10}, {StepKind::act, StepKind::act}};
    if (cut) {
      shape.token_offsets = {0, 3, 6, 10};
      shape.kinds.push_back(StepKind::act);
    }
    RolloutBatch batch(std::move(shape));
    batch.set_precision(Precision::full);
    put(batch, "step.prm", cut ? std::vector<double>{0.25, 0.25, 0.8} : std::vector<double>{0.5, 0.8});
    run(batch, "credit.peer_baseline", {{"channel", "prm"}, {"per", per}, {"into", "a"}});
    run(batch, "shape.suffix", {{"channel", "a"}, {"into", "g"}});
    return batch.column("step.g")[0];
  };
  EXPECT_NEAR(total("token", true), total("token", false), 1e-12);
  EXPECT_NEAR(total("value", true) - total("value", false), -0.8, 1e-12);
}

TEST(TokenBaseline, WeighsReturnsByTheirVariance) {
  RolloutBatch batch(RolloutShape{{1, 1}, {0, 1, 2}, {0, 2, 3}, {StepKind::act, StepKind::act}});
  batch.set_precision(Precision::full);
  put(batch, "token.reward", {1, 2, 5});
  put(batch, "token.logprob", {std::log(0.5), std::log(0.25), std::log(0.75)});
  put(batch, "token.collision", {0.5, 0.375, 0.625});
  const double w0 = 0.5, w1 = 0.5 + 0.875, v0 = 0.125;
  const double first = (3 * w0 + 5 * v0) / (w0 + v0 + 1e-8);
  run(batch, "credit.token_baseline", Json::object());
  expect_near(values(batch, "token.advantage"), {3 - first, 2, 5 - first});
  run(batch, "credit.token_baseline", {{"tail", "baseline"}});
  expect_near(values(batch, "token.advantage"), {3 - first, 2 - 2 * w1 / (w1 + 1e-8), 5 - first});
  put(batch, "token.rho", {2, 1, 1});
  run(batch, "credit.token_baseline", {{"importance", "rho"}});
  EXPECT_NEAR(batch.column("token.advantage")[2], 5 - (3 * 4 * w0 + 5 * v0) / (4 * w0 + v0 + 1e-8), 1e-12);
  batch.column("token.collision").clear(1);
  EXPECT_REFUSED(run(batch, "credit.token_baseline", Json::object()), "token.logprob, token.collision");
}

TEST(TokenBaseline, AMissingRewardAtTheEndIsNoReturn) {
  RolloutBatch batch(RolloutShape{{1, 1}, {0, 1, 2}, {0, 2, 3}, {StepKind::act, StepKind::act}});
  batch.set_precision(Precision::full);
  put(batch, "token.reward", {1, 2, kMissing});
  put(batch, "token.logprob", {std::log(0.5), std::log(0.25), std::log(0.75)});
  put(batch, "token.collision", {0.5, 0.375, 0.625});
  run(batch, "credit.token_baseline", Json::object());
  expect_near(values(batch, "token.advantage"), {3 - 3 * 0.5 / (0.5 + 1e-8), 2, kMissing});
}

// DeepSeekMath, section 4.1.3: the steps of the group pooled, then what is still to come.
TEST(Chains, ProcessSupervisionOfGrpo) {
  RolloutBatch batch = two_rollouts({1, 0, 0.5});
  run(batch, "shape.normalise", {{"channel", "prm"}, {"pool", "group"}});
  run(batch, "credit.step_return", {{"channel", "prm"}, {"into", "advantage"}});
  const double z = 0.5 / (0.5 + 1e-6);
  expect_near(values(batch, "token.advantage"), {0, 0, -z, -z, -z, 0, 0, 0, 0});
}

// TRL: scale over the group or the batch, or not at all; epsilon 1e-4.
TEST(Chains, ScalesOfTrl) {
  const std::vector<int64_t> groups{1, 1, 2, 2};
  const std::vector<double> outcomes{1, 3, 10, 4};
  const double d1 = std::sqrt(2.0) + 1e-4, d2 = std::sqrt(18.0) + 1e-4, all = std::sqrt(45.0 / 3) + 1e-4;
  expect_near(outcome_credit("credit.grpo", groups, outcomes, {{"epsilon", 1e-4}}),
              {-1 / d1, 1 / d1, 3 / d2, -3 / d2});
  RolloutBatch batch = rollouts(groups, outcomes);
  run(batch, "shape.normalise",
      {{"channel", "outcome"},
       {"level", "rollout"},
       {"pool", "batch"},
       {"centre", "none"},
       {"epsilon", 1e-4}});
  run(batch, "credit.dr_grpo", {{"level", "rollout"}, {"into", "a"}});
  expect_near(values(batch, "rollout.a"), {-1 / all, 1 / all, 3 / all, -3 / all});
}

// TRL's normalize_then_sum: every reward in its group, weights, sum, then the batch.
TEST(Chains, NormalizeThenSumOfTrl) {
  RolloutBatch batch = rollouts({1, 1, 2, 2}, {1, 3, 10, 4});
  put(batch, "rollout.format", {1, 1, 0, 1});
  for (const char* channel : {"outcome", "format"}) {
    run(batch, "shape.normalise", {{"channel", channel}, {"level", "rollout"}, {"epsilon", 1e-4}});
  }
  run(batch, "credit.sum",
      {{"level", "rollout"}, {"from", {"outcome", "format"}}, {"weights", {2.0, 0.5}}, {"into", "a"}});
  run(batch, "shape.normalise",
      {{"channel", "a"}, {"level", "rollout"}, {"pool", "batch"}, {"epsilon", 1e-4}});
  const double d1 = std::sqrt(2.0) + 1e-4, d2 = std::sqrt(18.0) + 1e-4, f = 0.5 / (std::sqrt(0.5) + 1e-4);
  const std::vector<double> sums{-2 / d1, 2 / d1, 6 / d2 - 0.5 * f, -6 / d2 + 0.5 * f};
  double squares = 0;
  for (const double sum : sums) squares += sum * sum;
  const double deviation = std::sqrt(squares / 3) + 1e-4;
  expect_near(values(batch, "rollout.a"),
              {sums[0] / deviation, sums[1] / deviation, sums[2] / deviation, sums[3] / deviation});
}

// REINFORCE++: returns of tokens, whitened over the batch.
TEST(Chains, ReinforcePlusPlus) {
  RolloutBatch batch = two_rollouts({});
  put(batch, "token.reward", {0, 0, 0, 0, 1, 0, 0, 0, -1});
  run(batch, "shape.suffix", {{"channel", "reward"}, {"level", "token"}, {"into", "advantage"}});
  run(batch, "credit.whiten", Json::object());
  const double mean = 1.0 / 9,
               scale = 1 / std::sqrt((5 * std::pow(1 - mean, 2) + 4 * std::pow(1 + mean, 2)) / 8 + 1e-8);
  expect_near(
      values(batch, "token.advantage"),
      {(1 - mean) * scale, (1 - mean) * scale, (1 - mean) * scale, (1 - mean) * scale, (1 - mean) * scale,
       (-1 - mean) * scale, (-1 - mean) * scale, (-1 - mean) * scale, (-1 - mean) * scale});
}

}  // namespace
}  // namespace gradus
