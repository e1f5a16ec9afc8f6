#include "gradus/reward/pool.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace gradus {

const std::vector<std::string>& pool_names() {
  static const std::vector<std::string> names{"rollout", "group", "step_index", "batch"};
  return names;
}

Pool pool_from_name(const std::string& name) {
  const auto it = std::find(pool_names().begin(), pool_names().end(), name);
  require(it != pool_names().end(), "a pool name that its parameter allowed");
  return static_cast<Pool>(it - pool_names().begin());
}

std::vector<size_t> group_numbers(const RolloutBatch& batch) {
  std::map<int64_t, size_t> seen;
  std::vector<size_t> numbers(batch.rollouts());
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    numbers[r] = seen.emplace(batch.header(r).group, seen.size()).first->second;
  }
  return numbers;
}

std::vector<size_t> step_pools(const RolloutBatch& batch, Pool pool) {
  const std::vector<size_t> groups = group_numbers(batch);
  std::map<std::pair<size_t, size_t>, size_t> indexed;
  std::vector<size_t> pools(batch.steps(), 0);
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      switch (pool) {
        case Pool::rollout:
          pools[s] = r;
          break;
        case Pool::group:
          pools[s] = groups[r];
          break;
        case Pool::batch:
          break;
        case Pool::step_index:
          pools[s] =
              indexed.emplace(std::pair(groups[r], s - batch.step_begin(r)), indexed.size()).first->second;
          break;
      }
    }
  }
  return pools;
}

std::vector<PoolStatistics> pool_statistics(const Column& column, const std::vector<size_t>& pools) {
  const size_t count = pools.empty() ? 0 : *std::max_element(pools.begin(), pools.end()) + 1;
  std::vector<PoolStatistics> out(count);
  std::vector<float> first(count);
  for (size_t i = 0; i < pools.size(); ++i) {
    if (!column.valid(i)) continue;
    PoolStatistics& pool = out[pools[i]];
    if (pool.count++ == 0) first[pools[i]] = column[i];
    pool.sum += column[i];
    pool.constant = pool.constant && column[i] == first[pools[i]];
  }
  for (PoolStatistics& pool : out) {
    if (pool.count > 0) pool.mean = pool.sum / static_cast<double>(pool.count);
  }
  for (size_t i = 0; i < pools.size(); ++i) {
    if (!column.valid(i)) continue;
    const double residual = column[i] - out[pools[i]].mean;
    out[pools[i]].deviation += residual * residual;
  }
  for (PoolStatistics& pool : out) {
    const bool spread = pool.count > 1 && !pool.constant;
    pool.deviation = spread ? std::sqrt(pool.deviation / static_cast<double>(pool.count - 1)) : 0.0;
  }
  return out;
}

}  // namespace gradus
