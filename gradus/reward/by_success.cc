#include "gradus/reward/by_success.h"

#include "gradus/reward/places.h"
#include "gradus/reward/pool.h"

namespace gradus {

namespace {

constexpr double kSolved = 0.5;  // outcomes above it are solved

class BySuccess : public Operator {
 public:
  explicit BySuccess(const Params& params)
      : label_("step." + params.text("label")),
        outcome_("rollout." + params.text("outcome")),
        into_("step." + params.text("into")),
        failed_share_(params.number("failed_share")) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column label = batch.column(label_);  // its own copy: it may be written
    const Column& outcome = batch.column(outcome_);
    Column out(Level::step, batch.steps(), {.estimates = "correctness"}, batch.precision());
    for (const std::vector<size_t>& members : group_members(batch)) {
      double solved = 0, known = 0;
      for (const size_t r : members) {
        known += outcome.valid(r);
        solved += outcome.valid(r) && outcome[r] > kSolved;
      }
      for (const size_t r : members) {
        if (!outcome.valid(r)) continue;
        for (const size_t s : trained_places(batch, Level::step, r)) {
          if (label.valid(s)) out.set(s, reward(label[s] > kSolved, outcome[r] > kSolved, solved / known));
        }
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  double reward(bool right, bool solved, double success) const {
    if (solved) return right ? 1 : -success;
    return right ? (1 - success) * failed_share_ : -1;
  }

  std::string label_, outcome_, into_;
  double failed_share_;
};

}  // namespace

void register_by_success(OperatorRegistry& registry) {
  registry.add({.name = "shape.by_success",
                .summary = "step labels to rewards that adapt to the success rate of the group (inferred)",
                .paper = "2507.23317 (the composition is inferred)",
                .params = {text_param("label", nullptr, "step channel: above 0.5 is a right step"),
                           text_param("outcome", "outcome", "rollout channel: above 0.5 is solved"),
                           number_param("failed_share", kFailedShare,
                                        "weight of right steps in rollouts that failed", 0, 1),
                           text_param("into", nullptr, "step channel to write")},
                .reads = {"step.{label}", "rollout.{outcome}"},
                .writes = {"step.{into}"},
                .scope = "group"},
               [](const Params& params) { return std::make_unique<BySuccess>(params); });
}

}  // namespace gradus
