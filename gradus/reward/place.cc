#include "gradus/reward/place.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

void place_rollout(const RolloutBatch& batch, size_t rollout, double value, PlaceAt at, Column& out) {
  size_t last = 0, count = 0;
  for_each_trained_span(batch, rollout, [&](size_t begin, size_t end) {
    last = end - 1;
    ++count;
    for (size_t t = begin; at == PlaceAt::every && t < end; ++t) out.set(t, value);
  });
  if (at == PlaceAt::last && count > 0) out.set(last, value);
}

void place_step(const RolloutBatch& batch, size_t step, double value, PlaceAt at, Column& out) {
  const size_t begin = batch.token_begin(step), end = batch.token_end(step);
  if (batch.kind(step) == StepKind::observe || begin == end) return;
  for (size_t t = at == PlaceAt::every ? begin : end - 1; t < end; ++t) out.set(t, value);
}

class PlaceOperator : public Operator {
 public:
  explicit PlaceOperator(const Params& params)
      : from_(params.text("from") + "." + params.text("channel")),
        into_("token." + params.text("into")),
        at_(params.text("at") == "last" ? PlaceAt::last : PlaceAt::every) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    batch.put_column(into_, placed(batch, batch.column(from_), at_));
  }

 private:
  std::string from_, into_;
  PlaceAt at_;
};

}  // namespace

Column placed(const RolloutBatch& batch, const Column& values, PlaceAt at) {
  require(values.level() != Level::token, "values of rollouts or steps are placed on tokens");
  Column out(Level::token, batch.tokens(), values.info(), batch.precision());
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values.valid(i)) continue;
    if (values.level() == Level::rollout) {
      place_rollout(batch, i, values[i], at, out);
    } else {
      place_step(batch, i, values[i], at, out);
    }
  }
  return out;
}

void register_place(OperatorRegistry& registry) {
  registry.add({.name = "shape.place",
                .summary = "put values of rollouts or steps on their last or on every trained token",
                .params = {text_param("channel", nullptr, "channel to read"),
                           text_param("from", "step", "level of that channel", {"rollout", "step"}),
                           text_param("at", "last", "on which tokens", {"last", "every"}),
                           text_param("into", nullptr, "token channel to write")},
                .reads = {"{from}.{channel}"},
                .writes = {"token.{into}"}},
               [](const Params& params) { return std::make_unique<PlaceOperator>(params); });
}

}  // namespace gradus
