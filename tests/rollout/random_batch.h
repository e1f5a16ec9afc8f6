// Random batches that can be changed and rebuilt: rollouts in another order, without some of them, with
// observed steps put in. Values belong to the places, so that a place can be found again after the change.
//
//   Plan plan = random_plan(stream);
//   give_values(plan, "step.prm", stream, {.missing = 0.2});
//   RolloutBatch batch = build(plan, {"step.prm"});
//   Plan after = read_back(plan, batch, "step.out");
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/rollout/batch.h"

namespace gradus {

using Values = std::map<std::string, std::optional<double>>;  // column -> value of one place

struct PlannedStep {
  StepKind kind = StepKind::act;
  Values values;
  std::vector<Values> tokens;
  bool added = false;  // put in after the plan was drawn
};

struct PlannedRollout {
  int64_t group = 0;
  Values values;
  std::vector<PlannedStep> steps;
};

using Plan = std::vector<PlannedRollout>;

// K = 1, empty steps, empty rollouts, gaps of observation, groups of one.
inline Plan random_plan(Stream& stream) {
  Plan plan(1 + stream.below(8));
  const int64_t groups = stream.between(1, 4), apart = stream.chance(0.3) ? int64_t{1} << 40 : 10;
  for (PlannedRollout& rollout : plan) {
    rollout.group = stream.between(0, groups) * apart - 10;
    const uint64_t most = stream.chance(0.2) ? 1 : 6;
    rollout.steps.resize(stream.chance(0.1) ? 0 : 1 + stream.below(most));
    for (PlannedStep& step : rollout.steps) {
      step.kind = static_cast<StepKind>(stream.below(4));
      step.tokens.resize(stream.chance(0.15) ? 0 : 1 + stream.below(4));
    }
  }
  // Two trained tokens at least: what measures a spread over the batch needs them.
  plan.front().steps.push_back({.kind = StepKind::act, .values = {}, .tokens = std::vector<Values>(2)});
  return plan;
}

// fn(level, kind of its step, values) for every place of a plan.
template <class Fn>
void for_each_place(Plan& plan, Fn&& fn) {
  for (PlannedRollout& rollout : plan) {
    fn(Level::rollout, StepKind::act, rollout.values);
    for (PlannedStep& step : rollout.steps) {
      fn(Level::step, step.kind, step.values);
      for (Values& token : step.tokens) fn(Level::token, step.kind, token);
    }
  }
}

struct Filling {
  double missing = 0;     // chance
  bool observed = false;  // values at observed places too
};

// Negative numbers, so that they can be log-probabilities; many equal ones.
inline void give_values(Plan& plan, const std::string& column, Stream& stream, const Filling& filling) {
  const Level level = split_column_name(column).first;
  for_each_place(plan, [&](Level at, StepKind kind, Values& values) {
    if (at != level) return;
    const double value = stream.chance(0.3) ? -0.7f : static_cast<float>(-0.1 - 2 * stream.uniform());
    const bool there = !stream.chance(filling.missing) && (kind != StepKind::observe || filling.observed);
    values[column] = there ? std::optional(value) : std::nullopt;
  });
}

// With these columns, even where the plan has no place for a value of theirs.
inline RolloutBatch build(Plan plan, const std::vector<std::string>& columns,
                          Precision precision = Precision::single) {
  RolloutBatch batch;
  batch.set_precision(precision);
  for (const PlannedRollout& rollout : plan) {
    batch.add_rollout({.id = "r" + std::to_string(batch.rollouts()), .group = rollout.group, .task = "t"});
    for (const PlannedStep& step : rollout.steps) {
      batch.add_step(step.kind, "text");
      for (size_t t = 0; t < step.tokens.size(); ++t) batch.add_token(3);
    }
  }
  for (const std::string& name : columns) batch.add_column(name);
  size_t next[3] = {0, 0, 0};
  for_each_place(plan, [&](Level level, StepKind, Values& values) {
    const size_t i = next[static_cast<size_t>(level)]++;
    for (const auto& [name, value] : values) {
      if (value) batch.column(name).set(i, *value);
    }
  });
  return batch;
}

// The plan's places with the values of that column alone.
inline Plan read_back(Plan plan, const RolloutBatch& batch, const std::string& name) {
  const Column& column = batch.column(name);
  size_t next[3] = {0, 0, 0};
  for_each_place(plan, [&](Level level, StepKind, Values& values) {
    const size_t i = next[static_cast<size_t>(level)]++;
    values.clear();
    if (level == column.level()) values[name] = column.valid(i) ? std::optional(column[i]) : std::nullopt;
  });
  return plan;
}

}  // namespace gradus
