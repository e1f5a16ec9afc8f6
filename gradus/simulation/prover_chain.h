// prover_chain: a chain of subgoals, enumerated, in which a step is paid by the progress that another policy
// (the prover) would make of it (PAV, arXiv 2410.08146).
//
// From subgoal 0 to `length` within `horizon` steps: one action goes on, one stays, one falls back. The
// policy has a logit per (time, subgoal, action), N(0, spread), with `bias` taken off the action that goes
// on: it is weak. Its values V(state) are exact; an arm makes of them the values of its prover.
//
// Arms are paid rollout.outcome, step.value (V after the step) and rollout.start_value; they must write
// step.value (in place: the progress of the step under the prover) and token.advantage. All trajectories with
// their probabilities; numbers of an arm:
//
//   cosine        between the expected policy gradient of its advantages and that of the outcome alone
//   improvement   of the success rate after one step of natural policy gradient,
//                 x_sa += rate * E[advantage | s, a]
//   predicted     E_s Var_a(A) + E_s E_a (A * A_pi), A the progress: distinguishability and alignment
//
// and over all arms: rank_correlation of improvement and predicted; peak_inside, 1 where the largest
// improvement is neither that of the first nor of the last arm.
//
//   [[simulation]]
//   name = "prover_chain"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_prover_chain(SimulationRegistry& registry);

}  // namespace gradus
