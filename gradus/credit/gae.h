// credit.gae: generalised advantage estimation over the trained tokens (arXiv 1506.02438).
//
//   delta_t = r_t + gamma * V_{t+1} - V_t          V after the last trained token is 0
//   A_t     = delta_t + gamma * lambda * A_{t+1}
//   returns = A + V                                 before whitening
//
// t + 1 is the next trained token: observed tokens between two steps are passed over, as verl's
// compute_gae_advantage_return does. Advantages are whitened over the batch unless whiten = false; a single
// trained token has no variance and is refused then, as verl's masked_whiten does. A token without a reward
// has none to add; a trained token without a value is refused.
//
//   [[operator]]
//   name = "credit.gae"
//   reward = "reward"       # token channels
//   value = "value"
//   lambda = 0.95
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_gae(OperatorRegistry& registry);

}  // namespace gradus
