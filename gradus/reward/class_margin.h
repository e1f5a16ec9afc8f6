// shape.class_margin: how much likelier one of two classes is, from their logits.
//
//   r = p(for) - p(against) = tanh((l_for - l_against) / 2)        softmax over the two, in [-1, 1]
//
// The raw process reward of a two-class process reward model, read at the end of every step (PURE, arXiv
// 2504.15275). Missing where one of the logits is; observed places get none.
//
//   [[operator]]
//   name = "shape.class_margin"
//   for = "logit_correct"
//   against = "logit_incorrect"
//   into = "prm"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_class_margin(OperatorRegistry& registry);

}  // namespace gradus
