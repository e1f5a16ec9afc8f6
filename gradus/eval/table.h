// EvalTable: what evaluation measured. One entry per (arm, update, seed, task, sample) with a value or
// "missing" for every metric. Entries are kept in the order of their key, so results do not depend on the
// order of arrival.
//
//   EvalTable table(environment.info().metrics);
//   table.add({.arm = "outcome", .update = 100, .seed = 3, .task = "t7", .sample = 0},
//             {.passed = true, .values = {1.0f, std::nullopt}});
//   table.add_cost({.arm = "outcome", .update = 100, .seed = 3}, {.rollouts = 16000, .tokens = 4.1e5});
//
// Seeds that start from one base policy are not independent of each other: set_base() says which they are. A
// seed of which nothing is said has a base policy of its own.
//
// The policy before training is the arm kBaseArm at update 0; no other arm has an update 0.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/env/environment.h"

namespace gradus {

inline const std::string kBaseArm = "base";

struct EvalKey {
  std::string arm;
  int64_t update = 0;
  int64_t seed = 0;
  std::string task;
  int64_t sample = 0;
  auto operator<=>(const EvalKey&) const = default;
};

struct EvalEntry {
  std::optional<bool> passed;                // the outcome, for conditioning; none: not known, never "wrong"
  std::optional<bool> sloppy;                // some step is sloppy, for the neutrality check
  std::vector<std::optional<float>> values;  // one per metric; a non-finite value is stored as missing
};

struct RunPoint {
  std::string arm;
  int64_t update = 0;
  int64_t seed = 0;
  auto operator<=>(const RunPoint&) const = default;
};

struct TrainingCost {
  double rollouts = 0, tokens = 0;  // spent on training up to this update
};

class EvalTable {
 public:
  using Entries = std::map<EvalKey, EvalEntry>;
  struct Slice {
    Entries::const_iterator first, last;
    Entries::const_iterator begin() const { return first; }
    Entries::const_iterator end() const { return last; }
    bool empty() const { return first == last; }
  };

  explicit EvalTable(std::vector<MetricSpec> metrics);

  void add(EvalKey key, EvalEntry entry);  // throws on a key that is there already
  void add_cost(RunPoint point, TrainingCost cost);
  void set_base(int64_t seed, int64_t base);
  int64_t base_of(int64_t seed) const;

  const std::vector<MetricSpec>& metrics() const { return metrics_; }
  size_t metric_index(const std::string& id) const;  // throws with the nearest names
  const MetricSpec& metric(const std::string& id) const { return metrics_[metric_index(id)]; }

  size_t size() const { return entries_.size(); }
  Slice slice(const std::string& arm, int64_t update) const;
  std::vector<int64_t> updates(const std::string& arm) const;                           // ascending
  std::optional<TrainingCost> mean_cost(const std::string& arm, int64_t update) const;  // over seeds

 private:
  std::vector<MetricSpec> metrics_;
  Entries entries_;
  std::map<RunPoint, TrainingCost> costs_;
  std::map<int64_t, int64_t> bases_;  // of seeds
};

}  // namespace gradus
