// shape.transform: a function of every value.
//
//   form = "exp"     x' = exp(rate * x)
//   form = "power"   x' = x ^ rate
//
// What is no finite number (a fractional power of a negative value, an overflow) becomes missing. Decreasing
// weights of EMPG (arXiv 2509.09265) are exp with a negative rate, the contrast of RLFR (arXiv 2510.10201) is
// power.
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
