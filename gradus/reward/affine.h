// shape.affine: r' = scale * r + shift on a step channel. Turns "1 for a good step" into "-1 for a bad one"
// (scale 1, shift -1), which penalises without paying for more steps. Missing values stay missing.
//
//   [[operator]]
//   name = "shape.affine"
//   channel = "call_ok"
//   shift = -1.0
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_affine(OperatorRegistry& registry);

}  // namespace gradus
