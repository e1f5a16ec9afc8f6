// shape.difference and the methods that are settings of it.
#include "gradus/reward/difference.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/reward/operator_run.h"
#include "tests/rollout/small_batch.h"

#include "gradus/reward/suffix.h"

namespace gradus {
namespace {

const double kMissing = std::nan("");

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_difference(out);
  register_suffix(out);
  return out;
}

std::vector<double> differences(RolloutBatch& batch, Json params) {
  params["channel"] = "v";
  registry().make("shape.difference", params)->apply(batch, {});
  return values_of(batch.column("step.v"));
}

RolloutBatch with_values(const std::vector<double>& values) {
  RolloutBatch batch = one_rollout(values.size());
  put(batch, "step.v", values);
  return batch;
}

std::vector<double> some_values(size_t least = 1) {
  std::vector<double> out;
  const size_t count = *rc::gen::inRange<size_t>(least, 12);
  for (size_t i = 0; i < count; ++i) out.push_back(*rc::gen::inRange(-1000, 1000) / 64.0);  // exact sums
  return out;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

TEST(Difference, ProgressComparesTheFirstStepWithThePrompt) {
  RolloutBatch batch = with_values({0.5, 0.25, 0.75});
  put(batch, "rollout.prompt_value", {0.125});
  EXPECT_TRUE(same(differences(batch, {{"start", "prompt_value"}}), {0.375, -0.25, 0.5}));
}

TEST(Difference, InformationGainTelescopes) {
  EXPECT_TRUE(rc::check("the gains sum to the last value minus the prompt's", [] {
    const std::vector<double> values = some_values();
    RolloutBatch batch = with_values(values);
    const double start = *rc::gen::inRange(-1000, 1000) / 64.0;
    put(batch, "rollout.start", {start});
    RC_ASSERT(sum_of(differences(batch, {{"start", "start"}})) == values.back() - start);
  }));
}

TEST(Difference, DeltaMakesTheReturnOfAStepItsOwnValue) {
  EXPECT_TRUE(rc::check("sum from step k on == v_k for k < K, 0 for K", [] {
    std::vector<double> values = some_values();
    RolloutBatch batch = with_values(values);
    differences(batch, {{"against", "next"}, {"last", "zero"}});
    registry().make("shape.suffix", {{"channel", "v"}, {"into", "g"}})->apply(batch, {});
    values.back() = 0;
    RC_ASSERT(same(values_of(batch.column("step.g")), values));
  }));
}

TEST(Difference, RepeatingAStepPaysNothingUnderDelta) {
  RolloutBatch once = with_values({0.5, 0.75, 0.25}), twice = with_values({0.5, 0.75, 0.75, 0.25});
  const Json delta{{"against", "next"}, {"last", "zero"}};
  EXPECT_EQ(sum_of(differences(once, delta)), sum_of(differences(twice, delta)));
}

TEST(Difference, PotentialShapingChangesTheReturnByThePotentialOfTheStartAlone) {
  EXPECT_TRUE(rc::check("sum_k gamma^(k-1) F_k == -Phi_0", [] {
    RolloutBatch batch = with_values(some_values());
    const double start = *rc::gen::inRange(-1000, 1000) / 64.0, gamma = 0.5;
    put(batch, "rollout.start", {start});
    const std::vector<double> shaping =
        differences(batch, {{"gamma", gamma}, {"start", "start"}, {"last", "zero"}});
    double total = 0, discount = 1;
    for (const double f : shaping) {
      total += discount * f;
      discount *= gamma;
    }
    RC_ASSERT(total == -start);
  }));
}

TEST(Difference, TruncationIsNotTermination) {
  for (const double truncated : {0.0, 1.0, -1.0, 0.25}) {
    RolloutBatch batch = with_values({1, 4});
    put(batch, "rollout.cut", {truncated});
    const auto out = differences(batch, {{"last", "zero"}, {"truncated", "cut"}});
    EXPECT_TRUE(same(out, {1, truncated != 0 ? 3.0 : -1.0})) << truncated;
  }
  RolloutBatch unknown = with_values({1, 4});
  put(unknown, "rollout.cut", {kMissing});
  EXPECT_TRUE(same(differences(unknown, {{"last", "zero"}, {"truncated", "cut"}}), {1, -1}));
}

TEST(Difference, TheTerminalPotentialIsZeroEvenWhereItIsNotKnown) {
  RolloutBatch batch = with_values({2, kMissing});
  EXPECT_TRUE(same(differences(batch, {{"last", "zero"}}), {2, -2}));
}

TEST(Difference, OneStepAndTheEnds) {
  RolloutBatch delta = with_values({0.7}), zero = with_values({0.7}), missing = with_values({0.7, 0.2});
  EXPECT_TRUE(same(differences(delta, {{"against", "next"}, {"last", "zero"}}), {0}));
  EXPECT_TRUE(same(differences(zero, Json::object()), {0.7}));
  EXPECT_TRUE(same(differences(missing, {{"outside", "missing"}}), {kMissing, 0.2 - 0.7}));
}

TEST(Difference, MissingValuesAreBridgedAndStayMissing) {
  RolloutBatch batch = with_values({1, kMissing, 4});
  EXPECT_TRUE(same(differences(batch, Json::object()), {1, kMissing, 3}));
  RolloutBatch nothing = with_values({kMissing, kMissing});
  EXPECT_TRUE(same(differences(nothing, {{"last", "zero"}}), {kMissing, kMissing}));
}

TEST(Difference, AMissingStartLeavesTheFirstDifferenceMissing) {
  RolloutBatch batch = with_values({1, 4});
  put(batch, "rollout.start", {kMissing});
  EXPECT_TRUE(same(differences(batch, {{"start", "start"}}), {kMissing, 3}));
}

TEST(Difference, ObservedStepsAreNeitherReadNorWritten) {
  RolloutBatch batch = small_batch();  // step 1 is observed; rollout 2 is empty
  put(batch, "step.v", {1, 100, 3, 5, 1, 2, 4, 7, 7});
  const auto out = differences(batch, Json::object());
  EXPECT_TRUE(same(out, {1, 100, 2, 5, 1, 1, 2, 7, 0}));
}

TEST(Difference, RefusesSettingsThatSayNothing) {
  EXPECT_REFUSED(registry().make("shape.difference", {{"channel", "v"}, {"against", "next"}, {"start", "s"}}),
                 "start");
  EXPECT_REFUSED(registry().make("shape.difference", {{"channel", "v"}, {"truncated", "t"}}), "truncated");
}

}  // namespace
}  // namespace gradus
