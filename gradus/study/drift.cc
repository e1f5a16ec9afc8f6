#include "gradus/study/drift.h"

namespace gradus {

void add_base_logprobs(Policy& base, RolloutBatch& batch) {
  std::vector<SampleRequest> prompts;
  std::vector<std::vector<int32_t>> responses;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    prompts.push_back({batch.header(r).prompt_tokens, 0});
    const std::span<const int32_t> tokens = batch.token_ids();
    responses.emplace_back(tokens.begin() + static_cast<std::ptrdiff_t>(batch.first_token(r)),
                           tokens.begin() + static_cast<std::ptrdiff_t>(batch.last_token(r)));
  }
  const std::vector<std::vector<float>> scored = base.logprobs(prompts, responses);
  Column& column = batch.add_column("token.ref_logprob");
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for (size_t i = 0; i < scored[r].size(); ++i) column.set(batch.first_token(r) + i, scored[r][i]);
  }
}

void add_drift(RolloutBatch& batch) {
  const Column& sampled = batch.column("token.logprob");
  const Column& reference = batch.column("token.ref_logprob");
  Column& drift = batch.add_column("rollout.drift", {.estimates = "drift", .evaluator = "policy.kl"});
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    double sum = 0, count = 0;
    for (size_t t = batch.first_token(r); t < batch.last_token(r); ++t) {
      if (!sampled.valid(t) || !reference.valid(t)) continue;
      sum += static_cast<double>(sampled[t]) - reference[t];
      count += 1;
    }
    if (count > 0) drift.set(r, static_cast<float>(sum / count));
  }
}

std::vector<MetricSpec> study_metrics(const EnvironmentInfo& environment) {
  std::vector<MetricSpec> metrics = environment.metrics;
  metrics.push_back({.id = "drift",
                     .label = "KL to the base policy",
                     .axis = "cost",
                     .higher_is_better = false,
                     .low = 0,
                     .high = 1,
                     .unit = "token",
                     .column = "rollout.drift",
                     .evaluator = "policy.kl",
                     .components = {"policy.kl"}});
  return metrics;
}

}  // namespace gradus
