#include "gradus/learn/value_loss.h"

#include <algorithm>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class ValueLossOperator : public Operator {
 public:
  explicit ValueLossOperator(const Params& params)
      : aggregation_(aggregation_of(params, aggregation_from_name(params.text("aggregation")))),
        clip_(params.number("clip")),
        value_("token." + params.text("value")),
        old_value_("token." + params.text("old_value")),
        target_("token." + params.text("target")) {
    check_aggregation(aggregation_);
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column value = batch.column(value_), old_value = batch.column(old_value_),
                 target = batch.column(target_);
    const auto usable = [&](size_t t) { return old_value.valid(t) && target.valid(t); };
    const auto each = [&](size_t r, auto&& fn) {
      for_each_valid(batch, value, r, [&](size_t t) {
        if (usable(t)) fn(t);
      });
    };
    std::vector<int64_t> trained(batch.rollouts(), 0);
    for (size_t r = 0; r < batch.rollouts(); ++r) each(r, [&](size_t) { ++trained[r]; });
    const std::vector<double> weights = token_weights(trained, aggregation_);
    Column& losses = batch.add_column("token.value_loss");
    Column& slopes = batch.add_column("token.value_loss_slope");
    Column& clips = batch.add_column("token.value_clip");
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      each(r, [&](size_t t) {
        const ValueLoss loss = value_loss(value[t], old_value[t], target[t], clip_);
        losses.set(t, weights[r] * loss.value);
        slopes.set(t, weights[r] * loss.slope);
        clips.set(t, loss.clipped);
      });
    }
  }

 private:
  Aggregation aggregation_;
  double clip_;
  std::string value_, old_value_, target_;
};

}  // namespace

ValueLoss value_loss(double prediction, double old_prediction, double target, double clip) {
  const double plain = prediction - target;
  ValueLoss out{0.5 * plain * plain, plain, false};
  if (clip == 0) return out;
  const double held = std::clamp(prediction, old_prediction - clip, old_prediction + clip);
  const double other = held - target;
  if (0.5 * other * other > out.value) out = {0.5 * other * other, held == prediction ? plain : 0, true};
  return out;
}

void register_value_loss(OperatorRegistry& registry) {
  std::vector<ParamSpec> params{
      number_param("clip", 0.5, "how far from the old value the clipped term may go; 0: no clipped term", 0,
                   1e9),
      text_param("value", "value", "token channel: values of the head"),
      text_param("old_value", "old_value", "token channel: those when it was sampled"),
      text_param("target", "return", "token channel: returns to learn")};
  for (ParamSpec& param : aggregation_params("token_mean")) params.push_back(std::move(param));
  registry.add({.name = "loss.value",
                .summary = "clipped squared error of token values against returns, and its slope",
                .paper = "1707.06347; verl, compute_value_loss",
                .params = std::move(params),
                .reads = {"token.{value}", "token.{old_value}", "token.{target}"},
                .writes = {"token.value_loss", "token.value_loss_slope", "token.value_clip"},
                .scope = "batch"},
               [](const Params& given) { return std::make_unique<ValueLossOperator>(given); });
}

}  // namespace gradus
