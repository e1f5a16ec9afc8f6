// Every simulation, in one explicit list.
//
//   auto world = simulations().make("filler_corridor", Json::object());
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

const SimulationRegistry& simulations();

}  // namespace gradus
