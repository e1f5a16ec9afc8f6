#include "gradus/simulation/simulations.h"

#include "gradus/simulation/filler_corridor.h"

namespace gradus {

const SimulationRegistry& simulations() {
  static const SimulationRegistry all = [] {
    SimulationRegistry registry{"simulation"};
    register_filler_corridor(registry);
    return registry;
  }();
  return all;
}

}  // namespace gradus
