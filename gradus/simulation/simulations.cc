#include "gradus/simulation/simulations.h"

#include "gradus/simulation/answer_lengths.h"
#include "gradus/simulation/belief_turns.h"
#include "gradus/simulation/filler_corridor.h"
#include "gradus/simulation/outcome_groups.h"
#include "gradus/simulation/revisited_grid.h"
#include "gradus/simulation/score_norms.h"
#include "gradus/simulation/shaped_process.h"
#include "gradus/simulation/uncertain_steps.h"

namespace gradus {

const SimulationRegistry& simulations() {
  static const SimulationRegistry all = [] {
    SimulationRegistry registry{"simulation"};
    register_answer_lengths(registry);
    register_belief_turns(registry);
    register_filler_corridor(registry);
    register_outcome_groups(registry);
    register_revisited_grid(registry);
    register_score_norms(registry);
    register_shaped_process(registry);
    register_uncertain_steps(registry);
    return registry;
  }();
  return all;
}

}  // namespace gradus
