// Some rollouts of a batch as a batch of their own, with their texts, columns and notes; and work that is
// tried without the rollouts that it cannot be done for.
//
//   RolloutBatch few = picked(batch, {0, 4, 5});
//   const std::vector<BadRollout> bad = without_bad(batch, [&](RolloutBatch& part) {
//     build_operators(recipe, info).apply(part, {});
//   });                                    // batch: the others, done; bad: each with its id and the reason
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

RolloutBatch picked(const RolloutBatch& batch, std::span<const size_t> rollouts);

struct BadRollout {
  std::string id;
  Error error;
};

// One bad rollout costs itself only. A rollout is bad where the work throws Error::input for it alone; the
// work is then done for the others. Throws what the work threw where no rollout or every one is bad.
std::vector<BadRollout> without_bad(RolloutBatch& batch, const std::function<void(RolloutBatch&)>& work);

}  // namespace gradus
