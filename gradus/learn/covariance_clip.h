// loss.covariance_clip: 0 on a few random tokens whose log-probability and advantage go together, 1 on the
// other trained tokens: the importance of loss.policy under Clip-Cov (arXiv 2505.22617), which keeps the
// entropy from collapsing.
//
//   covariance_t = (A_t - mean A) (logprob_t - mean logprob)      means over the trained tokens of the batch
//   candidates    low < covariance_t < high
//   zeroed        max(1, floor(share * tokens)) of the candidates, drawn without replacement; all where fewer
//
// share 0.0002 and the range (1, 5) are verl's. Tokens without an advantage, a log-probability or observed
// ones stay missing. The draw comes from the context's stream.
//
//   [[operator]]
//   name = "loss.covariance_clip"
//   into = "importance"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_covariance_clip(OperatorRegistry& registry);

}  // namespace gradus
