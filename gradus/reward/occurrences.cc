#include "gradus/reward/occurrences.h"

#include <string_view>
#include <unordered_map>

namespace gradus {

namespace {

class Occurrences : public Operator {
 public:
  explicit Occurrences(const Params& params)
      : into_("step." + params.text("into")), observation_(params.text("of") == "observation") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column out(Level::step, batch.steps(), {.estimates = "count", .evaluator = "occurrences"},
               batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      std::unordered_map<std::string_view, size_t> seen;
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        if (batch.kind(s) == StepKind::observe) continue;
        const size_t from = observation_ ? s + 1 : s;
        const bool there =
            from < batch.step_end(r) && (batch.kind(from) == StepKind::observe) == observation_;
        if (there) out.set(s, static_cast<double>(++seen[batch.text(from)]));
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string into_;
  bool observation_;
};

}  // namespace

void register_occurrences(OperatorRegistry& registry) {
  registry.add(
      {.name = "shape.occurrences",
       .summary = "how often the text of a step came up in its rollout so far",
       .paper = "2410.23022",
       .params = {text_param("of", "own", "whose text: the step's own, or the observation's after it",
                             {"own", "observation"}),
                  text_param("into", "occurrences", "step channel to write")},
       .writes = {"step.{into}"},
       .texts = true,
       .evaluator = "occurrences",
       .components = {"occurrences"}},
      [](const Params& params) { return std::make_unique<Occurrences>(params); });
}

}  // namespace gradus
