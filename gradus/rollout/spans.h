// What belongs to the policy: everything but observed steps and their tokens, as runs (neighbouring steps
// make one run) or place by place, always in order.
//
//   for_each_trained_run(batch, s, [&](size_t begin, size_t end) { ... });     // of the tokens of one step
//   for_each_trained_span(batch, r, [&](size_t begin, size_t end) { ... });                // of tokens
//   for_each_trained_span(batch, Level::step, r, [&](size_t begin, size_t end) { ... });
//   for_each_trained_place(batch, Level::step, r, [&](size_t s) { ... });     // without r: of all rollouts
//   for_each_valid(batch, column, r, [&](size_t i) { use(column[i]); });      // without r: of all rollouts
//   size_t n = trained_tokens(batch, r);
#pragma once

#include "gradus/rollout/batch.h"

namespace gradus {

template <class Fn>
void for_each_trained_run(const RolloutBatch& batch, size_t step, Fn&& fn) {
  if (batch.kind(step) == StepKind::observe) return;
  const size_t begin = batch.token_begin(step), end = batch.token_end(step);
  if (begin < end) fn(begin, end);
}

template <class Fn>
void for_each_trained_span(const RolloutBatch& batch, size_t rollout, Fn&& fn) {
  size_t begin = 0, end = 0;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
    for_each_trained_run(batch, s, [&](size_t first, size_t last) {
      if (first != end || begin == end) {
        if (begin < end) fn(begin, end);
        begin = first;
      }
      end = last;
    });
  }
  if (begin < end) fn(begin, end);
}

// The same for the values of a rollout in a column of any level: its own value, its steps but the observed
// ones, its trained tokens.
template <class Fn>
void for_each_trained_span(const RolloutBatch& batch, Level level, size_t rollout, Fn&& fn) {
  if (level == Level::token) return for_each_trained_span(batch, rollout, fn);
  const auto [first, last] = batch.range(level, rollout);
  size_t begin = first;
  for (size_t i = first; level == Level::step && i < last; ++i) {
    if (batch.kind(i) != StepKind::observe) continue;
    if (begin < i) fn(begin, i);
    begin = i + 1;
  }
  if (begin < last) fn(begin, last);
}

template <class Fn>
void for_each_trained_place(const RolloutBatch& batch, Level level, size_t rollout, Fn&& fn) {
  for_each_trained_span(batch, level, rollout, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) fn(i);
  });
}

template <class Fn>
void for_each_trained_place(const RolloutBatch& batch, Level level, Fn&& fn) {
  for (size_t r = 0; r < batch.rollouts(); ++r) for_each_trained_place(batch, level, r, fn);
}

// The trained places at which the column has a value.
template <class Fn>
void for_each_valid(const RolloutBatch& batch, const Column& column, size_t rollout, Fn&& fn) {
  for_each_trained_place(batch, column.level(), rollout, [&](size_t i) {
    if (column.valid(i)) fn(i);
  });
}

template <class Fn>
void for_each_valid(const RolloutBatch& batch, const Column& column, Fn&& fn) {
  for (size_t r = 0; r < batch.rollouts(); ++r) for_each_valid(batch, column, r, fn);
}

inline size_t trained_tokens_of_step(const RolloutBatch& batch, size_t step) {
  size_t count = 0;
  for_each_trained_run(batch, step, [&](size_t begin, size_t end) { count += end - begin; });
  return count;
}

inline size_t trained_tokens(const RolloutBatch& batch, size_t rollout) {
  size_t count = 0;
  for_each_trained_span(batch, rollout, [&](size_t begin, size_t end) { count += end - begin; });
  return count;
}

}  // namespace gradus
