#include "gradus/reward/pool.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "gradus/rollout/spans.h"

namespace gradus {

namespace {

constexpr uint64_t kDenseRange = 4;  // group ids per rollout up to which a table is smaller than a hash map

}  // namespace

const std::vector<std::string>& pool_names() {
  static const std::vector<std::string> names{"rollout", "group", "index", "batch"};
  return names;
}

Pool pool_from_name(const std::string& name) {
  const auto it = std::find(pool_names().begin(), pool_names().end(), name);
  require(it != pool_names().end(), "a pool name that its parameter allowed");
  return static_cast<Pool>(it - pool_names().begin());
}

std::vector<size_t> group_numbers(const RolloutBatch& batch) {
  const std::span<const int64_t> groups = batch.groups();
  std::vector<size_t> numbers(groups.size());
  if (groups.empty()) return numbers;
  const auto [lowest, highest] = std::minmax_element(groups.begin(), groups.end());
  const uint64_t range = static_cast<uint64_t>(*highest) - static_cast<uint64_t>(*lowest);
  if (range < kDenseRange * groups.size()) {  // ids are mostly 0 .. n: a table instead of hashing
    std::vector<size_t> seen(range + 1, kNoPool);
    size_t count = 0;
    for (size_t r = 0; r < groups.size(); ++r) {
      size_t& number = seen[static_cast<uint64_t>(groups[r]) - static_cast<uint64_t>(*lowest)];
      if (number == kNoPool) number = count++;
      numbers[r] = number;
    }
    return numbers;
  }
  std::unordered_map<int64_t, size_t> seen;
  for (size_t r = 0; r < groups.size(); ++r) {
    // Rollouts of a group mostly stand together.
    numbers[r] = r > 0 && groups[r] == groups[r - 1] ? numbers[r - 1]
                                                     : seen.emplace(groups[r], seen.size()).first->second;
  }
  return numbers;
}

std::vector<std::vector<size_t>> group_members(const RolloutBatch& batch) {
  std::vector<std::vector<size_t>> members;
  const std::vector<size_t> numbers = group_numbers(batch);
  for (size_t r = 0; r < numbers.size(); ++r) {
    if (numbers[r] == members.size()) members.emplace_back();
    members[numbers[r]].push_back(r);
  }
  return members;
}

std::vector<size_t> pools_of(const RolloutBatch& batch, Level level, Pool pool) {
  std::vector<size_t> pools(batch.size(level), kNoPool);
  const std::vector<size_t> groups = group_numbers(batch);
  std::vector<std::vector<size_t>> indexed;  // by group, then place in the rollout
  size_t count = 0;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (indexed.size() <= groups[r]) indexed.resize(groups[r] + 1);
    std::vector<size_t>& places = indexed[groups[r]];
    size_t position = 0;
    for_each_trained_span(batch, level, r, [&](size_t begin, size_t end) {
      if (pool == Pool::index) {
        for (size_t i = begin; i < end; ++i, ++position) {
          if (places.size() == position) places.push_back(count++);
          pools[i] = places[position];
        }
      } else {
        const size_t number = pool == Pool::batch ? 0 : pool == Pool::rollout ? r : groups[r];
        std::fill(pools.begin() + static_cast<ptrdiff_t>(begin), pools.begin() + static_cast<ptrdiff_t>(end),
                  number);
      }
    });
  }
  return pools;
}

std::vector<size_t> pools_by_key(const RolloutBatch& batch, const Column& key) {
  struct Hash {
    size_t operator()(const std::pair<size_t, double>& of) const {
      return std::hash<double>()(of.second) * 31 + of.first;
    }
  };
  std::vector<size_t> pools(key.size(), kNoPool);
  const std::vector<size_t> groups = group_numbers(batch);
  std::unordered_map<std::pair<size_t, double>, size_t, Hash> seen;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for_each_valid(batch, key, r, [&](size_t i) {
      pools[i] = seen.emplace(std::pair(groups[r], key[i]), seen.size()).first->second;
    });
  }
  return pools;
}

namespace {

// Two passes in index order; calls fn(i, value) for the values that count.
template <class T, class Fn>
void for_each_counted(std::span<const T> values, std::span<const uint8_t> mask,
                      const std::vector<size_t>& pools, Fn&& fn) {
  for (size_t i = 0; i < pools.size(); ++i) {
    if ((mask.empty() || mask[i]) && pools[i] != kNoPool) fn(pools[i], static_cast<double>(values[i]));
  }
}

}  // namespace

std::vector<PoolStatistics> pool_statistics(const Column& column, const std::vector<size_t>& pools) {
  size_t count = 0;
  for (const size_t pool : pools) {
    if (pool != kNoPool) count = std::max(count, pool + 1);
  }
  std::vector<PoolStatistics> out(count);
  std::vector<double> first(count);
  on_values(column, [&](auto values) {
    for_each_counted(values, column.mask(), pools, [&](size_t number, double value) {
      PoolStatistics& pool = out[number];
      if (pool.count++ == 0) first[number] = value;
      pool.sum += value;
      pool.constant &= value == first[number];
    });
    for (size_t p = 0; p < count; ++p) {
      PoolStatistics& pool = out[p];
      if (pool.count > 0) pool.mean = pool.constant ? first[p] : pool.sum / static_cast<double>(pool.count);
    }
    for_each_counted(values, column.mask(), pools, [&](size_t number, double value) {
      const double residual = value - out[number].mean;
      out[number].deviation += residual * residual;
    });
  });
  for (PoolStatistics& pool : out) {
    const bool spread = pool.count > 1 && !pool.constant;
    pool.deviation = spread ? std::sqrt(pool.deviation / static_cast<double>(pool.count - 1)) : 0.0;
  }
  return out;
}

}  // namespace gradus
