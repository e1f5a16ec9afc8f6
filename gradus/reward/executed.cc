#include "gradus/reward/executed.h"

namespace gradus {

namespace {

class Executed : public Operator {
 public:
  explicit Executed(const Params& params)
      : phrase_(params.text("phrase")), into_("step." + params.text("into")) {
    if (phrase_.empty()) {
      throw Error::input("reward.executed needs the phrase of a refusal").field("phrase").found("\"\"");
    }
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column out(Level::step, batch.steps(), {.estimates = "validity", .evaluator = "reward.executed"},
               batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        if (batch.kind(s) == StepKind::act) out.set(s, refused(batch, r, s) ? 0.0 : 1.0);
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  bool refused(const RolloutBatch& batch, size_t rollout, size_t step) const {
    for (size_t s = step + 1; s < batch.step_end(rollout) && batch.kind(s) == StepKind::observe; ++s) {
      if (batch.text(s).find(phrase_) != std::string::npos) return true;
    }
    return false;
  }

  std::string phrase_, into_;
};

}  // namespace

void register_executed(OperatorRegistry& registry) {
  registry.add({.name = "reward.executed",
                .summary = "1 for an action that the environment carried out, 0 where it refused",
                .paper = "2505.20732",
                .params = {text_param("phrase", "Nothing happens", "what an observation says of a refusal"),
                           text_param("into", "executed", "step channel to write")},
                .reads = {},
                .writes = {"step.{into}"},
                .texts = true,
                .evaluator = "reward.executed",
                .components = {"phrase"}},
               [](const Params& params) { return std::make_unique<Executed>(params); });
}

}  // namespace gradus
