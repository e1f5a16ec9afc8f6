// The policy-gradient objective of one token in closed form: its value and its slope in the token's
// log-probability.
//
//   TokenLoss loss = token_loss({.logprob = -1.1, .old_logprob = -1.2, .advantage = 0.5}, objective);
//   // minimise weight * loss.value: the gradient that reaches the logits is weight * loss.slope * d logprob
//   / d logits
//
// With ratio r = exp(logprob - old_logprob), advantage A and reference log-probability l_ref:
//   clipped surrogate  - min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)              (PPO, arXiv
//   1707.06347, eq. 7) KL estimator k3    exp(l_ref - l) - (l_ref - l) - 1, times kl_weight (Schulman 2020;
//   GRPO, arXiv 2402.03300, eq. 4)
//
// Also: how much every token of a batch weighs in the sum, for the three aggregations.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/learn/policy.h"

namespace gradus {

struct TokenTerm {
  double logprob = 0;
  double old_logprob = 0;
  double advantage = 0;
  double reference_logprob = 0;  // read where kl_weight > 0
};

struct TokenLoss {
  double value = 0;  // clipped surrogate + kl_weight * k3
  double slope = 0;  // d value / d logprob
  bool clipped = false;
  double kl_old = 0;        // k3 of the policy that sampled, from the present one
  double kl_reference = 0;  // k3 of the reference, from the present one; 0 where kl_weight is 0
};

TokenLoss token_loss(const TokenTerm& term, const Objective& objective);

// k3(l, l_ref) = exp(l_ref - l) - (l_ref - l) - 1: never negative, mean KL(policy || reference) over samples
// of the policy.
double kl_k3(double logprob, double other_logprob);

// Weight of each trained token of the rollouts in `trained` (trained tokens per rollout, all rollouts of the
// minibatch): element r is the weight of every token of rollout r.
std::vector<double> token_weights(std::span<const int64_t> trained, const Objective& objective);

// Throws Error::input where a setting is out of its range.
void check_objective(const Objective& objective);

}  // namespace gradus
