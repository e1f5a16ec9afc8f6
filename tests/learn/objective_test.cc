#include "gradus/learn/objective.h"

#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <vector>

#include "tests/refused.h"

#include "gradus/learn/policy.h"

namespace gradus {
namespace {

std::vector<TokenLoss> single(const TokenTerm& term, const PolicyLoss& rule) {
  const std::vector<size_t> ends{1};
  return policy_losses(std::span(&term, 1), ends, rule);
}

double real(double low, double high) {
  return low + (high - low) * (*rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 1'000'001))) / 1e6;
}

// Away from the kinks of every clip: no log-ratio within 1e-3 of a bound.
bool smooth(const std::vector<TokenTerm>& terms, const std::vector<size_t>& ends, const PolicyLoss& rule) {
  std::vector<double> logs;
  size_t begin = 0;
  for (const size_t end : ends) {
    double mean = 0;
    for (size_t t = begin; t < end; ++t) {
      logs.push_back(terms[t].logprob - terms[t].old_logprob);
      mean += logs.back() / static_cast<double>(end - begin);
    }
    logs.push_back(mean);
    begin = end;
  }
  std::vector<double> bounds{
      std::log(1 - rule.clip_low), std::log(1 + rule.clip_high), -rule.clip_low, rule.clip_high, 0,
      rule.log_ratio_bound,        -rule.log_ratio_bound};
  if (rule.dual_clip > 0) bounds.push_back(std::log(rule.dual_clip));
  if (rule.ratio_cap > 0) bounds.push_back(std::log(rule.ratio_cap));
  for (const double x : logs) {
    for (const double bound : bounds) {
      if (std::abs(x - bound) < 1e-3) return false;
    }
  }
  return true;
}

PolicyLoss any_rule(Surrogate surrogate) {
  PolicyLoss rule{.surrogate = surrogate, .clip_low = real(0.05, 0.5), .clip_high = real(0.05, 0.5)};
  rule.dual_clip = *rc::gen::element(0.0, 1.5, 3.0);
  rule.ratio_cap = *rc::gen::element(0.0, 2.0);
  rule.covariance_share = real(0, 1);
  rule.log_ratio_bound = *rc::gen::element(0.0, 0.7);
  rule.kl_weight = *rc::gen::element(0.0, 0.3);
  rule.kl = *rc::gen::element(KlEstimator::k1, KlEstimator::k2, KlEstimator::k3);
  rule.kl_bounded = *rc::gen::arbitrary<bool>();
  return rule;
}

// Loss of the whole batch under the weights: what the slopes are the slopes of. The weight of clipped_weight
// is held fixed there, so it is compared with its own closed form instead, further down.
void check_slopes(Surrogate surrogate) {
  const PolicyLoss rule = any_rule(surrogate);
  std::vector<TokenTerm> terms;
  std::vector<size_t> ends;
  std::vector<int64_t> trained;
  const int rollouts = *rc::gen::inRange(1, 4);
  for (int r = 0; r < rollouts; ++r) {
    const int tokens = *rc::gen::inRange(r == 0 ? 1 : 0, 5);
    const double advantage = real(-2, 2);  // one per rollout: see sequence_clip
    for (int t = 0; t < tokens; ++t) {
      terms.push_back({real(-2, 0), real(-2, 0), advantage, real(-2, 0), real(0.2, 2)});
      if (surrogate == Surrogate::sequence_clip) terms.back().importance = 1;
    }
    ends.push_back(terms.size());
    trained.push_back(tokens);
  }
  RC_PRE(smooth(terms, ends, rule));
  Aggregation aggregation = usual_aggregation(surrogate);
  const std::vector<double> weights = token_weights(trained, aggregation);
  const auto total = [&](const std::vector<TokenTerm>& at) {
    const std::vector<TokenLoss> losses = policy_losses(at, ends, rule);
    double sum = 0;
    for (size_t t = 0, r = 0; t < losses.size(); ++t) {
      while (t >= ends[r]) ++r;
      sum += weights[r] * losses[t].value;
    }
    return sum;
  };
  const std::vector<TokenLoss> losses = policy_losses(terms, ends, rule);
  for (size_t t = 0, r = 0; t < terms.size(); ++t) {
    while (t >= ends[r]) ++r;
    const double step = 1e-6;
    std::vector<TokenTerm> up = terms, down = terms;
    up[t].logprob += step;
    down[t].logprob -= step;
    const double difference = (total(up) - total(down)) / (2 * step);
    RC_ASSERT(std::abs(weights[r] * losses[t].slope - difference) < 1e-6 * (1 + std::abs(difference)));
  }
}

TEST(Objective, SlopesAgreeWithFiniteDifferences) {
  EXPECT_TRUE(rc::check("clip", [] { check_slopes(Surrogate::clip); }));
  EXPECT_TRUE(rc::check("sequence_clip", [] { check_slopes(Surrogate::sequence_clip); }));
  EXPECT_TRUE(rc::check("soft_gate", [] { check_slopes(Surrogate::soft_gate); }));
  EXPECT_TRUE(rc::check("likelihood", [] { check_slopes(Surrogate::likelihood); }));
  EXPECT_TRUE(rc::check("geometric_mean", [] { check_slopes(Surrogate::geometric_mean); }));
}

TEST(Objective, SlopeOfCovarianceKlAgreesWhereTheChoiceOfTokensStands) {
  EXPECT_TRUE(rc::check([] {
    const PolicyLoss rule{
        .surrogate = Surrogate::covariance_kl, .covariance_share = 0.5, .covariance_weight = real(0, 2)};
    // Far apart, so that a small change of one log-probability does not change the choice.
    std::vector<TokenTerm> terms{{-0.1, -0.4, 2.0}, {-1.0, -0.7, 0.1}, {-2.0, -1.7, -1.5}, {-3, -2.5, 0.5}};
    for (TokenTerm& term : terms) term.old_logprob += real(-0.05, 0.05);
    const std::vector<size_t> ends{2, 4};
    const auto total = [&](const std::vector<TokenTerm>& at) {
      double sum = 0;
      for (const TokenLoss& loss : policy_losses(at, ends, rule)) sum += loss.value;
      return sum;
    };
    const std::vector<TokenLoss> losses = policy_losses(terms, ends, rule);
    for (size_t t = 0; t < terms.size(); ++t) {
      std::vector<TokenTerm> up = terms, down = terms;
      up[t].logprob += 1e-6;
      down[t].logprob -= 1e-6;
      RC_ASSERT(std::abs(losses[t].slope - (total(up) - total(down)) / 2e-6) < 1e-6);
    }
  }));
}

TEST(Objective, CovarianceKlPicksTheLargestCovarianceAndAtLeastOneToken) {
  const std::vector<TokenTerm> terms{{-1, -1.5, 1}, {-0.1, -0.6, 3}, {-2, -2.5, 1}, {-1, -1.5, 1}};
  const std::vector<size_t> ends{4};
  PolicyLoss rule{.surrogate = Surrogate::covariance_kl, .covariance_share = 0, .covariance_weight = 10};
  const auto penalised = [&] {
    std::vector<size_t> out;
    const std::vector<TokenLoss> losses = policy_losses(terms, ends, rule);
    for (size_t t = 0; t < terms.size(); ++t) {
      const double plain = -terms[t].advantage * std::exp(0.5);
      if (losses[t].value > plain + 4.9) out.push_back(t);
    }
    return out;
  };
  EXPECT_EQ(penalised(), (std::vector<size_t>{1}));
  rule.covariance_share = 0.5;
  EXPECT_EQ(penalised(), (std::vector<size_t>{1, 2}));
}

TEST(Objective, ClippedWeightHoldsTheWeightFixed) {
  const PolicyLoss rule{.surrogate = Surrogate::clipped_weight, .clip_low = 0.2, .clip_high = 0.3};
  const TokenLoss high = single({.logprob = -1, .old_logprob = -2, .advantage = 2}, rule)[0];
  EXPECT_NEAR(high.value, -1.3 * 2 * -1, 1e-12);
  EXPECT_NEAR(high.slope, -1.3 * 2, 1e-12);
  EXPECT_EQ(high.clip, ClipEvent::upper);
  const TokenLoss inside = single({.logprob = -1, .old_logprob = -1.1, .advantage = 2}, rule)[0];
  EXPECT_NEAR(inside.slope, -2 * std::exp(0.1), 1e-12);
  EXPECT_EQ(inside.clip, ClipEvent::none);
}

TEST(Objective, ClipStopsTheGradientOnTheProfitableSideOnly) {
  const PolicyLoss rule{.clip_low = 0.2, .clip_high = 0.3, .dual_clip = 3};
  const auto at = [&](double ratio, double advantage) {
    return single({.logprob = std::log(ratio), .advantage = advantage}, rule)[0];
  };
  EXPECT_EQ(at(1.4, 1).clip, ClipEvent::upper);
  EXPECT_EQ(at(1.4, 1).slope, 0);
  EXPECT_NEAR(at(1.4, 1).value, -1.3, 1e-12);
  EXPECT_EQ(at(0.7, -1).clip, ClipEvent::upper);
  EXPECT_NEAR(at(0.7, -1).value, 0.8, 1e-12);
  EXPECT_EQ(at(0.7, 1).clip, ClipEvent::none);   // worse than before: pulled back
  EXPECT_EQ(at(1.4, -1).clip, ClipEvent::none);  // likewise
  EXPECT_NEAR(at(1.4, -1).slope, 1.4, 1e-12);
  EXPECT_EQ(at(1.25, 1).clip, ClipEvent::none);  // within clip_high
  EXPECT_NEAR(at(1, 2).slope, -2, 1e-12);
  EXPECT_EQ(at(5, -1).clip, ClipEvent::lower);  // the dual clip
  EXPECT_NEAR(at(5, -1).value, 3, 1e-12);
  EXPECT_EQ(at(5, -1).slope, 0);
  EXPECT_NEAR(at(5, 1).value, -1.3, 1e-12);  // for negative advantages only
}

TEST(Objective, NoAdvantageNoLossHoweverFarTheRatio) {
  const TokenTerm far{.logprob = 0, .old_logprob = -1e6, .advantage = 0};
  for (const std::string& name : surrogate_names()) {
    if (name == "covariance_kl") continue;  // has a term without advantage
    const TokenLoss loss = single(far, {.surrogate = surrogate_from_name(name)})[0];
    EXPECT_EQ(loss.value, 0) << name;
    EXPECT_EQ(loss.slope, 0) << name;
  }
}

TEST(Objective, KlEstimatorsHaveTheirMeanAndSlope) {
  const std::vector<double> p{0.5, 0.3, 0.2}, q{0.2, 0.3, 0.5};
  double exact = 0, k1 = 0, k3 = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    exact += p[i] * std::log(p[i] / q[i]);
    k1 += p[i] * estimate_kl(KlEstimator::k1, std::log(p[i]), std::log(q[i])).value;
    const double one = estimate_kl(KlEstimator::k3, std::log(p[i]), std::log(q[i])).value;
    EXPECT_GE(one, 0);
    k3 += p[i] * one;
  }
  EXPECT_NEAR(k1, exact, 1e-12);
  EXPECT_NEAR(k3, exact, 1e-12);
  EXPECT_EQ(estimate_kl(KlEstimator::k3, -1.5, -1.5).value, 0);
  EXPECT_EQ(estimate_kl(KlEstimator::k3, -30, -1, true).value, 10);
  EXPECT_EQ(estimate_kl(KlEstimator::k3, -30, -1, true).slope, 0);
  EXPECT_NEAR(estimate_kl(KlEstimator::k3, 0, -5, true).value, std::exp(-5.0) + 4, 1e-12);
  EXPECT_TRUE(rc::check([] {
    const double x = real(-3, 0), y = real(-3, 0), step = 1e-6;
    RC_PRE(std::abs(x - y) > 1e-3);
    for (const std::string& name : kl_estimator_names()) {
      const KlEstimator kind = kl_estimator_from_name(name);
      const double difference =
          (estimate_kl(kind, x + step, y).value - estimate_kl(kind, x - step, y).value) / (2 * step);
      RC_ASSERT(std::abs(estimate_kl(kind, x, y).slope - difference) < 1e-7 * (1 + std::abs(difference)));
    }
  }));
}

TEST(Objective, AggregationsWeighTokensAsDefined) {
  const std::vector<int64_t> trained{1, 3, 0};
  using Weights = std::vector<double>;
  const auto weights = [&](const Aggregation& aggregation) { return token_weights(trained, aggregation); };
  EXPECT_EQ(weights({.mode = LossAggregation::token_mean}), (Weights{1 / 4., 1 / 4., 0}));
  EXPECT_EQ(weights({.mode = LossAggregation::sequence_mean}), (Weights{1 / 2., 1 / 6., 0}));
  EXPECT_EQ(weights({.mode = LossAggregation::sequence_mean, .count_empty = true}),
            (Weights{1 / 3., 1 / 9., 0}));
  EXPECT_EQ(weights({.mode = LossAggregation::sequence_sum}), (Weights{1 / 2., 1 / 2., 0}));
  EXPECT_EQ(weights({.mode = LossAggregation::constant_norm, .norm = 10}), (Weights{1 / 30., 1 / 30., 0}));
  EXPECT_EQ(weights({.mode = LossAggregation::sum_norm, .norm = 10}), (Weights{1 / 10., 1 / 10., 0}));
  EXPECT_EQ(token_weights({}, {}), Weights{});
  EXPECT_EQ(token_weights(std::vector<int64_t>{0, 0}, {}), (Weights{0, 0}));
}

// Two workers that average their losses get the loss of the whole.
TEST(Objective, PartsOfABatchAverageToTheWhole) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<std::vector<int64_t>> parts{{*rc::gen::inRange<int64_t>(1, 9), 2}, {3, 0, 5}};
    std::vector<int64_t> whole = parts[0];
    whole.insert(whole.end(), parts[1].begin(), parts[1].end());
    for (const std::string& name : aggregation_names()) {
      Aggregation aggregation{.mode = aggregation_from_name(name), .norm = 7};
      if (name == "constant_norm") aggregation.count_empty = true;
      const std::vector<double> want = token_weights(whole, aggregation);
      for (const int64_t n : whole) aggregation.all_tokens += static_cast<double>(n);
      aggregation.all_rollouts = name == "constant_norm" ? 5 : 4;
      aggregation.ranks = 2;
      size_t at = 0;
      for (const std::vector<int64_t>& part : parts) {
        for (const double weight : token_weights(part, aggregation)) {
          RC_ASSERT(std::abs(weight / 2 - want[at]) < 1e-15);
          ++at;
        }
      }
    }
  }));
}

TEST(Objective, SettingsOutOfRangeAreRefused) {
  EXPECT_NO_THROW(check_objective({}));
  EXPECT_REFUSED(check_objective({.epochs = 0}), "epochs");
  EXPECT_NO_THROW(check_objective({.learning_rate = 10, .epochs = 1000, .minibatches = 10000}));
  EXPECT_NO_THROW(check_objective({.entropy_weight = -1000, .clip_norm = 1e12}));
  EXPECT_REFUSED(check_objective({.learning_rate = 10.5}), "learning_rate");
  EXPECT_REFUSED(check_objective({.epochs = 1001}), "epochs");
  EXPECT_REFUSED(check_objective({.minibatches = 0}), "minibatches");
  EXPECT_REFUSED(check_objective({.minibatches = 10001}), "minibatches");
  EXPECT_REFUSED(check_objective({.entropy_weight = 1000.5}), "entropy_weight");
  EXPECT_REFUSED(check_objective({.entropy_weight = -1000.5}), "entropy_weight");
  EXPECT_REFUSED(check_objective({.clip_norm = 1e12 + 1}), "clip_norm");
  EXPECT_REFUSED(check_objective({.clip_norm = 0}), "clip_norm");
  EXPECT_REFUSED(check_objective({.loss = {.kl_weight = -1}}), "kl_weight");
  EXPECT_REFUSED(check_objective({.loss = {.dual_clip = 0.5}}), "dual_clip");
  EXPECT_REFUSED(check_objective({.learning_rate = std::nan("")}), "learning_rate");
  EXPECT_REFUSED(check_objective({.aggregation = {.mode = LossAggregation::constant_norm}}), "norm");
  EXPECT_REFUSED(surrogate_from_name("ppo"), "");
  EXPECT_REFUSED(aggregation_from_name("mean"), "");
}

}  // namespace
}  // namespace gradus
