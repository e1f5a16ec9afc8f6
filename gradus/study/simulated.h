// The simulations of a claimed recipe: read and checked, then run.
//
//   [[simulation]]
//   name = "filler_corridor"     # gradus/simulation; other keys are its parameters
//   seeds = 10
//   baseline = "sum"             # the arm that others are compared with; left out where there is none
//     [[simulation.arm]]
//     id = "sum"
//       [[simulation.arm.operator]]
//       name = "shape.suffix"
//       ...
//
// An arm may have no operators where the simulation takes nothing from them that it does not itself bring.
// Numbers of all simulations of a recipe share one table, so their names must differ.
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

std::vector<SimulationPlan> read_simulations(const ClaimedRecipe& recipe);

// {"seed", "simulations": [{name, parameters, seeds, baseline, arms: [{id, recipe}]}],
//  "numbers": {NAME: {value, low, high, min, max, seeds}}}: what check_claims() reads.
Json run_simulations(const std::vector<SimulationPlan>& plans, uint64_t seed, int threads);

}  // namespace gradus
