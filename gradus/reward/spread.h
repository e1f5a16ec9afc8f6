// shape.spread: a value of the rollout at its steps.
//
//   at = "every"         every step
//   at = "last"          the last step
//   at = "before_last"   every step but the last; none where there is only one
//
// Observed steps do not count and are never written. ReNorm of PPR (arXiv 2509.25598), r'_j = r_j + outcome -
// beta for every turn before the answering one and the outcome at that, is: shape.spread at = "before_last",
// shape.affine shift = -beta (1.0), shape.spread at = "last", then credit.sum (level = "step") of the judge's
// scores and the two. A turn without a score gets outcome - beta, as in the authors' code.
//
//   [[operator]]
//   name = "shape.spread"
//   channel = "outcome"
//   at = "before_last"
//   into = "shift"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_spread(OperatorRegistry& registry);

}  // namespace gradus
