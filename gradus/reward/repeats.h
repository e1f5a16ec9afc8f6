// shape.occurrences and shape.attenuate: less for the same thing again.
//
//   shape.occurrences   n_k = how often the text of step k has come up in its rollout so far, this time
//                       included; of = "observation": the text of the observation that follows the step
//   shape.attenuate     r'_k = r_k * n_k^(-exponent)
//
// ONI (arXiv 2410.23022): r = c_e r_ext + c_i r_int N(caption)^(-3), N counted anew in every episode: without
// it agents loop on one rewarded caption. That is the two operators, then credit.sum with the weights c_e and
// c_i. Texts are compared whole, letter by letter. A step that no observation follows has no count (of =
// "observation"); where the count is missing, so is the attenuated value. Observed steps are never written.
//
//   [[operator]]
//   name = "shape.occurrences"
//   of = "observation"
//   into = "seen"
//
//   [[operator]]
//   name = "shape.attenuate"
//   channel = "intrinsic"
//   by = "seen"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_repeats(OperatorRegistry& registry);

}  // namespace gradus
