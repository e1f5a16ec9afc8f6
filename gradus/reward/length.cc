#include "gradus/reward/length.h"

namespace gradus {

namespace {

class Length : public Operator {
 public:
  explicit Length(const Params& params)
      : into_(params.text("level") + "." + params.text("into")),
        steps_(params.text("unit") == "steps"),
        observed_(params.flag("observed")) {
    if (steps_ && params.text("level") == "step") {
      throw Error::input("a step has no number of steps").field("unit").found("steps").expected("tokens");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column& out = batch.add_column(into_, {.estimates = "length", .evaluator = "length"});
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      size_t total = 0;
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        const bool seen = batch.kind(s) == StepKind::observe;
        if (seen && !observed_) continue;
        const size_t length = steps_ ? 1 : batch.token_end(s) - batch.token_begin(s);
        total += length;
        if (out.level() == Level::step && !seen) out.set(s, static_cast<double>(length));
      }
      if (out.level() == Level::rollout) out.set(r, static_cast<double>(total));
    }
  }

 private:
  std::string into_;
  bool steps_, observed_;
};

}  // namespace

void register_length(OperatorRegistry& registry) {
  registry.add({.name = "shape.length",
                .summary = "tokens of a rollout or step, or steps of a rollout",
                .paper = "2503.14476",
                .params = {text_param("level", "rollout", "what is measured", {"rollout", "step"}),
                           text_param("unit", "tokens", "what is counted", {"tokens", "steps"}),
                           flag_param("observed", false, "count observed steps of a rollout too"),
                           text_param("into", "length", "channel to write")},
                .writes = {"{level}.{into}"},
                .evaluator = "length",
                .components = {"length"}},
               [](const Params& params) { return std::make_unique<Length>(params); });
}

}  // namespace gradus
