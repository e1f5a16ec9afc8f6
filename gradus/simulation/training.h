// Training of a tabular policy in a small world: sample a batch, let the arm's operators work, one step of
// REINFORCE on token.advantage.
//
//   const Play play = [&](const TabularPolicy& policy, int64_t task, Stream random) { return episode; };
//   const TrainingPlan plan{.updates = 400, .groups = 1, .samples = 8, .rate = 0.3};
//   train(policy, play, channels, arm.pipeline, plan, random);
//
// Streams are named by update and rollout: two arms see the same ones.
#pragma once

#include <functional>

#include "gradus/rollout/pipeline.h"
#include "gradus/simulation/episode.h"
#include "gradus/simulation/tabular_policy.h"

namespace gradus {

using Play = std::function<Episode(const TabularPolicy& policy, int64_t task, Stream random)>;

struct TrainingPlan {
  int updates = 0;
  int groups = 1;   // tasks per update, numbered update * groups + i
  int samples = 8;  // episodes per task
  double rate = 0;
};

// Called before the first update and after each, with the number of updates made; false ends training.
using Watch = std::function<bool(int updates, const TabularPolicy& policy)>;

void train(TabularPolicy& policy, const Play& play, const Channels& channels, const Pipeline& pipeline,
           const TrainingPlan& plan, const Stream& random, const Watch& watch = {});

// One batch of groups x samples episodes; update names the streams.
RolloutBatch sample_batch(const TabularPolicy& policy, const Play& play, const Channels& channels,
                          const TrainingPlan& plan, int update, const Stream& random);

}  // namespace gradus
