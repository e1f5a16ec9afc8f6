#include "gradus/reward/class_margin.h"

#include <cmath>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

class ClassMargin : public Operator {
 public:
  explicit ClassMargin(const Params& params)
      : for_(params.text("level") + "." + params.text("for")),
        against_(params.text("level") + "." + params.text("against")),
        into_(params.text("level") + "." + params.text("into")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column &favoured = batch.column(for_), &against = batch.column(against_);
    Column out(favoured.level(), favoured.size(), favoured.info(), batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for_each_trained_span(batch, out.level(), r, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          if (favoured.valid(i) && against.valid(i)) out.set(i, std::tanh((favoured[i] - against[i]) / 2));
        }
      });
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string for_, against_, into_;
};

}  // namespace

void register_class_margin(OperatorRegistry& registry) {
  registry.add({.name = "shape.class_margin",
                .summary = "probability of one class minus that of the other, from two logits",
                .paper = "2504.15275",
                .params = {text_param("for", nullptr, "channel of the favoured class's logits"),
                           text_param("against", nullptr, "channel of the other class's logits"),
                           level_param("step"), text_param("into", nullptr, "channel to write")},
                .reads = {"{level}.{for}", "{level}.{against}"},
                .writes = {"{level}.{into}"}},
               [](const Params& params) { return std::make_unique<ClassMargin>(params); });
}

}  // namespace gradus
