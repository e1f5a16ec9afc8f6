#include "gradus/reward/edit_steps.h"

#include "gradus/lsp/process_reward.h"
#include "gradus/reward/places.h"

namespace gradus {

namespace {

std::optional<double> value_at(const Column* column, size_t i) {
  return column && column->valid(i) ? std::optional((*column)[i]) : std::nullopt;
}

// step.fatal: 1 where the step made such an error, and 0.5 where one of an earlier step is still there.
constexpr double kMade = 0.75, kStays = 0.25;

class EditSteps : public Operator {
 public:
  explicit EditSteps(const Params& params)
      : suppressions_(params.text("suppressions")),
        fatal_(params.text("fatal")),
        start_(params.text("start")),
        into_("step." + params.text("into")) {
    plan_.form = reward_form_from_name(params.text("form"));
    plan_.diagnostics = params.number("alpha");
    plan_.safety = params.number("beta");
    plan_.ambiguity = params.number("gamma");
    plan_.gamma = params.number("discount");
    if (params.text("read_only") == "unsafe") plan_.read_only = RewardPlan::ReadOnly::unsafe;
    if (params.text("last") == "zero") plan_.last = RewardPlan::Last::zero;
  }

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    const Column& diagnostics = batch.column("step.diagnostics");
    const Column& safe = batch.column("step.safe");
    const Column& confidence = batch.column("step.confidence");
    const Column* const suppressions = optional(batch, "step.", suppressions_);
    const Column* const fatal = optional(batch, "step.", fatal_);
    const Column* const start = optional(batch, "rollout.", start_);
    Column out(Level::step, batch.steps(), {.estimates = "progress", .evaluator = "language_server"},
               batch.precision());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      RewardPlan plan = plan_;
      if (const auto before = value_at(start, r)) plan.start = StepFacts{.diagnostics = before};
      const std::vector<size_t> places = trained_places(batch, Level::step, r);
      std::vector<StepFacts> steps;
      for (const size_t i : places) {
        const auto edit = value_at(&safe, i);
        const double hides = value_at(fatal, i).value_or(0);
        const bool made = hides > kMade;
        steps.push_back({.diagnostics = value_at(&diagnostics, i),
                         .safe = edit ? std::optional(*edit > 0.5) : std::nullopt,
                         .confidence = value_at(&confidence, i),
                         .suppressions = value_at(suppressions, i).value_or(0),
                         .fatal = made,
                         .fatal_stays = hides - (made ? 1 : 0) > kStays});
      }
      const std::vector<StepReward> rewards = process_rewards(steps, plan);
      for (size_t n = 0; n < places.size(); ++n) {
        if (rewards[n].reward) out.set(places[n], *rewards[n].reward);
      }
    }
    batch.put_column(into_, std::move(out));
  }

 private:
  static const Column* optional(const RolloutBatch& batch, const char* level, const std::string& name) {
    return name.empty() ? nullptr : &batch.column(level + name);
  }

  RewardPlan plan_;
  std::string suppressions_, fatal_, start_, into_;
};

}  // namespace

void register_edit_steps(OperatorRegistry& registry) {
  registry.add(
      {.name = "reward.edit_steps",
       .summary = "process reward of edits from the facts of a language server (pr-v1 and its mended forms)",
       .paper = "Lanser-CLI, equation 5.1",
       .params =
           {text_param("form", "pr-v1-potential", "which reward", reward_form_names()),
            number_param("alpha", 0.5, "weight of diagnostics", 0, 1000),
            number_param("beta", 0.4, "weight of safety", 0, 1000),
            number_param("gamma", 0.1, "weight of ambiguity", 0, 1000),
            number_param("discount", 1.0, "of the later potential (pr-v1-potential)", 0, 1),
            text_param("read_only", "left_out", "what S counts as where a step edits nothing",
                       {"left_out", "unsafe"}),
            text_param("last", "own", "what the potential of the last step counts as (pr-v1-potential)",
                       {"own", "zero"}),
            text_param("suppressions", "", "step channel: suppression comments; empty: none"),
            text_param(
                "fatal", "",
                "step channel: 1 where the step made an error that hides others, 0.5 more where one that "
                "an earlier step made stays; empty: none"),
            text_param("start", "", "rollout channel: diagnostics before the first step; empty: none"),
            text_param("into", "edit_reward", "step channel to write")},
       .reads = {"step.diagnostics", "step.safe", "step.confidence", "step.{suppressions}", "step.{fatal}",
                 "rollout.{start}"},
       .writes = {"step.{into}"},
       .evaluator = "language_server",
       .components = {"language_server"}},
      [](const Params& params) { return std::make_unique<EditSteps>(params); });
}

}  // namespace gradus
