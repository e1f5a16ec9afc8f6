#include "gradus/simulation/training.h"

namespace gradus {

RolloutBatch sample_batch(const TabularPolicy& policy, const Play& play, const Channels& channels,
                          const TrainingPlan& plan, int update, const Stream& random) {
  const Stream batch_stream = random.child("episodes").child(static_cast<uint64_t>(update));
  std::vector<Episode> episodes;
  for (int g = 0; g < plan.groups; ++g) {
    const int64_t task = int64_t{update} * plan.groups + g;
    for (int i = 0; i < plan.samples; ++i) {
      episodes.push_back(play(policy, task, batch_stream.child(episodes.size())));
      episodes.back().group = task;
    }
  }
  return batch_of(episodes, channels);
}

void train(TabularPolicy& policy, const Play& play, const Channels& channels, const Pipeline& pipeline,
           const TrainingPlan& plan, const Stream& random, const Watch& watch) {
  for (int update = 0; update < plan.updates; ++update) {
    if (watch && !watch(update, policy)) return;
    RolloutBatch batch = sample_batch(policy, play, channels, plan, update, random);
    pipeline.apply(batch, {.random = random.child("operators").child(static_cast<uint64_t>(update))});
    policy.update(batch, plan.rate);
  }
  if (watch) watch(plan.updates, policy);
}

}  // namespace gradus
