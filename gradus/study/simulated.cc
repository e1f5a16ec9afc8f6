#include "gradus/study/simulated.h"

#include <algorithm>
#include <optional>

#include "gradus/method/method.h"
#include "gradus/simulation/simulations.h"
#include "gradus/study/catalogue.h"
#include "gradus/study/recipe.h"

namespace gradus {

namespace {

// The operators of an arm: a chain of the method, or its own; some worlds need none.
Recipe operators_of(const Section& section, const Method& method) {
  if (!section.has("chain")) return section.has("operator") ? read_recipe(section) : Recipe{};
  if (section.has("operator")) throw section.error("chain", "an arm has either a chain or operators");
  return filled(method.chain(section.text("chain")), section);
}

Arm read_arm(const Section& section, const Method& method, const Spec& world, const Params& params) {
  Arm arm{section.text("id"), Pipeline(catalogue().operators, params.fill_all(world.writes))};
  for (const RecipeStep& step : operators_of(section, method))
    arm.pipeline.add(step.op, step.params, step.place);
  for (const std::string& column : params.fill_all(world.reads)) {
    if (arm.pipeline.writes(column)) continue;
    throw section.error("operator", "the simulation '" + world.name + "' reads the column '" + column +
                                        "', and no operator of this arm writes it");
  }
  section.done();
  return arm;
}

// One parameter by itself, so that what is wrong with it is said of the setting and not of the recipe.
void check_setting(const Spec& spec, const ParamSpec& param, const WorldSetting& setting) {
  Spec alone;
  alone.name = spec.name;
  alone.params = {param};
  Json given = Json::object();
  given[setting.parameter] = setting.value;
  (void)Params(alone, given, setting.place);
}

SimulationPlan read_plan(const Section& section, const Method& method,
                         const std::vector<WorldSetting>& settings) {
  SimulationPlan plan;
  plan.name = section.text("name");
  Json given = section.rest({"name", "seeds", "baseline", "arm"});
  const Spec& spec = simulations().spec(plan.name, section.place());
  for (const WorldSetting& setting : settings) {
    if (!setting.means(plan.name)) continue;
    for (const ParamSpec& param : spec.params) {
      if (param.name != setting.parameter) continue;
      check_setting(spec, param, setting);
      given[param.name] = setting.value;
    }
  }
  plan.simulation = simulations().make(plan.name, given, section.place());
  const Params params(spec, given, section.place());
  plan.parameters = params.values();
  plan.seeds = static_cast<size_t>(section.integer("seeds", 1, 100000));
  for (const Section& arm : section.sections("arm")) plan.arms.push_back(read_arm(arm, method, spec, params));
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

// Every name under which a parameter of these simulations can be set.
std::vector<std::string> settable(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    for (const ParamSpec& param : simulations().spec(name).params) {
      for (const std::string& world : {std::string("world"), name}) {
        const std::string full = world + "." + param.name;
        if (std::find(out.begin(), out.end(), full) == out.end()) out.push_back(full);
      }
    }
  }
  return out;
}

void check_names(const ClaimedRecipe& recipe, const std::vector<WorldSetting>& settings) {
  std::vector<std::string> names;
  for (const Section& section : recipe.config.root().sections("simulation")) {
    names.push_back(section.text("name"));
    simulations().spec(names.back(), section.place());
  }
  const std::vector<std::string> known = settable(names);
  for (const WorldSetting& setting : settings) {
    const std::string name = setting.world + "." + setting.parameter;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    Error error = Error::input("the simulations of '" + recipe.key + "' have no such parameter");
    error.found(name).hint(suggest(name, known));
    throw setting.place.mark(error, setting.parameter);
  }
}

Json numbers_of(const SimulationPlan& plan, size_t index, uint64_t seed, int threads) {
  const auto numbers = measure(*plan.simulation, plan.arms,
                               {.baseline = plan.baseline,
                                .seeds = plan.seeds,
                                .random = Stream(seed).child("simulation").child(plan.name).child(index),
                                .threads = threads});
  Json out = Json::object();
  for (const auto& [name, estimate] : numbers) out[name] = estimate_json(estimate);
  return out;
}

}  // namespace

std::vector<SimulationPlan> read_simulations(const ClaimedRecipe& recipe,
                                             const std::vector<WorldSetting>& settings) {
  check_names(recipe, settings);
  const Method method = read_method(recipe.config);
  std::vector<SimulationPlan> plans;
  for (const Section& section : recipe.config.root().sections("simulation"))
    plans.push_back(read_plan(section, method, settings));
  return plans;
}

std::vector<Json> run_simulations(const std::vector<SimulationPlan>& plans, uint64_t seed, int threads) {
  std::vector<Json> out;
  for (size_t i = 0; i < plans.size(); ++i) out.push_back(numbers_of(plans[i], i, seed, threads));
  return out;
}

Json joined_numbers(const std::vector<SimulationPlan>& plans, const std::vector<Json>& numbers) {
  Json out = {{"simulations", Json::array()}, {"numbers", Json::object()}};
  for (size_t i = 0; i < plans.size(); ++i) {
    out["simulations"].push_back(plan_json(plans[i]));
    for (const auto& [name, number] : numbers[i].items()) {
      if (out["numbers"].contains(name)) {
        throw Error::input("two simulations of a recipe give a number of the same name")
            .found(name)
            .hint("give their arms different ids");
      }
      out["numbers"][name] = number;
    }
  }
  return out;
}

SimulatedWorlds::SimulatedWorlds(const ClaimedRecipe& recipe, std::vector<WorldSetting> settings,
                                 uint64_t seed, int threads)
    : recipe_(recipe),
      settings_(std::move(settings)),
      seed_(seed),
      threads_(threads),
      plans_(read_simulations(recipe_, settings_)),
      numbers_(run_simulations(plans_, seed_, threads_)) {}

Json SimulatedWorlds::results() const {
  Json out = joined_numbers(plans_, numbers_);
  out["seed"] = seed_;
  out["set"] = text_of(settings_);
  return out;
}

Json SimulatedWorlds::results(const std::vector<WorldSetting>& further) const {
  std::vector<WorldSetting> settings = settings_;
  settings.insert(settings.end(), further.begin(), further.end());
  const std::vector<SimulationPlan> plans = read_simulations(recipe_, settings);
  std::vector<Json> numbers = numbers_;
  for (size_t i = 0; i < plans.size(); ++i) {
    if (plans[i].parameters != plans_[i].parameters) numbers[i] = numbers_of(plans[i], i, seed_, threads_);
  }
  return joined_numbers(plans, numbers);
}

Json sweep_claims(const ClaimedRecipe& recipe, const SimulatedWorlds& worlds) {
  Json out = Json::object();
  const std::optional<Section> declared = recipe.config.root().maybe("sweep");
  if (!declared) return out;
  for (const WorldSetting& range : read_settings(*declared)) {
    const std::string parameter = range.world + "." + range.parameter;
    if (!range.value.is_array() || range.value.empty()) {
      throw declared->error(parameter, "a sweep needs the values to try").expected("a list");
    }
    for (const Json& value : range.value) {
      WorldSetting setting = range;
      setting.value = value;
      for (const ClaimResult& claim : check_claims(recipe, worlds.results({setting}))) {
        Json& parameters = out[claim.id];
        if (parameters.empty() || parameters.back()["parameter"] != parameter) {
          parameters.push_back({{"parameter", parameter}, {"worlds", Json::array()}});
        }
        parameters.back()["worlds"].push_back({{"value", value}, {"holds", claim.holds}});
      }
    }
  }
  return out;
}

}  // namespace gradus
