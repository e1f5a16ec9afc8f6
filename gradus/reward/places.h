// The places of a column that belong to the policy as a list, and which coarser place holds which.
//
//   for (size_t s : trained_places(batch, Level::step, r)) ...                 // of one rollout
//   std::vector<size_t> rollout_of = holders(batch, Level::step, Level::rollout);
#pragma once

#include <vector>

#include "gradus/rollout/spans.h"

namespace gradus {

std::vector<size_t> trained_places(const RolloutBatch& batch, Level level, size_t rollout);

// For every place of `level` the place of the same or a coarser level that holds it: the step of a token, the
// rollout of a step. Throws Error::input where `holder` is the finer one.
std::vector<size_t> holders(const RolloutBatch& batch, Level level, Level holder);

}  // namespace gradus
