#include "gradus/reward/aggregate.h"

#include <algorithm>
#include <numeric>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

double reduce(const std::string& form, const std::vector<double>& values) {
  if (form == "min") return *std::min_element(values.begin(), values.end());
  if (form == "max") return *std::max_element(values.begin(), values.end());
  if (form == "first") return values.front();
  if (form == "last") return values.back();
  if (form == "product") return std::accumulate(values.begin(), values.end(), 1.0, std::multiplies<>());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return form == "mean" ? sum / static_cast<double>(values.size()) : sum;
}

class Aggregate : public Operator {
 public:
  explicit Aggregate(const Params& params)
      : from_(params.text("level") + "." + params.text("channel")),
        into_(params.text("to") + "." + params.text("into")),
        to_(level_from_name(params.text("to"))),
        form_(params.text("form")) {
    if (to_ == Level::step && params.text("level") == "step") {
      throw Error::input("the values of steps are not finer than steps").field("to").expected("rollout");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& source = batch.column(from_);
    Column out(to_, batch.size(to_), source.info(), batch.precision());
    std::vector<double> values;
    const auto reduced = [&](size_t i) {
      if (!values.empty()) out.set(i, reduce(form_, values));
      values.clear();
    };
    const auto take = [&](size_t begin, size_t end) {
      for (size_t k = begin; k < end; ++k) {
        if (source.valid(k)) values.push_back(source[k]);
      }
    };
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for (size_t s = batch.step_begin(r); to_ == Level::step && s < batch.step_end(r); ++s) {
        if (batch.kind(s) == StepKind::observe) continue;
        take(batch.token_begin(s), batch.token_end(s));
        reduced(s);
      }
      if (to_ == Level::step) continue;
      for_each_trained_span(batch, source.level(), r, take);
      reduced(r);
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string from_, into_;
  Level to_;
  std::string form_;
};

}  // namespace

void register_aggregate(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.aggregate",
       .summary = "one number per rollout or step from a finer channel",
       .paper = "2305.20050 (product, min), 2312.08935 (min)",
       .params = {text_param("channel", nullptr, "channel to aggregate"),
                  text_param("level", "step", "level of the channel", {"step", "token"}),
                  text_param("form", "sum", "how", {"sum", "mean", "min", "max", "product", "first", "last"}),
                  text_param("to", "rollout", "level to write", {"rollout", "step"}),
                  text_param("into", nullptr, "channel to write")},
       .reads = {"{level}.{channel}"},
       .writes = {"{to}.{into}"}},
      [](const Params& params) { return std::make_unique<Aggregate>(params); });
}

}  // namespace gradus
