#include "gradus/reward/place.h"

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

PlaceAt place_from_name(const std::string& name) {
  return name == "last" ? PlaceAt::last : name == "every" ? PlaceAt::every : PlaceAt::but_last;
}

// The trained tokens below value i.
template <class Fn>
void for_each_run(const RolloutBatch& batch, Level from, size_t i, Fn&& fn) {
  if (from == Level::rollout) return for_each_trained_span(batch, i, fn);
  for_each_trained_run(batch, i, fn);
}

class PlaceOperator : public Operator {
 public:
  explicit PlaceOperator(const Params& params)
      : from_(params.text("from") + "." + params.text("channel")),
        into_("token." + params.text("into")),
        at_(place_from_name(params.text("at"))) {}

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
    const double value = values[i];
    size_t last = 0, count = 0;
    for_each_run(batch, values.level(), i, [&](size_t begin, size_t end) {
      last = end - 1;
      count += end - begin;
      if (at != PlaceAt::last) out.set_range(begin, end, value);
    });
    if (count == 0) continue;
    if (at == PlaceAt::last) out.set(last, value);
    if (at == PlaceAt::but_last) out.clear(last);
  }
  return out;
}

void register_place(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.place",
       .summary = "put values of rollouts or steps on their trained tokens: the last, all, or all but it",
       .params = {text_param("channel", nullptr, "channel to read"),
                  text_param("from", "step", "level of that channel", {"rollout", "step"}),
                  text_param("at", "last", "on which tokens", {"last", "every", "but_last"}),
                  text_param("into", nullptr, "token channel to write")},
       .reads = {"{from}.{channel}"},
       .writes = {"token.{into}"}},
      [](const Params& params) { return std::make_unique<PlaceOperator>(params); });
}

}  // namespace gradus
