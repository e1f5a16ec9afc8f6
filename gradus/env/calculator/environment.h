// Environment `calculator`: an agent that answers a chain of one-digit operations with a calculator that can
// fail.
//
//   auto env = environments.make("calculator", {{"failing", 0.5}, {"trivial", 0.2}});
//   prompt    3 + 4 - 2 ?
//   response  CALL 3 4 +  ERR  CALL 3 + 4  =7  CALL 7 - 2  =5  ANS 5      ERR and =d come from observe()
//
// The calculator answers ERR to a malformed call and to a result out of 0..9. A failing call costs nothing
// but tokens: the agent tries again. Demonstrations fail before a share `failing` of the needed calls, and a
// share `trivial` of them holds a call that cannot fail and that nobody needs (0 + 0).
//
// Reward: rollout.outcome (the answer is right); step.call_ok on calls that ran (1: a result, 0: ERR).
// Truth: rollout.correct; step.error_free and step.failed on calls that ran; step.useful on calls with a
// result; step.recovered on failed calls (the next call that ran has a result); rollout.calls;
// rollout.error_free_trace (missing where nothing was called); rollout.grounded (the value of the whole chain
// came from the calculator before the answer; missing without an answer).
#pragma once

#include "gradus/env/environment.h"

namespace gradus {

void register_calculator_environment(EnvironmentRegistry& registry);

}  // namespace gradus
