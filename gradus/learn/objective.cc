#include "gradus/learn/objective.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace gradus {

double kl_k3(double logprob, double other_logprob) {
  const double log_ratio = other_logprob - logprob;
  return std::expm1(log_ratio) - log_ratio;
}

TokenLoss token_loss(const TokenTerm& term, const Objective& objective) {
  TokenLoss out;
  const double ratio = std::exp(term.logprob - term.old_logprob);
  const double low = 1 - objective.clip_low, high = 1 + objective.clip_high;
  // Outside the clip range on the profitable side the surrogate is flat; on the other side it is not.
  out.clipped = term.advantage > 0 ? ratio > high : term.advantage < 0 && ratio < low;
  out.value = -term.advantage * (out.clipped ? std::clamp(ratio, low, high) : ratio);
  out.slope = out.clipped ? 0 : -term.advantage * ratio;
  out.kl_old = (ratio - 1) - (term.logprob - term.old_logprob);
  if (objective.kl_weight > 0) {
    out.kl_reference = kl_k3(term.logprob, term.reference_logprob);
    out.value += objective.kl_weight * out.kl_reference;
    out.slope -= objective.kl_weight * std::expm1(term.reference_logprob - term.logprob);
  }
  return out;
}

std::vector<double> token_weights(std::span<const int64_t> trained, const Objective& objective) {
  int64_t tokens = 0, rollouts = 0;
  for (const int64_t n : trained) {
    tokens += n;
    rollouts += n > 0;
  }
  std::vector<double> out;
  for (const int64_t n : trained) {
    double weight = 0;
    if (n > 0) {
      switch (objective.aggregation) {
        case LossAggregation::token_mean:
          weight = 1.0 / static_cast<double>(tokens);
          break;
        case LossAggregation::sequence_mean:
          weight = 1.0 / static_cast<double>(n * rollouts);
          break;
        case LossAggregation::constant_norm:
          weight = 1.0 / (static_cast<double>(trained.size()) * objective.max_response);
          break;
      }
    }
    out.push_back(weight);
  }
  return out;
}

namespace {

void check_number(const char* field, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error::input("the training objective is out of range")
      .field(field)
      .found(std::to_string(value))
      .expected(std::to_string(low) + ".." + std::to_string(high));
}

}  // namespace

void check_objective(const Objective& objective) {
  check_number("learning_rate", objective.learning_rate, 0, 10);
  check_number("clip_low", objective.clip_low, 0, 1);
  check_number("clip_high", objective.clip_high, 0, 1000);
  check_number("epochs", objective.epochs, 1, 1000);
  check_number("minibatches", objective.minibatches, 1, 10000);
  check_number("kl_weight", objective.kl_weight, 0, 1000);
  check_number("entropy_weight", objective.entropy_weight, -1000, 1000);
  check_number("clip_norm", objective.clip_norm, 1e-12, 1e12);
  if (objective.aggregation == LossAggregation::constant_norm) {
    check_number("max_response", objective.max_response, 1, 1e9);
  }
}

}  // namespace gradus
