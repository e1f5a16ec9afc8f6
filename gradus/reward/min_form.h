// shape.min_form: PURE's transform, after which an ordinary sum behaves like a minimum.
//
//   w_k = exp(-r_k / T) / sum_j exp(-r_j / T),   r'_k = w_k * r_k        (over the steps of one rollout)
//
// T = 0.1 (arXiv 2504.15275, verl branch). As T -> 0 only the worst step keeps its reward, and sum_k r'_k ->
// min_k r_k. weights = "uniform" is T without bound, r'_k = r_k / K over the K valid steps: the "gamma-decay"
// arm of the paper's main branch (its verl branch leaves r_k as it is). One step: unchanged. Missing values
// stay missing and take no part in the weights.
//
//   [[operator]]
//   name = "shape.min_form"
//   channel = "prm"
//   temperature = 0.1
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_min_form(OperatorRegistry& registry);

}  // namespace gradus
