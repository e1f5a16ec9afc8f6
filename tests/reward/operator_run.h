// Runs one operator on columns given as lists, for the tests of shaping.
#pragma once

#include <cmath>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

// NaN where missing.
inline std::vector<double> values_of(const Column& column) {
  std::vector<double> out;
  for (size_t i = 0; i < column.size(); ++i) out.push_back(column.valid(i) ? column[i] : std::nan(""));
  return out;
}

// NaN is missing; in float64, so that exact identities can be asked for.
inline void put(RolloutBatch& batch, const std::string& name, const std::vector<double>& values) {
  batch.set_precision(Precision::full);
  Column& column = batch.add_column(name);
  require(values.size() == column.size(), "one value per place of " + name);
  for (size_t i = 0; i < values.size(); ++i) column.set(i, values[i]);
}

// One rollout of one group whose steps have one token each.
inline RolloutBatch one_rollout(size_t steps) {
  RolloutBatch batch;
  batch.add_rollout({.id = "r", .group = 0, .task = "t", .prompt = "p"});
  for (size_t s = 0; s < steps; ++s) {
    batch.add_step(StepKind::reason, "s");
    batch.add_token(3);
  }
  batch.set_precision(Precision::full);
  return batch;
}

inline bool same(const std::vector<double>& a, const std::vector<double>& b, double tolerance = 0) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) return false;
    if (!std::isnan(a[i]) && !(std::abs(a[i] - b[i]) <= tolerance)) return false;
  }
  return true;
}

}  // namespace gradus
