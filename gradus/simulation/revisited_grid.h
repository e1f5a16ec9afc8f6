// revisited_grid: walks on a small grid that come back to the same cells, with a reward of 1 at the goal.
// Shows how well token advantages agree with the true advantage of each move, which is known exactly:
// comparing moves made in the same cell (GiGPO, arXiv 2505.10978) against one advantage per walk (GRPO).
//
// A `side` x `side` grid, start and goal in opposite corners, moves in four directions (into a wall: stay),
// a walk ends at the goal or after `horizon` moves. The policy's logits are drawn from N(0, spread), one set
// per cell, with `skill` added to moves towards the goal. True advantage: Q(cell, moves left, move) - V(cell,
// moves left) of that policy, by recursion, discounted by `gamma`.
//
// Arms are paid rollout.outcome (goal reached), step.reward (1 on the move that reaches it) and step.cell,
// and must write token.advantage. Numbers of an arm: correlation, over all moves of `groups` groups.
//
//   [[simulation]]
//   name = "revisited_grid"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_revisited_grid(SimulationRegistry& registry);

}  // namespace gradus
