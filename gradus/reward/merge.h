// shape.merge: neighbouring steps with the same label count as one ("thoughts" of TP-GRPO, arXiv 2507.23317).
//
//   A run is a maximal stretch of steps with one label. Its value is the mean (sum, minimum, maximum, last)
//   of the channel over its steps, and stands at every step of the run (at = "every") or at its last one
//   alone (at = "last", so that a sum over steps counts every run once).
//
// Splitting a step in two steps of the same label changes nothing for its tokens: how finely a text is cut no
// longer decides what it is paid. Observed steps are passed over and do not end a run; a step without a label
// stands alone. A run without any value stays missing.
//
//   [[operator]]
//   name = "shape.merge"
//   channel = "thought_reward"
//   label = "correct"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_merge(OperatorRegistry& registry);

}  // namespace gradus
