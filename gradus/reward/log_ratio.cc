#include "gradus/reward/log_ratio.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class LogRatio : public Operator {
 public:
  explicit LogRatio(const Params& params)
      : policy_("token." + params.text("policy")),
        reference_("token." + params.text("reference")),
        into_("token." + params.text("into")),
        beta_(params.number("beta")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& policy = batch.column(policy_);
    const Column& reference = batch.column(reference_);
    Column out(Level::token, batch.tokens(), {.estimates = "correctness"}, batch.precision());
    for_each_valid(batch, policy, [&](size_t t) {
      if (reference.valid(t)) out.set(t, beta_ * (policy[t] - reference[t]));
    });
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string policy_, reference_, into_;
  double beta_;
};

}  // namespace

void register_log_ratio(OperatorRegistry& registry) {
  registry.add({.name = "reward.log_ratio",
                .summary = "log-probability of every token minus that under a reference, times beta",
                .paper = "2412.01981, 2502.01456",
                .params = {text_param("policy", "logprob", "token channel of log-probabilities"),
                           text_param("reference", "ref_logprob", "token channel of the reference's"),
                           number_param("beta", 1.0, "factor", -1e6, 1e6),
                           text_param("into", "log_ratio", "token channel to write")},
                .reads = {"token.{policy}", "token.{reference}"},
                .writes = {"token.{into}"}},
               [](const Params& params) { return std::make_unique<LogRatio>(params); });
}

}  // namespace gradus
