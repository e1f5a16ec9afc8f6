// calculator_calls: a digit task that a calculator solves, for a policy that writes no code, short code, or
// long code (ToRL, arXiv 2503.23383). Shows what a penalty on code that does not run changes, and for whom.
//
// Short code runs with probability 0.95 and then answers rightly with 0.88; long code runs with 0.80 and is
// then always right; without code, or after code that failed, the answer is right with 0.30. So by the answer
// alone long code is a little better, by running short code is. Short code has 10 tokens, long code 40. The
// world is ours.
//
// Arms are paid rollout.outcome (1 right, -1 wrong) and step.call_ok (1 ran, 0 failed, missing elsewhere),
// and must write rollout.reward and token.advantage. Numbers of an arm, of `evaluations` episodes of the
// final policy: accuracy; code_tokens, mean length of what code there is (0: none); code_share; and of a
// policy that never writes code: no_code_reward, its mean reward.
//
//   [[simulation]]
//   name = "calculator_calls"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_calculator_calls(SimulationRegistry& registry);

}  // namespace gradus
