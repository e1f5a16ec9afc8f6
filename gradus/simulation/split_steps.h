// split_steps: the same judged texts cut into steps twice: as they are, and with every step cut in two of the
// same label. Shows how far credit depends on the segmentation; merging neighbours of one label to thoughts
// (TP-GRPO, arXiv 2507.23317) makes it independent.
//
// Arms are paid step.correct (0 or 1) and rollout.outcome and must write token.advantage. Numbers of an arm:
// change, the largest change of a token's advantage by the cut; factor, sum of |advantage| after the cut over
// that before.
//
//   [[simulation]]
//   name = "split_steps"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_split_steps(SimulationRegistry& registry);

}  // namespace gradus
