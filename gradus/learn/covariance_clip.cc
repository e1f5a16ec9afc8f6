#include "gradus/learn/covariance_clip.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/learn/objective.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class CovarianceClip : public Operator {
 public:
  explicit CovarianceClip(const Params& params)
      : advantage_("token." + params.text("advantage")),
        logprob_("token." + params.text("logprob")),
        into_("token." + params.text("into")),
        share_(params.number("share")),
        low_(params.number("low")),
        high_(params.number("high")) {
    if (low_ >= high_) {
      throw Error::input("loss.covariance_clip needs low below high")
          .field("low")
          .found(fmt::format("low {}, high {}", low_, high_));
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    const Column advantage = batch.column(advantage_), logprob = batch.column(logprob_);
    std::vector<size_t> tokens;
    std::vector<TokenTerm> terms;
    for_each_valid(batch, advantage, [&](size_t t) {
      if (!logprob.valid(t)) return;
      tokens.push_back(t);
      terms.push_back({.logprob = logprob[t], .advantage = advantage[t]});
    });
    Column& out = batch.add_column(into_);
    for (const size_t t : tokens) out.set(t, 1.0);
    const std::vector<double> covariance = covariances(terms);
    std::vector<size_t> candidates;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (low_ < covariance[i] && covariance[i] < high_) candidates.push_back(tokens[i]);
    }
    Stream stream = context.random;
    stream.shuffle(std::span(candidates));
    const size_t most = std::max<size_t>(1, static_cast<size_t>(share_ * static_cast<double>(tokens.size())));
    candidates.resize(std::min(candidates.size(), most));
    for (const size_t t : candidates) out.set(t, 0.0);
  }

 private:
  std::string advantage_, logprob_, into_;
  double share_, low_, high_;
};

}  // namespace

void register_covariance_clip(OperatorRegistry& registry) {
  registry.add(
      {.name = "loss.covariance_clip",
       .summary = "0 on a few random tokens of high covariance of advantage and log-probability, else 1",
       .paper = "2505.22617",
       .params = {text_param("advantage", "advantage", "token channel: advantages"),
                  text_param("logprob", "logprob", "token channel: log-probabilities of the policy"),
                  number_param("share", 2e-4, "share of the trained tokens that is zeroed at most", 0, 1),
                  number_param("low", 1.0, "candidates have a larger covariance", -1e6, 1e6),
                  number_param("high", 5.0, "candidates have a smaller covariance", -1e6, 1e6),
                  text_param("into", "importance", "token channel to write")},
       .reads = {"token.{advantage}", "token.{logprob}"},
       .writes = {"token.{into}"},
       .scope = "batch"},
      [](const Params& params) { return std::make_unique<CovarianceClip>(params); });
}

}  // namespace gradus
