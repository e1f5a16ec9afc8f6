// Clipping, thresholds, gates, weights, schedules and scales that run over batches.
#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/reward/operator_run.h"
#include "tests/rollout/small_batch.h"

#include "gradus/reward/adaptive_weight.h"
#include "gradus/reward/gate.h"
#include "gradus/reward/places.h"
#include "gradus/reward/pointwise.h"
#include "gradus/reward/running.h"
#include "gradus/reward/schedule.h"
#include "gradus/rollout/pipeline.h"

namespace gradus {
namespace {

const double kMissing = std::nan("");

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_gate(out);
  register_pointwise(out);
  register_running(out);
  register_schedule(out);
  register_adaptive_weight(out);
  return out;
}

std::vector<double> changed(const std::string& name, Json params, const std::vector<double>& values,
                            const OperatorContext& context = {}) {
  RolloutBatch batch = one_rollout(values.size());
  put(batch, "step.r", values);
  params["channel"] = "r";
  registry().make(name, params)->apply(batch, context);
  return values_of(batch.column("step.r"));
}

TEST(Pointwise, ClipSigmoidThreshold) {
  const std::vector<double> r{-2, 0, 0.5, 3, kMissing};
  EXPECT_TRUE(same(changed("shape.clip", {{"low", -1}, {"high", 1}}, r), {-1, 0, 0.5, 1, kMissing}));
  EXPECT_TRUE(same(changed("shape.clip", {{"high", 0.25}}, r), {-2, 0, 0.25, 0.25, kMissing}));
  EXPECT_TRUE(same(changed("shape.threshold", {{"above", 0.5}}, r), {0, 0, 0, 3, kMissing}));
  EXPECT_TRUE(same(changed("shape.threshold", {{"two_sided", true}}, r), {-2, 0, 0, 3, kMissing}));
  EXPECT_TRUE(same(changed("shape.threshold", {{"above", 0}, {"keep", "one"}}, r), {0, 0, 1, 1, kMissing}));
  EXPECT_TRUE(same(changed("shape.sigmoid", Json::object(), {0, 1e9, -1e9}), {0.5, 1, 0}));
  EXPECT_REFUSED(registry().make("shape.clip", {{"channel", "r"}, {"low", 1}, {"high", 0}}), "low");
}

TEST(Pointwise, SigmoidIsSymmetric) {
  EXPECT_TRUE(rc::check("s(x) + s(-x) == 1, rising", [] {
    const double x = *rc::gen::inRange(-40000, 40000) / 1000.0;
    const std::vector<double> out = changed("shape.sigmoid", Json::object(), {x, -x, x + 0.5});
    RC_ASSERT(std::abs(out[0] + out[1] - 1) < 1e-15);
    RC_ASSERT(out[0] <= out[2]);
  }));
}

TEST(Pointwise, BestOfManyIsTheClosedForm) {
  EXPECT_TRUE(
      same(changed("shape.best_of", {{"n", 4}}, {0, 0.5, 1, kMissing}), {0, 0.9375, 1, kMissing}, 1e-15));
  EXPECT_EQ(best_of(0.3, 1), 0.3);
  EXPECT_NEAR(best_of(1e-15, 1e6), 1e-9, 1e-17) << "no cancellation near 0";
  EXPECT_REFUSED(changed("shape.best_of", Json::object(), {1.5}), "");
}

TEST(Gate, PositiveAndSameSign) {
  RolloutBatch batch = small_batch();
  put(batch, "token.a", std::vector<double>(13, 2.0));
  put(batch, "rollout.valid", {1, 0, 1, kMissing, 1});
  registry()
      .make("shape.gate", {{"channel", "a"}, {"level", "token"}, {"by", "valid"}, {"by_level", "rollout"}})
      ->apply(batch, {});
  EXPECT_TRUE(same(values_of(batch.column("token.a")),
                   {2, 2, 2, 2, 2, 2, 0, kMissing, kMissing, kMissing, kMissing, 2, 2}));
  put(batch, "token.a", {2, 2, 2, 2, 2, -2, 2, -2, -2, 2, 2, -2, -2});
  put(batch, "step.verdict", {1, 1, 1, -1, -1, -1, 1, 1, -1});
  registry()
      .make("shape.gate",
            {{"channel", "a"}, {"level", "token"}, {"by", "verdict"}, {"when", "same_sign"}, {"factor", 0.5}})
      ->apply(batch, {});
  EXPECT_TRUE(same(values_of(batch.column("token.a")), {2, 2, 2, 2, 2, -1, 1, -2, -2, 2, 2, -1, -2}));
}

TEST(Gate, AVerdictOfZeroIsNotPositive) {
  const auto gated = [](const char* when) {
    RolloutBatch batch = one_rollout(4);
    put(batch, "step.r", {2, -2, 2, -2});
    put(batch, "step.by", {0, 0, 0.25, 0.25});
    registry()
        .make("shape.gate", {{"channel", "r"}, {"by", "by"}, {"when", when}, {"factor", 0.5}})
        ->apply(batch, {});
    return values_of(batch.column("step.r"));
  };
  EXPECT_TRUE(same(gated("positive"), {1, -1, 2, -2}));
  EXPECT_TRUE(same(gated("same_sign"), {1, -2, 2, -1}));
}

TEST(Multiply, WeighsTokensByTheDurationOfTheirStep) {
  RolloutBatch batch = small_batch();
  put(batch, "token.a", std::vector<double>(13, 2.0));
  put(batch, "step.w", {1, 9, 3, kMissing, 0, 1, 0.5, 1, 1});
  registry().make("shape.multiply", {{"channel", "a"}, {"level", "token"}, {"by", "w"}})->apply(batch, {});
  EXPECT_TRUE(same(values_of(batch.column("token.a")), {2, 2, 2, 2, 2, 6, kMissing, 0, 0, 1, 1, 2, 2}))
      << "tokens 2..4 are observed and left alone";
  EXPECT_REFUSED(registry().make("shape.multiply", {{"channel", "a"}, {"by", "w"}, {"by_level", "token"}}),
                 "by_level");
}

TEST(Places, HoldersNameStepAndRollout) {
  const RolloutBatch batch = small_batch();
  const std::vector<size_t> steps{0, 0, 1, 1, 1, 2, 3, 4, 4, 6, 6, 7, 8}, rollouts{0, 0, 0, 1, 3, 3, 3, 4, 4};
  EXPECT_EQ(holders(batch, Level::token, Level::step), steps);
  EXPECT_EQ(holders(batch, Level::step, Level::rollout), rollouts);
  EXPECT_REFUSED(holders(batch, Level::rollout, Level::step), "");
}

TEST(Schedule, LinearAndStages) {
  const Schedule linear({0, 100}, {1, 3}, false), stages({0, 30}, {1, 0.5}, true);
  for (const auto& [updates, scale] :
       std::vector<std::pair<double, double>>{{0, 1}, {50, 2}, {100, 3}, {1e6, 3}}) {
    EXPECT_EQ(linear(updates), scale);
  }
  EXPECT_EQ(stages(29), 1);
  EXPECT_EQ(stages(30), 0.5);
  EXPECT_TRUE(
      same(changed("shape.schedule", {{"at", {10, 20}}, {"scale", {0, 1}}}, {4, kMissing}, {.updates = 15}),
           {2, kMissing}));
  EXPECT_REFUSED(Schedule({0, 0}, {1, 2}, false), "at");
  EXPECT_REFUSED(Schedule({0}, {1, 2}, false), "scale");
}

TEST(Running, PartsMergeToTheWhole) {
  EXPECT_TRUE(rc::check("moments of batches in turn are those of all values and the prior", [] {
    RunningMoments running{.count = 1e-12};
    std::vector<double> all;
    double squares = 0;  // what sample variances of the parts leave: n / (n - 1) more than the squares
    const size_t batches = *rc::gen::inRange<size_t>(1, 6);
    for (size_t b = 0; b < batches; ++b) {
      std::vector<double> part;
      for (size_t i = *rc::gen::inRange<size_t>(2, 9); i > 0; --i)
        part.push_back(*rc::gen::inRange(-100, 100));
      const Moments moments = moments_of(std::span<const double>(part));
      running.add(moments);
      squares += moments.variance();
      all.insert(all.end(), part.begin(), part.end());
    }
    const Moments whole = moments_of(std::span<const double>(all));
    const double count = static_cast<double>(all.size());
    RC_ASSERT(std::abs(running.mean - whole.mean) < 1e-9);
    RC_ASSERT(std::abs(running.variance - (whole.squares + squares) / count) < 1e-6 * (1 + running.variance));
  }));
}

TEST(Running, MemoryGoesFromBatchToBatch) {
  Json memory;
  const std::vector<double> first = changed("shape.running", Json::object(), {1, 3}, {.memory = &memory});
  const std::vector<double> alone = changed("shape.running", Json::object(), {1, 3});
  EXPECT_EQ(first, alone);
  const std::string kept = memory.dump();
  Json reread = Json::parse(kept);  // as from a checkpoint
  const auto second = changed("shape.running", Json::object(), {1, 3}, {.memory = &memory});
  EXPECT_EQ(second, changed("shape.running", Json::object(), {1, 3}, {.memory = &reread}));
  EXPECT_NE(second, alone);
}

TEST(AdaptiveWeight, MovesTowardsTheTargetAndNoFasterThanItsBound) {
  const Json params{
      {"channel", "r"}, {"level", "step"}, {"weight", -0.5}, {"target", 2.0}, {"horizon", 10.0}};
  Json memory;
  EXPECT_EQ(changed("shape.adaptive_weight", params, {2.2, 2.2}, {.memory = &memory}),
            (std::vector<double>{-1.1, -1.1}));
  EXPECT_NEAR(memory["weight"].get<double>(), -0.5 * (1 + 0.1 * 1 / 10), 1e-12);  // one rollout, 10 % above
  changed("shape.adaptive_weight", params, {200, kMissing}, {.memory = &memory});
  EXPECT_NEAR(memory["weight"].get<double>(), -0.505 * 1.02, 1e-12);  // the bound is 20 %
  Json below;
  changed("shape.adaptive_weight", params, {0.5}, {.memory = &below});
  EXPECT_NEAR(below["weight"].get<double>(), -0.5 * 0.98, 1e-12);  // and 20 % downwards
  Json within;
  changed("shape.adaptive_weight", params, {1.8}, {.memory = &within});
  EXPECT_NEAR(within["weight"].get<double>(), -0.5 * 0.99, 1e-12);  // 10 % below
  const Json before = memory;
  changed("shape.adaptive_weight", params, {kMissing}, {.memory = &memory});
  EXPECT_EQ(memory, before);
}

TEST(Running, OneValueAndNoneAreDefined) {
  Json memory;
  const auto one = changed("shape.running", Json::object(), {5}, {.memory = &memory});
  EXPECT_TRUE(std::isfinite(one[0]));
  const Json before = memory;
  EXPECT_TRUE(same(changed("shape.running", Json::object(), {kMissing}, {.memory = &memory}), {kMissing}));
  EXPECT_EQ(before, memory);
}

TEST(Running, ScalesByAnotherChannelWithoutCentring) {
  RolloutBatch batch = one_rollout(2);
  put(batch, "step.r", {1, 2});
  put(batch, "step.g", {0, 20});
  registry().make("shape.running", {{"channel", "r"}, {"measure", "g"}, {"centre", false}})->apply(batch, {});
  const auto out = values_of(batch.column("step.r"));
  EXPECT_NEAR(out[0], 1 / std::sqrt(200.0), 1e-4);
  EXPECT_EQ(out[1], 2 * out[0]);
}

TEST(Percentile, ScalesByTheRangeButNeverUp) {
  EXPECT_TRUE(
      same(changed("shape.percentile", {{"low", 0}, {"high", 100}}, {0, 10, kMissing}), {0, 1, kMissing}));
  EXPECT_TRUE(same(changed("shape.percentile", Json::object(), {0.1, 0.2}), {0.1, 0.2})) << "floor 1";
  Json memory{{"range", 4.0}};
  const Json slow{{"low", 0}, {"high", 100}, {"decay", 0.75}};
  EXPECT_TRUE(same(changed("shape.percentile", slow, {0, 12}, {.memory = &memory}), {0, 2}))
      << "0.75 * 4 + 0.25 * 12";
  EXPECT_EQ(memory, Json({{"range", 6.0}}));
  changed("shape.percentile", slow, {kMissing}, {.memory = &memory});
  EXPECT_EQ(memory, Json({{"range", 6.0}})) << "a batch without values is no batch";
  Json first;
  changed("shape.percentile", slow, {2, 12}, {.memory = &first});
  EXPECT_EQ(first, Json({{"range", 10.0}})) << "the first range is taken whole";
  EXPECT_REFUSED(registry().make("shape.percentile", {{"channel", "r"}, {"low", 95}, {"high", 5}}), "low");
}

TEST(Pipeline, EveryOperatorHasAMemoryOfItsOwn) {
  const OperatorRegistry operators = registry();
  Pipeline pipeline(operators, {"step.a", "step.b"});
  pipeline.add("shape.running", {{"channel", "a"}});
  pipeline.add("shape.running", {{"channel", "b"}});
  Json memory;
  RolloutBatch batch = one_rollout(2);
  put(batch, "step.a", {1, 2});
  put(batch, "step.b", {10, 30});
  pipeline.apply(batch, {.memory = &memory});
  EXPECT_NEAR(memory["0"]["mean"].get<double>(), 1.5, 1e-3);
  EXPECT_NEAR(memory["1"]["mean"].get<double>(), 20, 1e-2);
}

}  // namespace
}  // namespace gradus
