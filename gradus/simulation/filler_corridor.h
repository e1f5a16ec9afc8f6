// filler_corridor: a world in which a step that does nothing looks best to the process reward model (PURE,
// arXiv 2504.15275: credit summed over steps is exploited, credit by the worst step to come is not).
//
// At each of `positions` positions the policy takes one of solve, filler, wrong, answer; at the last it must
// answer, and an answer ends the episode. It is correct with at least two solves and nothing wrong. The model
// scores solve 0.6, filler 0.9, wrong -0.8, a correct answer 0.8, another -0.9, plus N(0, 0.1), clipped to
// [-1, 1]. One logit vector per position. The world is ours: filler is the exploitable step.
//
// Arms are paid step.prm and rollout.outcome and must write token.advantage. Numbers of an arm, from
// `evaluations` episodes of the final policy: accuracy; filler_share (of all its steps); steps (per episode).
//
//   [[simulation]]
//   name = "filler_corridor"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_filler_corridor(SimulationRegistry& registry);

}  // namespace gradus
