// shape.difference: how much a value changes from one step (or token) to its neighbour, in place of the
// value.
//
//   against = "previous"   d_k = gamma * v_k - v_{k-1}
//   against = "next"       d_k = v_k - gamma * v_{k+1}
//
// Three rules say what happens at the ends:
//   start       rollout channel that holds v_0, the value of the bare prompt (against = "previous")
//   outside     what a neighbour beyond the ends counts as, where `start` does not say: "zero" (the first or
//               last value stands for itself) or "missing" (that difference is missing)
//   last        what the last value counts as: "own", or "zero" whether it is known or not
//   truncated   rollout channel; where it is not 0 the last value counts as its own in spite of last = "zero"
//
// Observed steps are passed over; a value that is missing too: the neighbour is the nearest known one, so
// that differences still telescope, and a missing value has no difference. A rollout without any value stays
// missing.
//
// Methods that are settings of it:
//   progress of a step (PAV, arXiv 2410.08146)            against = "previous", start = "prompt_value"
//   information gain of a turn (IGPO, arXiv 2510.14967)   the same, on the probability of the known answer;
//                                                         the answering turn has no value and gets no gain
//   Delta (arXiv 2410.15115)                              against = "next", last = "zero"; the sum from step
//                                                         k on is v_k, whatever follows
//   potential-based shaping (Ng, Harada, Russell 1999)    against = "previous", gamma, start, last = "zero",
//       F_k = gamma * Phi_k - Phi_{k-1}                   truncated: a terminal state has potential 0, a
//                                                         state where the rollout was cut off keeps its own
//
//   [[operator]]
//   name = "shape.difference"
//   channel = "prm"
//   start = "prompt_value"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_difference(OperatorRegistry& registry);

}  // namespace gradus
