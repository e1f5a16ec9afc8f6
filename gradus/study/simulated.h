// The simulations of a claimed recipe: read and checked, then run.
//
//   [[simulation]]
//   name = "filler_corridor"     # gradus/simulation; other keys are its parameters
//   seeds = 10
//   baseline = "sum"             # the arm that others are compared with; left out where there is none
//     [[simulation.arm]]
//     id = "min"
//     chain = "credit"           # of the method (gradus/method/chain.h), with some of its parameters
//     with.temperature = 0.5
//     [[simulation.arm]]
//     id = "sum"
//       [[simulation.arm.operator]]
//       name = "shape.suffix"
//       ...
//
// An arm may have no operators where the simulation takes nothing from them that it does not itself bring.
// Numbers of all simulations of a recipe share one table, so their names must differ. Beside them a recipe
// declares over which worlds its claims are tried, one parameter at a time:
//
//   [sweep]
//   world.noise = [0.5, 1.0, 2.0]
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/simulation/simulation.h"
#include "gradus/study/claims.h"

namespace gradus {

struct SimulationPlan {
  std::string name, baseline;
  Json parameters;  // all of them
  size_t seeds = 0;
  std::shared_ptr<const Simulation> simulation;
  std::vector<Arm> arms;
};

// The recipe's simulations with some parameters set (gradus/study/world_setting.h). A setting that no
// simulation takes is refused.
std::vector<SimulationPlan> read_simulations(const ClaimedRecipe& recipe,
                                             const std::vector<WorldSetting>& settings = {});

// The numbers of each plan, and all of them as one document: {"simulations": [{name, parameters, seeds,
// baseline, arms: [{id, recipe}]}], "numbers": {NAME: {value, low, high, min, max, seeds}}}.
std::vector<Json> run_simulations(const std::vector<SimulationPlan>& plans, uint64_t seed, int threads);
Json joined_numbers(const std::vector<SimulationPlan>& plans, const std::vector<Json>& numbers);

// A recipe's simulations in one world after another. Seeds are the same in all; a simulation that a setting
// does not touch is not run again.
//
//   const SimulatedWorlds worlds(recipe, {}, 1, 2);
//   worlds.results();                                     // the recipe's own world
//   worlds.results({parse_setting("world.noise=2")});
class SimulatedWorlds {
 public:
  SimulatedWorlds(const ClaimedRecipe& recipe, std::vector<WorldSetting> settings, uint64_t seed,
                  int threads);

  // joined_numbers() with "seed" and "set": what check_claims() reads.
  Json results() const;
  Json results(const std::vector<WorldSetting>& further) const;

 private:
  ClaimedRecipe recipe_;
  std::vector<WorldSetting> settings_;
  uint64_t seed_;
  int threads_;
  std::vector<SimulationPlan> plans_;
  std::vector<Json> numbers_;  // of each plan
};

// Every claim over the worlds that the recipe declares: {CLAIM: [{"parameter": "world.noise", "worlds":
// [{"value", "holds"}]}]}.
Json sweep_claims(const ClaimedRecipe& recipe, const SimulatedWorlds& worlds);

}  // namespace gradus
