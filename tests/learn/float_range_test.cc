// What a float32 column cannot hold is an error, and what stands in padding is not trained on: cases by hand
// beside the properties of conformance_test.cc.
#include <cmath>
#include <gtest/gtest.h>

#include "gradus/learn/operators.h"
#include "gradus/reward/aggregate.h"

namespace gradus {
namespace {

// One rollout of one step with two tokens, every column at both places.
RolloutBatch batch_with(const std::map<std::string, std::vector<double>>& columns) {
  RolloutBatch batch;
  batch.add_rollout({.id = "r"});
  batch.add_step(StepKind::act, "s");
  batch.add_token(1);
  batch.add_token(2);
  for (const auto& [name, values] : columns) {
    Column& column = batch.add_column(name);
    for (size_t i = 0; i < column.size(); ++i) column.set(i, values[i]);
  }
  return batch;
}

// "" or the refusal.
std::string refusal(const std::string& name, const Json& params, RolloutBatch& batch) {
  try {
    operators().make(name, params)->apply(batch, {});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return error.what();
  }
  return "";
}

RolloutBatch policy(double log_ratio) {
  return batch_with({{"token.logprob", {log_ratio, 0}},
                     {"token.old_logprob", {0, 0}},
                     {"token.ref_logprob", {0, 0}},
                     {"token.advantage", {-1, -1}}});
}

TEST(FloatRange, TheFurtherThePolicyIsOffTheMoreItPays) {
  double before = 0;
  for (const double log_ratio : {1.0, 20.0, 80.0, 89.0}) {
    RolloutBatch batch = policy(log_ratio);
    EXPECT_EQ(refusal("loss.policy", Json::object(), batch), "");
    EXPECT_TRUE(batch.column("token.loss").valid(0));
    EXPECT_GT(batch.column("token.loss")[0], before);
    before = batch.column("token.loss")[0];
  }
  for (const double log_ratio : {90.0, 200.0, 700.0, 800.0}) {
    RolloutBatch batch = policy(log_ratio);
    const std::string text = refusal("loss.policy", Json::object(), batch);
    EXPECT_NE(text.find("log_ratio_bound"), std::string::npos) << log_ratio << ": " << text;
    EXPECT_NE(text.find("token 0"), std::string::npos) << text;
    RolloutBatch bounded = policy(log_ratio);
    EXPECT_EQ(refusal("loss.policy", {{"log_ratio_bound", 20.0}}, bounded), "");
    EXPECT_FLOAT_EQ(static_cast<float>(bounded.column("token.loss")[0]),
                    static_cast<float>(std::exp(20.0) / 2));
  }
}

TEST(FloatRange, ADivergenceThatDoesNotFit) {
  for (const double logprob : {-100.0, -200.0, -800.0}) {
    RolloutBatch plain = policy(logprob), bounded = policy(logprob), term = policy(logprob);
    EXPECT_NE(refusal("loss.kl", Json::object(), plain).find("bounded = true"), std::string::npos);
    EXPECT_EQ(refusal("loss.kl", {{"bounded", true}}, bounded), "");
    EXPECT_EQ(bounded.column("token.kl")[0], 10);
    const Json weighed{{"kl_weight", 0.1}, {"reference", "ref_logprob"}};
    EXPECT_NE(refusal("loss.policy", weighed, term).find("kl_bounded"), std::string::npos);
    for (const char* estimator : {"k1", "abs", "k2"}) {
      RolloutBatch other = policy(logprob);
      EXPECT_EQ(refusal("loss.kl", {{"estimator", estimator}}, other), "");
    }
  }
  RolloutBatch fits = policy(-50);
  EXPECT_EQ(refusal("loss.kl", Json::object(), fits), "");
  EXPECT_NEAR(fits.column("token.kl")[0] / std::exp(50.0), 1, 1e-6);
}

TEST(FloatRange, SumsProductsAndPowersOfLargeValues) {
  const std::vector<double> large{3e38, 3e38};
  const std::vector<std::pair<std::string, Json>> cases{
      {"shape.affine", {{"channel", "x"}, {"level", "token"}, {"scale", 2.0}}},
      {"shape.suffix", {{"channel", "x"}, {"level", "token"}, {"into", "y"}}},
      {"shape.aggregate", {{"channel", "x"}, {"level", "token"}, {"form", "sum"}, {"into", "y"}}},
      {"shape.aggregate", {{"channel", "x"}, {"level", "token"}, {"form", "product"}, {"into", "y"}}},
      {"shape.transform", {{"channel", "x"}, {"level", "token"}, {"into", "y"}}},
      {"shape.transform",
       {{"channel", "x"}, {"level", "token"}, {"form", "power"}, {"rate", 1000.0}, {"into", "y"}}},
      {"shape.multiply", {{"channel", "x"}, {"level", "token"}, {"by", "x"}, {"by_level", "token"}}},
      {"credit.sum", {{"from", {"x", "x"}}, {"weights", {1.0, 1.0}}}},
      {"loss.value", {{"value", "x"}, {"old_value", "x"}, {"target", "zero"}}},
      {"reward.log_ratio", {{"policy", "x"}, {"reference", "minus"}}},
  };
  for (const auto& [name, params] : cases) {
    RolloutBatch batch =
        batch_with({{"token.x", large}, {"token.minus", {-3e38, -3e38}}, {"token.zero", {0, 0}}});
    const std::string text = refusal(name, params, batch);
    EXPECT_NE(text.find(name), std::string::npos) << name << " " << params << ": " << text;
    EXPECT_NE(text.find("too large"), std::string::npos) << text;
  }
  RolloutBatch mean = batch_with({{"token.x", large}});
  EXPECT_EQ(refusal("shape.aggregate",
                    {{"channel", "x"}, {"level", "token"}, {"form", "mean"}, {"into", "y"}}, mean),
            "");
  EXPECT_FLOAT_EQ(static_cast<float>(mean.column("rollout.y")[0]), 3e38f);
}

TEST(FloatRange, WhatIsUndefinedStaysMissing) {
  RolloutBatch batch = batch_with({{"token.x", {0, -4}}, {"token.p", {1, 0.5}}});
  const Json root{{"channel", "x"}, {"level", "token"}, {"form", "power"}, {"rate", -0.5}, {"into", "y"}};
  EXPECT_EQ(refusal("shape.transform", root, batch), "");
  EXPECT_EQ(batch.column("token.y").missing(), 2u) << "1 / 0 and the root of a negative number";
  for (const char* form : {"mean_odds"}) {
    EXPECT_EQ(refusal("shape.aggregate",
                      {{"channel", "p"}, {"level", "token"}, {"form", form}, {"into", "o"}}, batch),
              "");
    EXPECT_FALSE(batch.column("rollout.o").valid(0));
  }
}

TEST(FloatRange, AGeometricMeanHoldsWhereItsProductDoesNot) {
  for (const double value : {1e-45, 1e-30, 0.1, 2.0, 1e30, 3e38}) {
    for (const size_t count : {1u, 2u, 7u, 400u, 5000u}) {
      const std::vector<double> values(count, value);
      EXPECT_NEAR(aggregate("geometric_mean", values) / value, 1, 1e-9) << value << " x " << count;
    }
  }
  EXPECT_EQ(aggregate("geometric_mean", std::vector<double>{1e300, 1e300, 0.0}), 0);
  EXPECT_EQ(aggregate("geometric_mean", std::vector<double>{4.0, 9.0}), 6);
  EXPECT_NEAR(aggregate("product", std::vector<double>{1e300, 1e300, 1e-300, 1e-300}), 1, 1e-12);
  EXPECT_EQ(aggregate("product", std::vector<double>{1e300, 1e300, 0.0}), 0) << "not NaN";
  EXPECT_EQ(aggregate("product", std::vector<double>{1e300, -1e300}),
            -std::numeric_limits<double>::infinity());
}

// The mask of two answers, the second padded; 99 and NaN in the padding.
TEST(Padding, TheSumOfALossIsTheLossOfTheBatch) {
  for (const float padding : {99.0f, std::nanf("")}) {
    RolloutBatch batch(RolloutShape{.groups = {0, 0},
                                    .step_offsets = {0, 1, 3},
                                    .token_offsets = {0, 2, 3, 4},
                                    .kinds = {StepKind::act, StepKind::act, StepKind::observe}});
    const auto memory = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3, padding});
    batch.put_column("token.loss", Column(Level::token, std::span<const float>(*memory), {}, memory))
        .clear_observed(batch);
    RolloutBatch whitened = batch, scaled = batch;
    EXPECT_EQ(refusal("loss.aggregate", Json::object(), batch), "");
    double sum = 0;
    for (const float x : batch.column("token.loss").values<float>()) sum += static_cast<double>(x);
    EXPECT_NEAR(sum, 2, 1e-6);
    EXPECT_EQ(refusal("credit.whiten", {{"channel", "loss"}}, whitened), "");
    EXPECT_EQ(whitened.column("token.loss")[3], 0);
    EXPECT_EQ(refusal("shape.affine", {{"channel", "loss"}, {"level", "token"}}, scaled), "");
    EXPECT_EQ(scaled.column("token.loss")[3], 0);
  }
}

// shift = false is verl's: centred, scaled, and the mean added back. Scaling alone is shape.normalise.
TEST(Whiten, WithoutShiftTheMeanComesBack) {
  RolloutBatch batch;
  batch.add_rollout({.id = "r"});
  batch.add_step(StepKind::act, "s");
  for (int t = 0; t < 4; ++t) batch.add_token(1);
  Column& column = batch.add_column("token.a");
  const double values[] = {1, 2, 3, 6};
  for (size_t t = 0; t < 4; ++t) column.set(t, values[t]);
  RolloutBatch scaled = batch;
  EXPECT_EQ(refusal("credit.whiten", {{"channel", "a"}, {"shift", false}}, batch), "");
  EXPECT_EQ(
      refusal("shape.normalise",
              {{"channel", "a"}, {"level", "token"}, {"pool", "batch"}, {"centre", "none"}, {"epsilon", 0.0}},
              scaled),
      "");
  const double deviation = std::sqrt((4.0 + 1 + 0 + 9) / 3);
  for (size_t t = 0; t < 4; ++t) {
    EXPECT_NEAR(batch.column("token.a")[t], (values[t] - 3) / deviation + 3, 1e-5);
    EXPECT_NEAR(scaled.column("token.a")[t], values[t] / deviation, 1e-5);
  }
}

}  // namespace
}  // namespace gradus
