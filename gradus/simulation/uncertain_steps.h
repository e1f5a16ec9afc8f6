// uncertain_steps: episodes that pass through states in which the policy is more or less certain, with a
// reward for the outcome alone. Shows how noisy the part of the gradient is that comes from the most
// uncertain steps (EMPG, arXiv 2509.09265).
//
// `states` states, each with its own deviation of logits from 0 to `spread`; an episode has `steps` steps in
// random states and is a success if more than half of its actions are among the first half of the actions.
// The policy is fixed; `batches` batches are drawn.
//
// Arms are paid rollout.outcome and step.entropy and must write token.advantage. Numbers of an arm:
// top_variance, variance over batches of the gradient's part from steps in the top quarter of states by
// entropy, summed over parameters; norm, length of the mean gradient.
//
//   [[simulation]]
//   name = "uncertain_steps"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_uncertain_steps(SimulationRegistry& registry);

}  // namespace gradus
