// shape.adaptive_weight: multiply a channel by a weight that drives the channel's mean towards a target, as
// the adaptive KL controller of RLHF does (Ziegler et al., arXiv 1909.08593).
//
//   r' = w r;     afterwards   w <- w (1 + clip(m / target - 1, -bound, bound) n / horizon)
//
// m is the mean over the rollouts of each rollout's mean before weighting, n the number of rollouts that have
// one; bound 0.2. The weight starts at `weight` and is kept in the context's memory, which a run saves with
// its checkpoints; without a memory every batch is the first one.
//
//   [[operator]]
//   name = "shape.adaptive_weight"        # with the channel of loss.kl: a KL penalty of -w kl
//   channel = "kl"
//   level = "token"
//   weight = -0.2
//   target = 6.0
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_adaptive_weight(OperatorRegistry& registry);

}  // namespace gradus
