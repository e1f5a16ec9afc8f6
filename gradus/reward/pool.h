// Which values are measured together. "Group z-score" means different things in this literature; the pool
// says which.
//
//   rollout     the steps (or tokens) of one rollout
//   group       those of all rollouts that answer one prompt
//   index       the k-th steps (or tokens) of the rollouts of one group
//   batch       everything
//
//   std::vector<size_t> pools = pools_of(batch, Level::step, Pool::group);   // one pool number per step, 0..max
#pragma once

#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

enum class Pool { rollout, group, index, batch };

Pool pool_from_name(const std::string& name);
const std::vector<std::string>& pool_names();

std::vector<size_t> pools_of(const RolloutBatch& batch, Level level, Pool pool);  // one per value of the level
std::vector<size_t> group_numbers(const RolloutBatch& batch);  // [R], groups numbered in order of appearance
// The rollouts of every group, groups in order of appearance.
std::vector<std::vector<size_t>> group_members(const RolloutBatch& batch);

struct PoolStatistics {
  size_t count = 0;
  double sum = 0;
  double mean = 0;
  double deviation = 0;  // sample standard deviation (n - 1); 0 for fewer than two values
  bool constant = true;  // all values the same bits: centring gives exactly zero
};

// Statistics of the valid values in every pool, accumulated in double in index order.
std::vector<PoolStatistics> pool_statistics(const Column& column, const std::vector<size_t>& pools);

}  // namespace gradus
