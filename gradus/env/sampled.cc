#include "gradus/env/sampled.h"

#include <fmt/format.h>

namespace gradus {

RolloutBatch rollouts_of(std::span<const Task> tasks, std::span<const Sample> samples,
                         const StepCutter& cut) {
  require(!tasks.empty() && samples.size() % tasks.size() == 0, "every task has the same number of samples");
  const size_t each = samples.size() / tasks.size();
  RolloutBatch batch;
  for (size_t i = 0; i < samples.size(); ++i) {
    const Task& task = tasks[i / each];
    batch.add_rollout({.id = fmt::format("{}#{}", task.id, i % each),
                       .group = static_cast<int64_t>(i / each),
                       .task = task.id,
                       .prompt = task.prompt,
                       .prompt_tokens = task.prompt_tokens});
    const size_t before = batch.tokens();
    cut(samples[i], batch);
    require(batch.tokens() - before == samples[i].tokens.size(), "the steps hold every token of the sample");
  }
  Column& logprob = batch.add_column("token.logprob", {.estimates = "logprob", .evaluator = "policy"});
  size_t token = 0;
  for (const Sample& sample : samples) {
    const bool known = !sample.logprob.empty();
    require(!known || sample.logprob.size() == sample.tokens.size(),
            "a sample needs one log-probability per token, or none at all");
    for (size_t i = 0; i < sample.tokens.size(); ++i, ++token) {
      const bool observed = i < sample.observed.size() && sample.observed[i];
      if (known && !observed) logprob.set(token, sample.logprob[i]);
    }
  }
  return batch;
}

}  // namespace gradus
