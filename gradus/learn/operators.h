// Every operator that works on columns alone, in one explicit list (no static registration, so nothing
// depends on link order). Those that need a tool (a compiler, a linter) are added by
// gradus/study/catalogue.h.
//
//   operators().make("credit.grpo", {{"channel", "outcome"}})->apply(batch, {});
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_operators(OperatorRegistry& registry);
const OperatorRegistry& operators();

}  // namespace gradus
