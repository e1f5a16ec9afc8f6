#include "gradus/credit/whiten.h"

namespace gradus {

namespace {

class Whiten : public Operator {
 public:
  explicit Whiten(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")), shift_(params.flag("shift")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    Moments moments;
    std::vector<double> values;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      values.clear();
      const auto [begin, end] = batch.range(column.level(), r);
      for (size_t i = begin; i < end; ++i) {
        if (column.valid(i)) values.push_back(column[i]);
      }
      moments.merge(moments_of(std::span<const double>(values)));
    }
    if (moments.count == 0) return;
    const Whitening whitening = whitening_of(moments, shift_);
    for (size_t i = 0; i < column.size(); ++i) {
      if (column.valid(i)) column.set(i, whitening(column[i]));
    }
  }

 private:
  std::string column_;
  bool shift_;
};

}  // namespace

Whitening whitening_of(const Moments& moments, bool shift) {
  if (moments.count < 2) {
    throw Error::input("whitening needs at least two values")
        .found(std::to_string(moments.count))
        .hint("whiten over a larger batch, or leave whitening out");
  }
  if (moments.squares == 0) return {moments.mean, 1.0, shift ? 0.0 : moments.mean};
  const double count = static_cast<double>(moments.count), less = count / (count + kCountEpsilon);
  const double mean = moments.mean * less, off = moments.mean - mean;
  const double variance = (moments.squares + count * off * off) * less / (count - 1);
  return {mean, 1.0 / std::sqrt(variance + kWhitenEpsilon), shift ? 0.0 : mean};
}

void register_whiten(OperatorRegistry& registry) {
  registry.add({.name = "credit.whiten",
                .summary = "mean 0 and variance 1 over all valid values of the batch",
                .paper = "verl, masked_whiten",
                .params = {text_param("channel", "advantage", "channel to whiten"), level_param("token"),
                           flag_param("shift", true, "take the mean off; false: only scale")},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"},
                .scope = "batch"},
               [](const Params& params) { return std::make_unique<Whiten>(params); });
}

}  // namespace gradus
