// The places of a column that belong to the policy: everything but observed steps and their tokens.
//
//   for_each_trained_place(batch, column.level(), [&](size_t i) { ... });      // of all rollouts, in order
//   for (size_t s : trained_places(batch, Level::step, r)) ...                 // of one rollout
//   std::vector<size_t> rollout_of = holders(batch, Level::step, Level::rollout);
#pragma once

#include <vector>

#include "gradus/rollout/spans.h"

namespace gradus {

template <class Fn>
void for_each_trained_place(const RolloutBatch& batch, Level level, Fn&& fn) {
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for_each_trained_span(batch, level, r, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) fn(i);
    });
  }
}

std::vector<size_t> trained_places(const RolloutBatch& batch, Level level, size_t rollout);

// For every place of `level` the place of the same or a coarser level that holds it: the step of a token, the
// rollout of a step. Throws Error::input where `holder` is the finer one.
std::vector<size_t> holders(const RolloutBatch& batch, Level level, Level holder);

}  // namespace gradus
