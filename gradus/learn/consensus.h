// curate.consensus: a response is kept iff two labellers name the same first wrong step (arXiv 2501.07301:
// Monte Carlo completions and a judge; about 40 % are kept).
//
//   kept = 1 iff e_1 == e_2        e: 0-based index of the first wrong step, -1 where there is none
//
// Missing where the labels differ, or one labeller has none; curate.drop takes channels of dropped rollouts
// away.
//
//   [[operator]]
//   name = "curate.consensus"
//   first = "error_monte_carlo"
//   second = "error_judge"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_consensus(OperatorRegistry& registry);

}  // namespace gradus
