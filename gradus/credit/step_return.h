// credit.step_return: from step rewards to token advantages.
//
//   form = "sum"   G_k = r_k + gamma * G_{k+1}      return-to-go
//   form = "min"   G_k = min(r_k, G_{k+1})          strict min-form over STEPS (PURE, arXiv 2504.15275)
//   form = "own"   G_k = r_k                        each step answers for itself alone
//
// shape.suffix and then shape.place on every token, in one. Every token of step k gets G_k. Observed steps
// are skipped: they hold no reward and their tokens stay missing, so they are never trained on. A missing
// reward adds nothing to a sum and takes no part in a minimum; a step with no valid reward at or after it
// (form "own": at it) stays missing.
//
//   [[operator]]
//   name = "credit.step_return"
//   channel = "style"
//   form = "sum"
//   into = "process_advantage"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_step_return(OperatorRegistry& registry);

}  // namespace gradus
