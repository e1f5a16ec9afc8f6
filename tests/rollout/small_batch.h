// A small ragged batch for operator tests: 2 groups, 5 rollouts, observation gaps, an empty rollout and an
// empty step.
#pragma once

#include "gradus/rollout/batch.h"

namespace gradus {

inline RolloutBatch small_batch() {
  RolloutBatch batch;
  const auto rollout = [&](int64_t group, std::vector<std::pair<StepKind, int>> steps) {
    batch.add_rollout(
        {.id = "r" + std::to_string(batch.rollouts()), .group = group, .task = "t", .prompt = "p"});
    for (const auto& [kind, tokens] : steps) {
      batch.add_step(kind, "s");
      for (int t = 0; t < tokens; ++t) batch.add_token(3);
    }
  };
  rollout(7, {{StepKind::act, 2}, {StepKind::observe, 3}, {StepKind::answer, 1}});
  rollout(7, {{StepKind::reason, 1}});
  rollout(9, {});
  rollout(9, {{StepKind::reason, 2}, {StepKind::reason, 0}, {StepKind::answer, 2}});
  rollout(7, {{StepKind::reason, 1}, {StepKind::answer, 1}});
  return batch;
}

}  // namespace gradus
