// shape.first_valid: the first of several channels that has a value, place by place. Observed places stay
// missing.
//
// Partial credit INSTEAD of a missing score, not on top of it: machine-learning engineering (arXiv
// 2509.01684) pays the grader's score where a submission was accepted, else -10 + 0.1 per progress line that
// the program printed. That is shape.phrases, shape.affine (scale = 0.1, shift = -10), then
//
//   [[operator]]
//   name = "shape.first_valid"
//   from = ["score", "progress"]
//   level = "rollout"
//   into = "outcome"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_first_valid(OperatorRegistry& registry);

}  // namespace gradus
