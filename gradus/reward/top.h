// shape.top: the k most extreme values of every rollout; the others become 0.
//
//   sides = "high"   the k largest
//   sides = "both"   the k/2 largest and the k/2 smallest (rounded down: 7 and 7 for k = 15)
//
// A rollout with fewer than k values that are not 0 is left as it is, as in RLFR (arXiv 2510.10201: k = 15,
// after a threshold has zeroed most). Of equal values the earlier one is kept.
//
//   [[operator]]
//   name = "shape.top"
//   channel = "deviation"
//   k = 15
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_top(OperatorRegistry& registry);

}  // namespace gradus
