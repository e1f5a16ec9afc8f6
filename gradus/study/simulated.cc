#include "gradus/study/simulated.h"

#include <algorithm>

#include "gradus/simulation/simulations.h"
#include "gradus/study/catalogue.h"
#include "gradus/study/recipe.h"

namespace gradus {

namespace {

Arm read_arm(const Section& section, const Spec& world, const Params& params) {
  Arm arm{section.text("id"), Pipeline(catalogue().operators, params.fill_all(world.writes))};
  if (section.has("operator")) {
    for (const RecipeStep& step : read_recipe(section)) arm.pipeline.add(step.op, step.params, step.place);
  }
  for (const std::string& column : params.fill_all(world.reads)) {
    if (arm.pipeline.writes(column)) continue;
    throw section.error("operator", "the simulation '" + world.name + "' reads the column '" + column +
                                        "', and no operator of this arm writes it");
  }
  section.done();
  return arm;
}

SimulationPlan read_plan(const Section& section) {
  SimulationPlan plan;
  plan.name = section.text("name");
  const Json given = section.rest({"name", "seeds", "baseline", "arm"});
  const Spec& spec = simulations().spec(plan.name, section.place());
  plan.simulation = simulations().make(plan.name, given, section.place());
  const Params params(spec, given, section.place());
  plan.parameters = params.values();
  plan.seeds = static_cast<size_t>(section.integer("seeds", 1, 100000));
  for (const Section& arm : section.sections("arm")) plan.arms.push_back(read_arm(arm, spec, params));
  plan.baseline = section.text("baseline", "");
  const auto is_baseline = [&](const Arm& arm) { return arm.id == plan.baseline; };
  if (!plan.baseline.empty() && std::none_of(plan.arms.begin(), plan.arms.end(), is_baseline)) {
    throw section.error("baseline", "the simulation has no such arm").found(plan.baseline);
  }
  section.done();
  return plan;
}

Json estimate_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high},
          {"min", estimate.min},     {"max", estimate.max}, {"seeds", estimate.seeds}};
}

Json plan_json(const SimulationPlan& plan) {
  Json arms = Json::array();
  for (const Arm& arm : plan.arms) arms.push_back({{"id", arm.id}, {"recipe", arm.pipeline.text()}});
  return {{"name", plan.name},
          {"parameters", plan.parameters},
          {"seeds", plan.seeds},
          {"baseline", plan.baseline},
          {"arms", arms}};
}

}  // namespace

std::vector<SimulationPlan> read_simulations(const ClaimedRecipe& recipe) {
  std::vector<SimulationPlan> plans;
  for (const Section& section : recipe.config.root().sections("simulation"))
    plans.push_back(read_plan(section));
  return plans;
}

Json run_simulations(const std::vector<SimulationPlan>& plans, uint64_t seed, int threads) {
  Json out = {{"seed", seed}, {"simulations", Json::array()}, {"numbers", Json::object()}};
  for (size_t i = 0; i < plans.size(); ++i) {
    const SimulationPlan& plan = plans[i];
    out["simulations"].push_back(plan_json(plan));
    const auto numbers = measure(*plan.simulation, plan.arms,
                                 {.baseline = plan.baseline,
                                  .seeds = plan.seeds,
                                  .random = Stream(seed).child("simulation").child(plan.name).child(i),
                                  .threads = threads});
    for (const auto& [name, estimate] : numbers) {
      if (out["numbers"].contains(name)) {
        throw Error::input("two simulations of a recipe give a number of the same name")
            .found(name)
            .hint("give their arms different ids");
      }
      out["numbers"][name] = estimate_json(estimate);
    }
  }
  return out;
}

}  // namespace gradus
