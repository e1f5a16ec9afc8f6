// shape.fill: a number where a channel is missing.
//
// Missing is missing, never zero, unless somebody says so: this operator is how. Only trained places are
// filled. Released code that lets the mask itself stand in for an advantage (WebGen-Agent, arXiv 2509.22644:
// tokens behind the last step keep 1) is a fill with that number.
//
//   [[operator]]
//   name = "shape.fill"
//   channel = "style"
//   value = 0.0
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_fill(OperatorRegistry& registry);

}  // namespace gradus
