#include "gradus/learn/objective.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {
namespace {

TEST(Objective, SlopeAgreesWithFiniteDifferences) {
  Stream stream(1);
  for (int i = 0; i < 500; ++i) {
    const Objective objective{.kl_weight = i % 2 ? 0.3 : 0.0};
    TokenTerm term{.logprob = -3 * stream.uniform(),
                   .old_logprob = -3 * stream.uniform(),
                   .advantage = 2 * stream.normal(),
                   .reference_logprob = -3 * stream.uniform()};
    const double ratio = std::exp(term.logprob - term.old_logprob), step = 1e-6;
    if (std::abs(ratio - 0.8) < 1e-4 || std::abs(ratio - 1.2) < 1e-4) continue;  // the kinks
    const double slope = token_loss(term, objective).slope;
    TokenTerm up = term, down = term;
    up.logprob += step;
    down.logprob -= step;
    const double difference =
        (token_loss(up, objective).value - token_loss(down, objective).value) / (2 * step);
    EXPECT_NEAR(slope, difference, 1e-6 * (1 + std::abs(slope)));
  }
}

TEST(Objective, ClipStopsTheGradientOnTheProfitableSideOnly) {
  const Objective objective{.clip_low = 0.2, .clip_high = 0.3};
  const auto at = [&](double ratio, double advantage) {
    return token_loss({.logprob = std::log(ratio), .advantage = advantage}, objective);
  };
  EXPECT_TRUE(at(1.4, 1).clipped);
  EXPECT_EQ(at(1.4, 1).slope, 0);
  EXPECT_NEAR(at(1.4, 1).value, -1.3, 1e-12);
  EXPECT_TRUE(at(0.7, -1).clipped);
  EXPECT_NEAR(at(0.7, -1).value, 0.8, 1e-12);
  EXPECT_FALSE(at(0.7, 1).clipped);   // worse than before: pulled back
  EXPECT_FALSE(at(1.4, -1).clipped);  // likewise
  EXPECT_NEAR(at(1.4, -1).slope, 1.4, 1e-12);
  EXPECT_FALSE(at(1.25, 1).clipped);  // within clip_high
  EXPECT_NEAR(at(1, 2).slope, -2, 1e-12);
}

TEST(Objective, KlEstimatorIsUnbiasedAndNeverNegative) {
  const std::vector<double> p{0.5, 0.3, 0.2}, q{0.2, 0.3, 0.5};
  double exact = 0, estimate = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    exact += p[i] * std::log(p[i] / q[i]);
    estimate += p[i] * kl_k3(std::log(p[i]), std::log(q[i]));
    EXPECT_GE(kl_k3(std::log(p[i]), std::log(q[i])), 0);
  }
  EXPECT_NEAR(estimate, exact, 1e-12);
  EXPECT_EQ(kl_k3(-1.5, -1.5), 0);
}

TEST(Objective, AggregationsWeighTokensAsDefined) {
  const std::vector<int64_t> trained{1, 3, 0};
  Objective objective{.aggregation = LossAggregation::token_mean, .max_response = 10};
  EXPECT_EQ(token_weights(trained, objective), (std::vector<double>{1 / 4., 1 / 4., 0}));
  objective.aggregation = LossAggregation::sequence_mean;
  EXPECT_EQ(token_weights(trained, objective), (std::vector<double>{1 / 2., 1 / 6., 0}));
  objective.aggregation = LossAggregation::constant_norm;
  EXPECT_EQ(token_weights(trained, objective), (std::vector<double>{1 / 30., 1 / 30., 0}));
}

TEST(Objective, SettingsOutOfRangeAreRefused) {
  EXPECT_NO_THROW(check_objective({}));
  EXPECT_THROW(check_objective({.epochs = 0}), Error);
  EXPECT_THROW(check_objective({.kl_weight = -1}), Error);
  EXPECT_THROW(check_objective({.learning_rate = std::nan("")}), Error);
  EXPECT_THROW(check_objective({.aggregation = LossAggregation::constant_norm}), Error);
}

}  // namespace
}  // namespace gradus
