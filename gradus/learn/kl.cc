#include "gradus/learn/kl.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

constexpr double kLogRatioBound = 20, kValueBound = 10;  // verl, core_algos.py, kl_penalty_forward

KlEstimate k3(double log_ratio, bool bounded) {  // log_ratio = other - policy
  const double x = bounded ? std::clamp(log_ratio, -kLogRatioBound, kLogRatioBound) : log_ratio;
  const double value = std::expm1(x) - x;
  if (bounded && value > kValueBound) return {kValueBound, 0};
  return {value, x == log_ratio ? -std::expm1(x) : 0};
}

class Kl : public Operator {
 public:
  explicit Kl(const Params& params)
      : estimator_(kl_estimator_from_name(params.text("estimator"))),
        bounded_(params.flag("bounded")),
        logprob_("token." + params.text("logprob")),
        reference_("token." + params.text("reference")),
        into_("token." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column logprob = batch.column(logprob_), reference = batch.column(reference_);
    Column values(Level::token, batch.tokens(), {}, batch.precision()), slopes = values;
    for_each_valid(batch, logprob, [&](size_t t) {
      if (!reference.valid(t)) return;
      const KlEstimate kl = estimate_kl(estimator_, logprob[t], reference[t], bounded_);
      if (!values.fits(kl.value) || !slopes.fits(kl.slope)) refuse(logprob[t], reference[t], t);
      values.set(t, kl.value);
      slopes.set(t, kl.slope);
    });
    batch.put_column(into_, std::move(values));
    batch.put_column(into_ + "_slope", std::move(slopes));
  }

 private:
  [[noreturn]] void refuse(double logprob, double reference, size_t token) const {
    throw Error::input("the KL estimate of a token is too large for its column")
        .field(fmt::format("{}, token {}", into_, token))
        .found(fmt::format("log-probability {:.6g}, of the reference {:.6g}", logprob, reference))
        .hint("set bounded = true, or look for log-probabilities that do not belong to these tokens");
  }

  KlEstimator estimator_;
  bool bounded_;
  std::string logprob_, reference_, into_;
};

}  // namespace

const std::vector<std::string>& kl_estimator_names() {
  static const std::vector<std::string> names{"k1", "abs", "k2", "k3"};
  return names;
}

KlEstimator kl_estimator_from_name(const std::string& name) {
  const std::vector<std::string>& names = kl_estimator_names();
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) {
    throw Error::input("unknown estimator of the KL divergence").found(name).expected("k1, abs, k2 or k3");
  }
  return static_cast<KlEstimator>(it - names.begin());
}

KlEstimate estimate_kl(KlEstimator estimator, double logprob, double other_logprob, bool bounded) {
  const double x = logprob - other_logprob;
  switch (estimator) {
    case KlEstimator::k1:
      return {x, 1};
    case KlEstimator::abs:
      return {std::abs(x), x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0};
    case KlEstimator::k2:
      return {0.5 * x * x, x};
    case KlEstimator::k3:
      break;
  }
  return k3(-x, bounded);
}

void register_kl(OperatorRegistry& registry) {
  registry.add({.name = "loss.kl",
                .summary = "KL estimate of every trained token against a reference, and its slope",
                .paper = "Schulman 2020; 2402.03300",
                .params = {text_param("estimator", "k3", "which estimator", kl_estimator_names()),
                           flag_param("bounded", false, "k3 with verl's bounds: log-ratio 20, value 10"),
                           text_param("logprob", "logprob", "channel of the policy's log-probabilities"),
                           text_param("reference", "ref_logprob", "channel of the reference's"),
                           text_param("into", "kl", "token channel to write; INTO_slope beside it")},
                .reads = {"token.{logprob}", "token.{reference}"},
                .writes = {"token.{into}", "token.{into}_slope"}},
               [](const Params& params) { return std::make_unique<Kl>(params); });
}

}  // namespace gradus
