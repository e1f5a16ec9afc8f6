// calculator_calls: tasks that a calculator solves, for a policy that may write any number of lines of code
// (ToRL, arXiv 2503.23383). What a penalty on code that does not run changes, and for whom.
//
// A kind of task needs 1 to 3 operations; the policy has logits for each of `kinds` kinds. An episode writes
// 0 to 6 lines. The first lines do one operation each, right with probability `exact`; every line beyond the
// operations checks one of them and makes it right. Each line fails with probability `slip`, and then nothing
// ran: all operations are done in the head, as those are for which there was no line, each right with
// probability `head`. The answer is right if every operation is. Of every kind head is drawn from +-0.2 about
// `head` and slip from 0 to 2 `slip`, anew for every seed. So one more line is worth it or not, by the answer
// and by the penalty, and not by construction. A line has 10 tokens. The world is ours.
//
// Arms are paid rollout.outcome (1 right, -1 wrong) and step.call_ok (1 ran, 0 failed, missing elsewhere),
// and must write rollout.reward and token.advantage. Numbers of an arm, of `evaluations` episodes of the
// final policy: accuracy; code_tokens, mean length of what code there is (0: none); code_share; failed_share,
// of code; and of a policy that never writes code: no_code_reward, its mean reward.
//
//   [[simulation]]
//   name = "calculator_calls"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_calculator_calls(SimulationRegistry& registry);

}  // namespace gradus
