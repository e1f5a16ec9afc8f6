// Which values are measured together. "Group z-score" means different things in this literature; the pool
// says which.
//
//   rollout     the steps (or tokens) of one rollout
//   group       those of all rollouts that answer one prompt
//   index       the k-th steps (or tokens) of the rollouts of one group, observed ones not counted
//   batch       everything
//   key         those of one group whose value of another channel is the same (pools_by_key)
//
// Observed steps and their tokens are in no pool.
//
//   std::vector<size_t> pools = pools_of(batch, Level::step, Pool::group);   // the pool of every step
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus {

enum class Pool { rollout, group, index, batch };

Pool pool_from_name(const std::string& name);
const std::vector<std::string>& pool_names();

constexpr size_t kNoPool = std::numeric_limits<size_t>::max();

// One number per value of the level: 0 .. max, or kNoPool.
std::vector<size_t> pools_of(const RolloutBatch& batch, Level level, Pool pool);
// Equal values of `key` within a group; kNoPool where it is missing.
std::vector<size_t> pools_by_key(const RolloutBatch& batch, const Column& key);
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

// Statistics of the valid values in every pool, accumulated in double in index order. Values in no pool do
// not count.
std::vector<PoolStatistics> pool_statistics(const Column& column, const std::vector<size_t>& pools);

}  // namespace gradus
