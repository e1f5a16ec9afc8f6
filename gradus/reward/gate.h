// shape.gate and shape.multiply: a channel let through, or weighed, by another one.
//
//   shape.gate, when = "positive"   r' = r where g > 0, else factor * r                      a format gate
//   shape.gate, when = "same_sign"  r' = r where (r >= 0) == (g > 0), else factor * r        credit only for
//                                   steps whose verdict agrees with the outcome (SPARK, arXiv 2512.03244;
//                                   factor = 0 "selective", 0.5 "half")
//   shape.multiply                  r' = r * g
//
// g may stand at a coarser level: the verdict of a step gates its tokens, the duration of a rollout weighs
// them. Where g is missing nobody knows whether r counts: r becomes missing.
//
// The duration-aware gradient of arXiv 2509.01684 is: durations kept above a floor (shape.clip), divided by
// their mean over the batch (shape.rescale, form = "mean"), kept under a cap (shape.clip; floor and cap, e.g.
// 10, are inferred), then on the advantages, after they were normalised,
//
//   [[operator]]
//   name = "shape.multiply"
//   channel = "advantage"
//   level = "token"
//   by = "duration_weight"
//   by_level = "step"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_gate(OperatorRegistry& registry);

}  // namespace gradus
