// Operators that change every valid value of a channel by itself: shape.clip, shape.sigmoid,
// shape.threshold, shape.best_of. Missing values stay missing.
//
//   shape.clip        r' = min(max(r, low), high)
//   shape.sigmoid     r' = 1 / (1 + exp(-r))               a logit as a reward (Cooper, arXiv 2508.05613)
//   shape.threshold   r' = r where r > above, else 0       keep = "value"; two_sided: where |r| > above
//                     r' = 1 where r > above, else 0       keep = "one": a hard label
//   shape.best_of     q' = 1 - (1 - q)^n                   success of best-of-n from that of one sample: the
//                                                          prover of process advantages (arXiv 2410.08146)
//
// "Clip" of arXiv 2410.15115, min(p - eta, 0), is shape.affine with shift = -eta, then shape.clip with
// high = 0. Length penalties are the same two on the channel that shape.length writes.
//
//   [[operator]]
//   name = "shape.clip"
//   channel = "prm"
//   high = 0.0
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

double best_of(double success, double n);  // success in [0, 1]

void register_pointwise(OperatorRegistry& registry);

}  // namespace gradus
