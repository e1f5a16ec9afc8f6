// shape.occurrences: how often the text of a step has come up in its rollout so far, this time included.
//
//   of = "own"           the text of the step itself
//   of = "observation"   the text of the observation that follows the step; missing where none does
//
// Texts are compared whole, letter by letter. Observed steps are never written.
//
// ONI (arXiv 2410.23022) pays r = c_e r_ext + c_i r_int N(caption)^(-3), N counted anew in every episode:
// without it agents loop on one rewarded caption. The chain is shape.occurrences, shape.transform (form =
// "power", rate = -3), shape.multiply, then credit.sum with the weights c_e and c_i.
//
//   [[operator]]
//   name = "shape.occurrences"
//   of = "observation"
//   into = "seen"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_occurrences(OperatorRegistry& registry);

}  // namespace gradus
