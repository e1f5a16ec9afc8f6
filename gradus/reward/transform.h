// shape.transform: a function of every value.
//
//   form = "exp"     x' = exp(rate * x)
//   form = "power"   x' = x ^ rate
//
// What is undefined (a fractional power of a negative value, 1 / 0) becomes missing; a result that is too
// large for its column is an error. Decreasing weights of EMPG (arXiv 2509.09265) are exp with a negative
// rate, the contrast of RLFR (arXiv 2510.10201) is power.
//
//   [[operator]]
//   name = "shape.transform"
//   channel = "relative_entropy"
//   rate = -1.0
//   into = "confidence"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_transform(OperatorRegistry& registry);

}  // namespace gradus
