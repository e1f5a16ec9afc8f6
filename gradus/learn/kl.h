// Estimators of KL(policy || other) from one sampled token, with their slope in the policy's
// log-probability. With x = logprob - other_logprob:
//
//   k1    x                      unbiased value; as a loss its expected slope is zero
//   abs   |x|
//   k2    x^2 / 2                as a loss it has the slope of the KL
//   k3    exp(-x) + x - 1        unbiased and never negative; as a loss: the slope of KL(other || policy)
//
// J. Schulman, "Approximating KL divergence" (2020); GRPO uses k3 (arXiv 2402.03300, eq. 4). verl bounds k3:
// x to [-20, 20], the value to [-10, 10], with slope zero where a bound holds (verl, core_algos.py,
// kl_penalty_forward); TRL does not, nor do we unless `bounded` is set.
//
//   KlEstimate kl = estimate_kl(KlEstimator::k3, -1.1, -1.3);
//   kl.value; kl.slope;
//
// As an operator, for a penalty inside the reward (r_t - beta kl_t) or for a column to look at:
//
//   [[operator]]
//   name = "loss.kl"
//   estimator = "k1"
//   reference = "ref_logprob"
//   into = "kl"
#pragma once

#include <string>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

enum class KlEstimator : uint8_t { k1, abs, k2, k3 };

KlEstimator kl_estimator_from_name(const std::string& name);  // throws Error::input with the allowed names
const std::vector<std::string>& kl_estimator_names();

struct KlEstimate {
  double value = 0;
  double slope = 0;  // d value / d logprob
};

KlEstimate estimate_kl(KlEstimator estimator, double logprob, double other_logprob, bool bounded = false);

void register_kl(OperatorRegistry& registry);

}  // namespace gradus
