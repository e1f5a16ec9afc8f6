// shape.shift: the value of a later step (or token) of the same rollout.
//
//   x'_k = x_{k+by}        missing where there is none; a negative `by` looks back
//
// Steps are counted without the observed ones, tokens without theirs. With by = 1 it is the look-ahead of
// EMPG's bonus for a confident next step (arXiv 2509.09265).
//
//   [[operator]]
//   name = "shape.shift"
//   channel = "confidence"
//   into = "next_confidence"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_shift(OperatorRegistry& registry);

}  // namespace gradus
