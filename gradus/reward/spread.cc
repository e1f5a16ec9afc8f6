#include "gradus/reward/spread.h"

#include "gradus/reward/places.h"

namespace gradus {

namespace {

class Spread : public Operator {
 public:
  explicit Spread(const Params& params)
      : from_("rollout." + params.text("channel")),
        into_("step." + params.text("into")),
        last_(params.text("at") != "before_last"),
        earlier_(params.text("at") != "last") {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& from = batch.column(from_);
    Column out(Level::step, batch.steps(), from.info(), batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (!from.valid(r)) continue;
      const std::vector<size_t> steps = trained_places(batch, Level::step, r);
      for (const size_t s : steps) {
        if (s == steps.back() ? last_ : earlier_) out.set(s, from[r]);
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  std::string from_, into_;
  bool last_, earlier_;
};

}  // namespace

void register_spread(OperatorRegistry& registry) {
  registry.add({.name = "shape.spread",
                .summary = "a value of the rollout at its steps",
                .paper = "2509.25598",
                .params = {text_param("channel", "outcome", "rollout channel"),
                           text_param("at", "every", "which steps", {"every", "last", "before_last"}),
                           text_param("into", nullptr, "step channel to write")},
                .reads = {"rollout.{channel}"},
                .writes = {"step.{into}"}},
               [](const Params& params) { return std::make_unique<Spread>(params); });
}

}  // namespace gradus
