// loss.top_share: 1 on the tokens whose channel is at or above the quantile 1 - share of all trained tokens
// of the batch, 0 on the others; linear between neighbours, as torch.quantile does it.
//
// With the entropy of every token and as the importance of loss.policy this trains on the forking tokens
// alone (arXiv 2506.01939, share 0.2; TRL's top_entropy_quantile): the others still count in the means and
// still feel a KL term. Missing where the channel is, and on observed tokens.
//
//   [[operator]]
//   name = "loss.top_share"
//   channel = "entropy"
//   share = 0.2
//   into = "importance"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_top_share(OperatorRegistry& registry);

}  // namespace gradus
