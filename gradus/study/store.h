// The run store: one SQLite file (WAL) that holds what was computed, addressed by content. A run killed at
// any moment goes on from its newest checkpoint to the same bytes; what is in the store is never computed
// again.
//
//   auto store = Store::open("runs/clean_code/store.sqlite");   // one process at a time
//   if (auto bytes = store->artifact(key)) policy->load(*bytes);
//   store->put_checkpoint(run, {.update = 20, .policy = policy->save(), .evaluation = rows});
//
// Every body carries its SHA-256. A damaged file is moved aside and what is whole in it is kept;
// `recovered()` says so. Safe to use from many threads.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/json.h"

struct sqlite3;

namespace gradus {

struct Checkpoint {
  int update = 0;
  std::string policy;  // Policy::save()
  Json evaluation;     // rows of this checkpoint
  Json progress;       // counters that go on after it: rollouts, tokens, ...
};

class Store {
 public:
  static std::unique_ptr<Store> open(const std::string& path);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  std::optional<std::string> artifact(const std::string& key);
  void put_artifact(const std::string& key, const std::string& kind, const std::string& body);
  void drop_artifact(const std::string& key);
  bool empty();  // neither artifacts nor runs

  // Policy, progress and last evaluation.
  std::optional<Checkpoint> newest_checkpoint(const std::string& run);
  void put_checkpoint(const std::string& run, const Checkpoint& checkpoint);  // in one transaction
  std::vector<std::pair<int, Json>> evaluations(const std::string& run);      // by update

  // What had to be repaired when the file was opened; "" where nothing was.
  const std::string& recovered() const { return recovered_; }

 private:
  Store() = default;
  void execute(const char* sql);
  [[noreturn]] void fail(const std::string& doing);
  bool whole();
  void salvage();

  std::string path_, recovered_;
  sqlite3* db_ = nullptr;
  int lock_ = -1;
  std::mutex mutex_;
};

}  // namespace gradus
