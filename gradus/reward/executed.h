// reward.executed: did the environment carry an action out?
//
//   g_k = 0 where what is observed after the action holds the phrase of a refusal, else 1
//
// For every step of kind act, read from the texts of the observed steps that follow it directly; an action
// that nothing is observed after counts as carried out. The grounding bonus of SPA-RL (arXiv 2505.20732);
// "Nothing happens" is what ALFWorld says. Phrases are compared byte by byte.
//
//   [[operator]]
//   name = "reward.executed"
//   phrase = "Nothing happens"
//   into = "executed"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_executed(OperatorRegistry& registry);

}  // namespace gradus
