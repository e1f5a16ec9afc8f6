#include "gradus/simulation/monotone_draws.h"

#include "gradus/lsp/process_reward.h"

namespace gradus {

namespace {

class MonotoneDraws : public Simulation {
 public:
  explicit MonotoneDraws(const Params& params) : draws_(static_cast<size_t>(params.integer("draws"))) {}

  Numbers draw(const std::vector<Arm>&, const Stream& random) const override {
    double published = 0, potential = 0;
    for (size_t i = 0; i < draws_; ++i) {
      Stream stream = random.child(i);
      RewardPlan plan;
      const StepFacts step = one(stream, plan);
      published += negative(step, plan);
      plan.form = RewardForm::potential;
      potential += negative(step, plan);
    }
    const auto count = static_cast<double>(draws_);
    return {{"published_negative", published / count}, {"potential_negative", potential / count}};
  }

 private:
  static StepFacts one(Stream& random, RewardPlan& plan) {
    plan.diagnostics = random.uniform();
    plan.safety = random.uniform();
    plan.ambiguity = random.uniform();
    const uint64_t before = random.below(6), after = random.below(before + 1);
    const bool safe_before = random.chance(0.5), safe = safe_before || random.chance(0.5);
    const double sure_before = random.uniform(), sure = sure_before + random.uniform() * (1 - sure_before);
    plan.start =
        StepFacts{.diagnostics = static_cast<double>(before), .safe = safe_before, .confidence = sure_before};
    return {.diagnostics = static_cast<double>(after), .safe = safe, .confidence = sure};
  }

  static double negative(const StepFacts& step, const RewardPlan& plan) {
    return process_rewards({&step, 1}, plan)[0].reward.value() < 0 ? 1 : 0;
  }

  size_t draws_;
};

}  // namespace

void register_monotone_draws(SimulationRegistry& registry) {
  registry.add({.name = "monotone_draws",
                .summary = "how often a step that makes nothing worse is paid less than nothing",
                .paper = "Lanser-CLI, proposition 5.2",
                .params = {integer_param("draws", 20000, "draws of a seed", 1, 10000000)},
                .reads = {},
                .writes = {}},
               [](const Params& params) { return std::make_unique<MonotoneDraws>(params); });
}

}  // namespace gradus
