#include "gradus/reward/adaptive_weight.h"

#include <algorithm>

#include "gradus/reward/moments.h"
#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class AdaptiveWeight : public Operator {
 public:
  explicit AdaptiveWeight(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        weight_(params.number("weight")),
        target_(params.number("target")),
        horizon_(params.number("horizon")),
        bound_(params.number("bound")) {}

  void apply(RolloutBatch& batch, const OperatorContext& context) const override {
    Column& column = batch.column(column_);
    Json* const memory = context.memory;
    const double weight = memory && !memory->is_null() ? memory->at("weight").get<double>() : weight_;
    std::vector<double> means, values;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      values.clear();
      for_each_valid(batch, column, r, [&](size_t i) { values.push_back(column[i]); });
      if (!values.empty()) means.push_back(moments_of(std::span<const double>(values)).mean);
    }
    if (memory) *memory = {{"weight", weight * growth(means)}};
    for_each_valid(batch, column, [&](size_t i) { column.set(i, weight * column[i]); });
  }

 private:
  double growth(const std::vector<double>& means) const {
    if (means.empty()) return 1;
    const double apart = moments_of(std::span<const double>(means)).mean / target_ - 1;
    return 1 + std::clamp(apart, -bound_, bound_) * static_cast<double>(means.size()) / horizon_;
  }

  std::string column_;
  double weight_, target_, horizon_, bound_;
};

}  // namespace

void register_adaptive_weight(OperatorRegistry& registry) {
  registry.add({.name = "shape.adaptive_weight",
                .summary = "weigh a channel so that its mean over the batches so far goes to a target",
                .paper = "1909.08593",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("token"),
                           number_param("weight", nullptr, "the weight of the first batch", -1e6, 1e6),
                           number_param("target", nullptr, "where the channel's mean shall go", 1e-12, 1e12),
                           number_param("horizon", 10000.0, "rollouts over which the weight moves", 1, 1e12),
                           number_param("bound", 0.2, "largest relative error that counts", 0, 1)},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"},
                .scope = "batch"},
               [](const Params& params) { return std::make_unique<AdaptiveWeight>(params); });
}

}  // namespace gradus
