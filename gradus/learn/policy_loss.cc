#include "gradus/learn/policy_loss.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class PolicyLossOperator : public Operator {
 public:
  explicit PolicyLossOperator(const Params& params)
      : rule_(rule_of(params)),
        aggregation_(aggregation(params, rule_.surrogate)),
        logprob_("token." + params.text("logprob")),
        old_logprob_("token." + params.text("old_logprob")),
        advantage_("token." + params.text("advantage")),
        reference_("token." + params.text("reference")),
        importance_(params.text("importance")) {
    check_policy_loss(rule_);
    check_aggregation(aggregation_);
    if (rule_.kl_weight > 0 && params.text("reference").empty()) {
      throw Error::input("loss.policy weighs a KL term but knows no reference")
          .field("reference")
          .found("''")
          .expected("the token channel of the reference's log-probabilities");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    std::vector<TokenTerm> terms;
    std::vector<size_t> tokens, ends;  // tokens: where each term stands in the columns
    read(batch, terms, tokens, ends);
    const std::vector<TokenLoss> losses = policy_losses(terms, ends, rule_);
    std::vector<int64_t> trained;
    for (size_t r = 0; r < ends.size(); ++r) {
      trained.push_back(static_cast<int64_t>(ends[r] - (r ? ends[r - 1] : 0)));
    }
    const std::vector<double> weights = token_weights(trained, aggregation_);
    Column& value = batch.add_column("token.loss");
    Column& slope = batch.add_column("token.loss_slope");
    Column& clip = batch.add_column("token.clip");
    size_t r = 0;
    for (size_t i = 0; i < terms.size(); ++i) {
      while (i >= ends[r]) ++r;
      const double loss = weights[r] * losses[i].value, steepness = weights[r] * losses[i].slope;
      if (!value.fits(loss) || !slope.fits(steepness)) refuse(terms[i], losses[i], tokens[i]);
      value.set(tokens[i], loss);
      slope.set(tokens[i], steepness);
      clip.set(tokens[i], static_cast<double>(losses[i].clip));
    }
  }

 private:
  // NaN included. The bound that helps depends on what has grown: the ratio, or the KL term.
  [[noreturn]] void refuse(const TokenTerm& term, const TokenLoss& loss, size_t token) const {
    std::string found =
        fmt::format("log-probability {:.6g}, when sampled {:.6g}", term.logprob, term.old_logprob);
    if (rule_.kl_weight > 0) found += fmt::format(", of the reference {:.6g}", term.reference_logprob);
    found += fmt::format(", advantage {:.6g}: loss {:.6g}", term.advantage, loss.value);
    throw Error::input("the policy loss of a token is too large for its column")
        .field(fmt::format("token {}", token))
        .found(std::move(found))
        .hint(std::string("set log_ratio_bound (verl: 20)") + (rule_.kl_weight > 0 ? " or kl_bounded" : "") +
              ", or look for log-probabilities that do not belong to these tokens");
  }

  static PolicyLoss rule_of(const Params& params) {
    PolicyLoss rule{.surrogate = surrogate_from_name(params.text("surrogate")),
                    .clip_low = params.number("clip_low"),
                    .clip_high = params.number("clip_high"),
                    .dual_clip = params.number("dual_clip"),
                    .ratio_cap = params.number("ratio_cap"),
                    .gate_positive = params.number("gate_positive"),
                    .gate_negative = params.number("gate_negative"),
                    .covariance_share = params.number("covariance_share"),
                    .covariance_weight = params.number("covariance_weight"),
                    .log_ratio_bound = params.number("log_ratio_bound"),
                    .kl_weight = params.number("kl_weight"),
                    .kl = kl_estimator_from_name(params.text("kl")),
                    .kl_bounded = params.flag("kl_bounded")};
    if (rule.surrogate == Surrogate::geometric_mean) rule.length_epsilon = params.number("length_epsilon");
    return rule;
  }

  // The geometric mean has divided by the length already.
  static Aggregation aggregation(const Params& params, Surrogate surrogate) {
    const Aggregation usual = usual_aggregation(surrogate);
    const bool own = params.text("aggregation") == "usual";
    Aggregation out =
        aggregation_of(params, own ? usual.mode : aggregation_from_name(params.text("aggregation")));
    if (own && usual.count_empty) out.count_empty = true;
    if (surrogate == Surrogate::geometric_mean) out.length_epsilon = 0;
    return out;
  }

  void read(const RolloutBatch& batch, std::vector<TokenTerm>& terms, std::vector<size_t>& tokens,
            std::vector<size_t>& ends) const {
    const Column &logprob = batch.column(logprob_), &old_logprob = batch.column(old_logprob_),
                 &advantage = batch.column(advantage_);
    const Column* const reference = rule_.kl_weight > 0 ? &batch.column(reference_) : nullptr;
    const Column* const importance = importance_.empty() ? nullptr : &batch.column("token." + importance_);
    const auto value = [](const Column& column, const std::string& name, size_t t) {
      if (column.valid(t)) return column[t];
      throw Error::input("a token with an advantage lacks a value that the policy loss needs")
          .field(name)
          .found("missing at token " + std::to_string(t))
          .expected("a value for every token that is trained on");
    };
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for_each_valid(batch, advantage, r, [&](size_t t) {
        tokens.push_back(t);
        terms.push_back({.logprob = value(logprob, logprob_, t),
                         .old_logprob = value(old_logprob, old_logprob_, t),
                         .advantage = advantage[t],
                         .reference_logprob = reference ? value(*reference, reference_, t) : 0,
                         .importance = importance ? weight(value(*importance, importance_, t), t) : 1});
      });
      ends.push_back(terms.size());
    }
  }

  double weight(double value, size_t token) const {
    if (value >= 0) return value;
    throw Error::input("an importance weight is negative")
        .field("token." + importance_)
        .found(std::to_string(value) + " at token " + std::to_string(token))
        .expected("0 or more");
  }

  PolicyLoss rule_;
  Aggregation aggregation_;
  std::string logprob_, old_logprob_, advantage_, reference_, importance_;
};

std::vector<ParamSpec> policy_loss_params() {
  const PolicyLoss rule;
  std::vector<ParamSpec> params{
      text_param("surrogate", "clip", "the loss of a token; see gradus/learn/objective.h", surrogate_names()),
      number_param("clip_low", rule.clip_low, "ratio clip range [1 - clip_low, 1 + clip_high]", 0, 1),
      number_param("clip_high", rule.clip_high, "its upper part (DAPO: 0.28)", 0, 1000),
      number_param("dual_clip", 0.0, "bound of the ratio for negative advantages (verl: 3); 0: off", 0, 1e6),
      number_param("ratio_cap", 0.0, "bound of the unclipped ratio (TRL's delta); 0: off", 0, 1e6),
      number_param("gate_positive", rule.gate_positive, "soft_gate: tau for positive advantages", 1e-6, 1e6),
      number_param("gate_negative", rule.gate_negative, "soft_gate: tau for the others", 1e-6, 1e6),
      number_param("covariance_share", rule.covariance_share, "covariance_kl: share of tokens", 0, 1),
      number_param("covariance_weight", rule.covariance_weight, "covariance_kl: weight of |KL|", 0, 1e6),
      number_param("log_ratio_bound", 0.0, "bound of the log-ratio (verl: 20); 0: off", 0, 700),
      number_param("kl_weight", 0.0, "weight of the KL term against the reference", 0, 1000),
      text_param("kl", "k3", "estimator of the KL term", kl_estimator_names()),
      flag_param("kl_bounded", false, "k3 with verl's bounds"),
      text_param("logprob", "logprob", "token channel: log-probabilities of the policy"),
      text_param("old_logprob", "old_logprob", "token channel: those when it was sampled"),
      text_param("advantage", "advantage", "token channel: advantages"),
      text_param("reference", "", "token channel: log-probabilities of the reference"),
      text_param("importance", "", "token channel: weights of the surrogate, at least 0; empty: 1")};
  for (ParamSpec& param : aggregation_params("usual", {"usual"})) params.push_back(std::move(param));
  return params;
}

}  // namespace

PolicyMetrics policy_metrics(const RolloutBatch& batch, double epsilon, double bound,
                             const std::string& logprob, const std::string& old_logprob) {
  const Column &clip = batch.column("token.clip"), &now = batch.column("token." + logprob),
               &then = batch.column("token." + old_logprob);
  PolicyMetrics out;
  double count = epsilon;
  for (size_t t = 0; t < batch.tokens(); ++t) {
    if (!clip.valid(t)) continue;
    count += 1;
    const double apart = then[t] - now[t], kl = bound > 0 ? std::clamp(apart, -bound, bound) : apart;
    out.clip_upper += clip[t] > 0;
    out.clip_lower += clip[t] < 0;
    out.kl_old += kl;
    out.kl_old_abs += std::abs(kl);
  }
  if (count == 0) return out;
  for (double* mean : {&out.clip_upper, &out.clip_lower, &out.kl_old, &out.kl_old_abs}) *mean /= count;
  return out;
}

void register_policy_loss(OperatorRegistry& registry) {
  registry.add({.name = "loss.policy",
                .summary = "policy-gradient loss of every trained token and its slope in the log-probability",
                .paper = "1707.06347, 1912.09729, 2507.18071, 2506.13585, 2507.20673, 2505.22617, 2504.02546",
                .params = policy_loss_params(),
                .reads = {"token.{logprob}", "token.{old_logprob}", "token.{advantage}", "token.{reference}",
                          "token.{importance}"},
                .writes = {"token.loss", "token.loss_slope", "token.clip"},
                .scope = "batch"},
               [](const Params& params) { return std::make_unique<PolicyLossOperator>(params); });
}

}  // namespace gradus
