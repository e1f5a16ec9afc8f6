#include "gradus/credit/whiten.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Whiten : public Operator {
 public:
  explicit Whiten(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")),
        shift_(params.flag("shift")),
        variant_(params.text("variant") == "paper" ? WhitenVariant::paper : WhitenVariant::released) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    Moments moments;
    std::vector<double> values;
    double first = 0;
    bool equal = true;  // the same bits: the rounded mean may differ from them
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      values.clear();
      for_each_valid(batch, column, r, [&](size_t i) {
        if (moments.count == 0 && values.empty()) first = column[i];
        equal = equal && column[i] == first;
        values.push_back(column[i]);
      });
      moments.merge(moments_of(std::span<const double>(values)));
    }
    if (moments.count == 0) return;
    if (equal && variant_ == WhitenVariant::paper) moments = {moments.count, first, 0};
    const Whitening whitening = whitening_of(moments, shift_, variant_);
    for_each_valid(batch, column, [&](size_t i) { column.set(i, whitening(column[i])); });
  }

 private:
  std::string column_;
  bool shift_;
  WhitenVariant variant_;
};

}  // namespace

Whitening whitening_of(const Moments& moments, bool shift, WhitenVariant variant) {
  if (moments.count < 2) {
    throw Error::input("whitening needs at least two values")
        .found(std::to_string(moments.count))
        .hint("whiten over a larger batch, or leave whitening out");
  }
  if (variant == WhitenVariant::paper && moments.squares == 0) {
    return {moments.mean, 1.0, shift ? 0.0 : moments.mean};
  }
  const double count = static_cast<double>(moments.count);
  const double less = variant == WhitenVariant::paper ? 1.0 : count / (count + kCountEpsilon);
  const double mean = moments.mean * less, off = moments.mean - mean;
  const double variance = (moments.squares + count * off * off) * less / (count - 1);
  return {mean, 1.0 / std::sqrt(variance + kWhitenEpsilon), shift ? 0.0 : mean};
}

void register_whiten(OperatorRegistry& registry) {
  registry.add({.name = "credit.whiten",
                .summary = "mean 0 and variance 1 over all valid values of the batch",
                .paper = "verl, masked_whiten",
                .params = {text_param("channel", "advantage", "channel to whiten"), level_param("token"),
                           flag_param("shift", true,
                                      "take the mean off; false: add it back after scaling (verl's "
                                      "shift_mean=False). To scale only: shape.normalise, centre none"),
                           text_param("variant", "paper", "released: sums over n + 1e-8, as in verl",
                                      {"paper", "released"})},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"},
                .scope = "batch"},
               [](const Params& params) { return std::make_unique<Whiten>(params); });
}

}  // namespace gradus
