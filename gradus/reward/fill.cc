#include "gradus/reward/fill.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class Fill : public Operator {
 public:
  explicit Fill(const Params& params)
      : column_(params.text("level") + "." + params.text("channel")), value_(params.number("value")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& column = batch.column(column_);
    for_each_trained_place(batch, column.level(), [&](size_t i) {
      if (!column.valid(i)) column.set(i, value_);
    });
  }

 private:
  std::string column_;
  double value_;
};

}  // namespace

void register_fill(OperatorRegistry& registry) {
  registry.add({.name = "shape.fill",
                .summary = "a number where a channel is missing",
                .paper = "2509.22644 (released)",
                .params = {text_param("channel", nullptr, "channel to change"), level_param("step"),
                           number_param("value", nullptr, "what stands for a missing value", -1e6, 1e6)},
                .reads = {"{level}.{channel}"},
                .writes = {"{level}.{channel}"}},
               [](const Params& params) { return std::make_unique<Fill>(params); });
}

}  // namespace gradus
