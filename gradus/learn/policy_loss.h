// loss.policy: the policy-gradient loss of a batch and its slope, on columns. The formulas are in
// gradus/learn/objective.h, the weights of the tokens in gradus/learn/aggregation.h.
//
//   token.loss         the share of the token: the sum over all tokens is the loss
//   token.loss_slope   d loss / d logprob of the token: what a trainer passes to backward
//   token.clip         1 or -1 where a bound took the slope away (ClipEvent), else 0
//
// A token without an advantage is not trained on and stays missing; one with an advantage must have its
// log-probabilities. Observed steps are never written.
//
//   [[operator]]
//   name = "loss.policy"
//   surrogate = "clip"
//   clip_high = 0.28
//   dual_clip = 3.0
#pragma once

#include "gradus/learn/objective.h"

namespace gradus {

// Means over the trained tokens of a batch that loss.policy has run on; 0 where there are none.
struct PolicyMetrics {
  double clip_upper = 0, clip_lower = 0;
  double kl_old = 0;      // k1 of the policy that sampled, from the present one: mean (old - new)
  double kl_old_abs = 0;  // mean |old - new|
};

// `epsilon` is added to the number of tokens (verl's masked_mean: 1e-8); `bound` holds old - new (verl: 20),
// 0: none.
PolicyMetrics policy_metrics(const RolloutBatch& batch, double epsilon = 0, double bound = 0,
                             const std::string& logprob = "logprob",
                             const std::string& old_logprob = "old_logprob");

void register_policy_loss(OperatorRegistry& registry);

}  // namespace gradus
