// How far a policy has moved from the base policy it started from. Style drifts at random under any training;
// drift beside paired seeds tells such wandering from an effect.
//
//   KL(policy || base) ~ mean over the sampled tokens of [log p(t) - log p_base(t)]    nats per token, k1
//
//   add_base_logprobs(*base, batch);     // token.ref_logprob, which the KL term of the objective reads too
//   add_drift(batch);                    // rollout.drift, from token.logprob sampled at temperature 1
#pragma once

#include "gradus/env/environment.h"
#include "gradus/learn/policy.h"

namespace gradus {

void add_base_logprobs(Policy& base, RolloutBatch& batch);
void add_drift(RolloutBatch& batch);

// The environment's metrics and drift.
std::vector<MetricSpec> study_metrics(const EnvironmentInfo& environment);

}  // namespace gradus
