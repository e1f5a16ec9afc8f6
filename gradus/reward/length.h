// shape.length: how long a rollout or a step is, as a channel.
//
//   unit = "tokens"   its tokens; observed ones count only with observed = true
//   unit = "steps"    (of a rollout) its steps, the observed ones likewise
//
// What length penalties are made of. The soft overlong punishment of DAPO (arXiv 2503.14476), with at most
// max tokens, a buffer and a factor, is min((max - buffer - length) / buffer * factor, 0): shape.length,
// shape.affine (shift = buffer - max), shape.clip (low = 0), shape.affine (scale = -factor / buffer),
// credit.sum with the outcome. Steps per rollout tell whether a reward per step is being farmed.
//
//   [[operator]]
//   name = "shape.length"
//   into = "length"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_length(OperatorRegistry& registry);

}  // namespace gradus
