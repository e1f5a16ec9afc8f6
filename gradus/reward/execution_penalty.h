// reward.execution_penalty: taken off a rollout whose code does not run (ToRL, arXiv 2503.23383; released
// code GAIR-NLP/ToRL at cb78cf1, verl/workers/reward_manager/naive.py:72).
//
//   variant = "paper"      penalty where a call failed, else 0: no code costs nothing
//   variant = "released"   0 only where the rollout made all its `calls` calls and the last of them ran; a
//                          rollout without code is penalised, and so is one that stopped before its last call
//
// Reads step.{calls}: 1 the code ran, 0 it failed, missing on steps that ran nothing. The paper allows one
// call; that one failure among several is enough is inferred. Add the result to the outcome with credit.sum.
//
//   [[operator]]
//   name = "reward.execution_penalty"
//   calls = "call_ok"
//   penalty = -0.5
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_execution_penalty(OperatorRegistry& registry);

}  // namespace gradus
