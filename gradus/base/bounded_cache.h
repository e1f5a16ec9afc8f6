// A thread-safe map from text to value that forgets what was used longest ago.
//
//   BoundedCache<int> cache(1000);
//   cache.put("key", 3);
//   std::optional<int> value = cache.find("key");
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gradus {

template <class Value>
class BoundedCache {
 public:
  explicit BoundedCache(size_t capacity) : capacity_(capacity) {}

  std::optional<Value> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto it = places_.find(key);
    if (it == places_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->second;
  }

  void put(const std::string& key, Value value) {
    const std::lock_guard lock(mutex_);
    if (places_.count(key) != 0) return;
    entries_.emplace_front(key, std::move(value));
    places_.emplace(entries_.front().first, entries_.begin());
    if (entries_.size() <= capacity_) return;
    places_.erase(entries_.back().first);
    entries_.pop_back();
  }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;

  size_t capacity_;
  std::mutex mutex_;
  Entries entries_;                                                          // newest use first
  std::unordered_map<std::string_view, typename Entries::iterator> places_;  // views into entries_
};

}  // namespace gradus
