// monotone_draws: steps after which nothing is worse than before, and how often they are paid less than
// nothing by the forms of the process reward (Lanser-CLI, proposition 5.2, which says never).
//
// Weights U(0, 1); D_{t-1} from 0 to 5 and D_t from 0 to D_{t-1}; S_t >= S_{t-1}, each safe step with 1/2;
// conf_{t-1} U(0, 1), conf_t uniform from there to 1. No arms: the weights change with every draw, so the
// rewards are those of gradus/lsp/process_reward.h, which the operator reward.edit_steps computes. Numbers:
// published_negative and potential_negative, shares of `draws`.
//
//   [[simulation]]
//   name = "monotone_draws"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_monotone_draws(SimulationRegistry& registry);

}  // namespace gradus
