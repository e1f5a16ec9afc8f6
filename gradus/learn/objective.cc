#include "gradus/learn/objective.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "gradus/base/logistic.h"

namespace gradus {

namespace {

// r = exp(x) with the bounds on x, and whether the slope goes through it.
struct Ratio {
  double value = 1;
  bool free = true;
};

Ratio bounded_ratio(double x, double low, double high) {
  const double held = std::clamp(x, low, high);
  return {std::exp(held), held == x};
}

double bound_of(const PolicyLoss& rule) {
  return rule.log_ratio_bound > 0 ? rule.log_ratio_bound : std::numeric_limits<double>::infinity();
}

TokenLoss plain_ratio(double advantage, Ratio ratio) {
  if (advantage == 0) return {};  // also where the ratio has overflown
  return {.value = -advantage * ratio.value, .slope = -advantage * ratio.value * ratio.free};
}

TokenLoss clip_loss(double advantage, Ratio ratio, const PolicyLoss& rule, bool dual) {
  if (advantage == 0) return {};
  const TokenLoss plain = plain_ratio(advantage, ratio);
  const bool capped = rule.ratio_cap > 0 && ratio.value > rule.ratio_cap;
  TokenLoss out = capped ? TokenLoss{.value = -advantage * rule.ratio_cap} : plain;
  const double held = std::clamp(ratio.value, 1 - rule.clip_low, 1 + rule.clip_high);
  if (-advantage * held > out.value) {
    out.value = -advantage * held;
    out.slope = held == ratio.value ? plain.slope : 0;
    out.clip = ClipEvent::upper;
  }
  if (dual && rule.dual_clip > 0 && advantage < 0 && out.value > -advantage * rule.dual_clip) {
    out.value = -advantage * rule.dual_clip;
    out.slope = 0;
    out.clip = ClipEvent::lower;
  }
  return out;
}

TokenLoss soft_gate(double advantage, Ratio ratio, const PolicyLoss& rule) {
  const double tau = advantage > 0 ? rule.gate_positive : rule.gate_negative;
  const double gate = sigmoid(tau * (ratio.value - 1));
  const double steepness = gate * (1 - gate);  // 0 long before the ratio overflows
  return {.value = -advantage * gate * 4 / tau,
          .slope = steepness > 0 ? -advantage * 4 * steepness * ratio.value * ratio.free : 0};
}

TokenLoss clipped_weight(const TokenTerm& term, Ratio ratio, const PolicyLoss& rule) {
  const double weight = std::clamp(ratio.value, 1 - rule.clip_low, 1 + rule.clip_high);
  return {.value = -weight * term.advantage * term.logprob,
          .slope = -weight * term.advantage,
          .clip = weight == ratio.value ? ClipEvent::none : ClipEvent::upper};
}

// Surrogates of one token.
TokenLoss token_loss(const TokenTerm& term, const PolicyLoss& rule) {
  const double bound = bound_of(rule);
  const Ratio ratio = bounded_ratio(term.logprob - term.old_logprob, -bound, bound);
  switch (rule.surrogate) {
    case Surrogate::soft_gate:
      return soft_gate(term.advantage, ratio, rule);
    case Surrogate::clipped_weight:
      return clipped_weight(term, ratio, rule);
    case Surrogate::likelihood:
      return {.value = -term.advantage * term.logprob, .slope = -term.advantage};
    case Surrogate::covariance_kl:
      return plain_ratio(term.advantage, ratio);
    default:
      return clip_loss(term.advantage, ratio, rule, true);
  }
}

void sequence_clip(std::span<const TokenTerm> terms, const PolicyLoss& rule, std::span<TokenLoss> out) {
  double mean = 0;
  for (const TokenTerm& term : terms) mean += term.logprob - term.old_logprob;
  mean /= static_cast<double>(terms.size());
  const Ratio ratio = bounded_ratio(mean, -std::numeric_limits<double>::infinity(), bound_of(rule));
  for (size_t t = 0; t < terms.size(); ++t) out[t] = clip_loss(terms[t].advantage, ratio, rule, false);
}

// Every token carries the loss of its rollout, so that the mean over its tokens is that loss.
void geometric_mean(std::span<const TokenTerm> terms, const PolicyLoss& rule, std::span<TokenLoss> out) {
  double log_ratio = 0, advantage = 0, log_importance = 0;
  for (size_t t = 0; t < terms.size(); ++t) {
    const double x = terms[t].logprob - terms[t].old_logprob, a = terms[t].advantage;
    const double held = std::clamp(x, -rule.clip_low, rule.clip_high);
    const bool pessimistic = a > 0 ? held < x : a < 0 && held > x;  // the clip holds on the profitable side
    if (a != 0) log_ratio += pessimistic ? held : x;
    out[t].slope = a != 0 && !pessimistic;
    if (held != x && a != 0) out[t].clip = a > 0 ? ClipEvent::upper : ClipEvent::lower;
    advantage += a;
    log_importance += std::log(terms[t].importance);
  }
  const double count = static_cast<double>(terms.size()) + rule.length_epsilon;
  const double loss = -advantage / count * std::exp(log_ratio / count) * std::exp(log_importance / count);
  for (TokenLoss& token : out) {
    token.value = loss;
    token.slope *= loss * static_cast<double>(terms.size()) / count;
  }
}

void add_covariance_kl(std::span<const TokenTerm> terms, const PolicyLoss& rule, std::span<TokenLoss> out) {
  if (terms.empty()) return;
  std::vector<size_t> order(terms.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const std::vector<double> covariance = covariances(terms);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return covariance[a] > covariance[b]; });
  const double share = static_cast<double>(terms.size()) * rule.covariance_share;
  order.resize(std::max<size_t>(1, static_cast<size_t>(share)));
  for (const size_t t : order) {
    const KlEstimate kl = estimate_kl(KlEstimator::abs, terms[t].logprob, terms[t].old_logprob);
    out[t].value += rule.covariance_weight * kl.value;
    out[t].slope += rule.covariance_weight * kl.slope;
  }
}

void check_number(const char* field, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error::input("the policy loss is out of range")
      .field(field)
      .found(std::to_string(value))
      .expected(std::to_string(low) + ".." + std::to_string(high));
}

}  // namespace

const std::vector<std::string>& surrogate_names() {
  static const std::vector<std::string> names{"clip",           "sequence_clip", "soft_gate",
                                              "clipped_weight", "likelihood",    "geometric_mean",
                                              "covariance_kl"};
  return names;
}

Surrogate surrogate_from_name(const std::string& name) {
  const std::vector<std::string>& names = surrogate_names();
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) {
    Error error = Error::input("unknown surrogate of the policy loss").found(name);
    throw error.hint(suggest(name, names));
  }
  return static_cast<Surrogate>(it - names.begin());
}

Aggregation usual_aggregation(Surrogate surrogate) {
  switch (surrogate) {
    case Surrogate::sequence_clip:
    case Surrogate::soft_gate:
      return {.mode = LossAggregation::sequence_mean};
    case Surrogate::geometric_mean:
      return {.mode = LossAggregation::sequence_mean, .count_empty = true};
    default:
      return {.mode = LossAggregation::token_mean};
  }
}

std::vector<TokenLoss> policy_losses(std::span<const TokenTerm> terms, std::span<const size_t> ends,
                                     const PolicyLoss& rule) {
  std::vector<TokenLoss> out(terms.size());
  const bool whole = rule.surrogate == Surrogate::geometric_mean;
  if (whole || rule.surrogate == Surrogate::sequence_clip) {
    size_t begin = 0;
    for (const size_t end : ends) {
      const auto own = terms.subspan(begin, end - begin);
      const auto losses = std::span(out).subspan(begin, end - begin);
      if (!own.empty()) (whole ? geometric_mean : sequence_clip)(own, rule, losses);
      begin = end;
    }
  } else {
    for (size_t t = 0; t < terms.size(); ++t) out[t] = token_loss(terms[t], rule);
    if (rule.surrogate == Surrogate::covariance_kl) add_covariance_kl(terms, rule, out);
  }
  for (size_t t = 0; t < terms.size(); ++t) {
    const TokenTerm& term = terms[t];
    if (!whole) {  // the geometric mean has taken it in already
      out[t].value *= term.importance;
      out[t].slope *= term.importance;
    }
    out[t].kl_old = estimate_kl(KlEstimator::k3, term.old_logprob, term.logprob).value;
    if (rule.kl_weight > 0) {
      const KlEstimate kl = estimate_kl(rule.kl, term.logprob, term.reference_logprob, rule.kl_bounded);
      out[t].kl_reference = kl.value;
      out[t].value += rule.kl_weight * kl.value;
      out[t].slope += rule.kl_weight * kl.slope;
    }
  }
  return out;
}

std::vector<double> covariances(std::span<const TokenTerm> terms) {
  const double count = static_cast<double>(terms.size());
  double advantage = 0, logprob = 0;
  for (const TokenTerm& term : terms) {
    advantage += term.advantage;
    logprob += term.logprob;
  }
  advantage /= count;
  logprob /= count;
  std::vector<double> out;
  for (const TokenTerm& term : terms) out.push_back((term.advantage - advantage) * (term.logprob - logprob));
  return out;
}

void check_policy_loss(const PolicyLoss& rule) {
  check_number("clip_low", rule.clip_low, 0, 1);
  check_number("clip_high", rule.clip_high, 0, 1000);
  if (rule.dual_clip != 0) check_number("dual_clip", rule.dual_clip, 1, 1e6);
  if (rule.ratio_cap != 0) check_number("ratio_cap", rule.ratio_cap, 1, 1e6);
  check_number("gate_positive", rule.gate_positive, 1e-6, 1e6);
  check_number("gate_negative", rule.gate_negative, 1e-6, 1e6);
  check_number("covariance_share", rule.covariance_share, 0, 1);
  check_number("covariance_weight", rule.covariance_weight, 0, 1e6);
  check_number("log_ratio_bound", rule.log_ratio_bound, 0, 700);
  check_number("length_epsilon", rule.length_epsilon, 0, 1);
  check_number("kl_weight", rule.kl_weight, 0, 1000);
}

}  // namespace gradus
