// The policy-gradient objective in closed form: the loss of every trained token and its slope in the token's
// log-probability. One definition for every device: a trainer calls backward on its log-probabilities with
// weight * slope, where the weights come from gradus/learn/aggregation.h.
//
//   std::vector<TokenTerm> terms{{.logprob = -1.1, .old_logprob = -1.2, .advantage = 0.5}};
//   std::vector<TokenLoss> losses = policy_losses(terms, {{1}}, {.surrogate = Surrogate::clip});
//
// With x = logprob - old_logprob, r = exp(x), advantage A, lo = 1 - clip_low, hi = 1 + clip_high, n trained
// tokens of the rollout:
//
//   clip              max(-r A, -clip(r, lo, hi) A)                    PPO, arXiv 1707.06347, eq. 7
//                     dual_clip c > 0: at most -c A where A < 0        arXiv 1912.09729 (c = 3 in verl)
//                     ratio_cap d > 0: min(r, d) in the first term     INTELLECT-2, TRL's `delta`
//   sequence_clip     clip with r = exp(mean x)                        GSPO, arXiv 2507.18071
//   soft_gate         -A sigmoid(tau (r - 1)) 4 / tau                  SAPO (verl)
//                     tau = 1.0 for A > 0, else 1.05
//   clipped_weight    -A clip(r, lo, hi) logprob, weight held fixed    CISPO, arXiv 2506.13585
//   likelihood        -A logprob                                       REINFORCE, GPG (arXiv 2504.02546)
//   geometric_mean    -mean(A) exp(mean x), x held in [-clip_low,      GMPO, arXiv 2507.20673
//                     clip_high] on the profitable side
//   covariance_kl     -A r, + covariance_weight |x| on the tokens of   KL-Cov, arXiv 2505.22617
//                     largest covariance
//
// The slope of sequence_clip goes through the token's own log-probability (GSPO-token): it is the slope of
// the rollout's mean loss where the rollout has one advantage. That of clipped_weight is -A clip(r).
// covariance_kl picks at least one token and at most covariance_share of those that are given together, by
// (A - mean A) (logprob - mean logprob), the first of equals; its share and weight are verl's (0.0002, 0.1).
//
// The value is then multiplied by the token's importance weight, and kl_weight times a KL estimate against
// the reference (gradus/learn/kl.h) is added: GRPO, arXiv 2402.03300.
//
// log_ratio_bound b > 0 holds x in [-b, b] before the exponential, and the mean of sequence_clip at most b,
// with slope zero outside (verl, core_algos.py: 20 for a token, 10 for the mean); the means of geometric_mean
// are never bounded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/aggregation.h"
#include "gradus/learn/kl.h"

namespace gradus {

enum class Surrogate : uint8_t {
  clip,
  sequence_clip,
  soft_gate,
  clipped_weight,
  likelihood,
  geometric_mean,
  covariance_kl
};

Surrogate surrogate_from_name(const std::string& name);  // throws Error::input with the allowed names
const std::vector<std::string>& surrogate_names();
// How its paper aggregates it.
Aggregation usual_aggregation(Surrogate surrogate);

struct PolicyLoss {
  Surrogate surrogate = Surrogate::clip;
  double clip_low = 0.2, clip_high = 0.2;
  double dual_clip = 0;                              // 0: off
  double ratio_cap = 0;                              // 0: off
  double gate_positive = 1.0, gate_negative = 1.05;  // soft_gate
  double covariance_share = 2e-4, covariance_weight = 0.1;
  double log_ratio_bound = 0;  // 0: off
  double length_epsilon = 0;   // added to n in the means of geometric_mean (verl: 1e-8)
  double kl_weight = 0;
  KlEstimator kl = KlEstimator::k3;
  bool kl_bounded = false;
};

struct TokenTerm {
  double logprob = 0;
  double old_logprob = 0;
  double advantage = 0;
  double reference_logprob = 0;  // read where kl_weight > 0
  double importance = 1;
};

// Where a bound took the slope away: upper: the ratio's clip range, on the profitable side; lower: the dual
// clip. For clipped_weight upper says that the weight was clipped; for geometric_mean upper and lower say
// that the ratio is outside the range, for positive and negative advantages.
enum class ClipEvent : int8_t { lower = -1, none = 0, upper = 1 };

struct TokenLoss {
  double value = 0;
  double slope = 0;  // d value / d logprob
  ClipEvent clip = ClipEvent::none;
  double kl_old = 0;        // k3 of the policy that sampled, from the present one
  double kl_reference = 0;  // the estimate against the reference; 0 where kl_weight is 0
};

// Of the trained tokens of several rollouts, one after the other; ends[r] is where those of rollout r end.
std::vector<TokenLoss> policy_losses(std::span<const TokenTerm> terms, std::span<const size_t> ends,
                                     const PolicyLoss& rule);

// (A - mean A) (logprob - mean logprob) of every term, over all that are given.
std::vector<double> covariances(std::span<const TokenTerm> terms);

// Throws Error::input where a setting is out of its range.
void check_policy_loss(const PolicyLoss& rule);

}  // namespace gradus
