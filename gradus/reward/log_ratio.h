// reward.log_ratio: the implicit reward of a token under two models.
//
//   r_t = beta * (log p(y_t) - log p_reference(y_t))
//
// Of a model that was trained on outcomes alone, the sum over a step is a process reward and the sum up to a
// token a value (implicit PRM, arXiv 2412.01981; PRIME, arXiv 2502.01456, trains it with beta 0.05 and gives
// out the ratio itself; iStar, arXiv 2509.19199, takes the old policy for reference). Of the policy and its
// reference it is the per-token KL estimate k1 of verl. shape.aggregate makes sums of steps or rollouts of
// it. Missing where either log-probability is, and on observed tokens.
//
//   [[operator]]
//   name = "reward.log_ratio"
//   policy = "prm_logprob"
//   reference = "ref_logprob"
//   into = "implicit"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_log_ratio(OperatorRegistry& registry);

}  // namespace gradus
