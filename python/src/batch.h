// gradus.Batch: a RolloutBatch with the layout that its arrays came in, so that they go back the same way.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <nanobind/nanobind.h>
#include <string>

#include "gradus/rollout/batch.h"

namespace gradus::python {

namespace nb = nanobind;

class Batch {
 public:
  Batch(RolloutBatch batch, bool has_groups) : rollouts(std::move(batch)), grouped(has_groups) {}

  RolloutBatch rollouts;
  bool grouped;        // group ids were given
  bool dense = false;  // token columns are (rollouts, width) arrays
  size_t width = 0;

  // Columns by name; `missing` says what becomes of NaN and infinities: "refuse" or "skip".
  void put(const std::string& name, nb::handle values, const std::string& missing, ChannelInfo info);
  void put(const std::string& name, Column column, const std::string& missing);
  void put_all(const nb::dict& columns, const std::string& missing);
  // New columns are float64 where all the given ones are.
  void settle_precision();
  nb::object get(const std::string& name) const;        // numpy, the column's memory
  nb::object get_torch(const std::string& name) const;  // torch, the column's memory
  nb::object valid(const std::string& name) const;      // numpy bool, a copy

  std::atomic<bool> busy = false;

 private:
  std::vector<size_t> shape_of(const Column& column) const;
  Column at_step_ends(const Column& tokens) const;
};

// Held while a batch is read or changed: two threads on one batch are refused, not undefined.
class Use {
 public:
  explicit Use(const Batch& batch);
  ~Use() { busy_.store(false, std::memory_order_release); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  std::atomic<bool>& busy_;
};

// The whole of `mask` as rollouts: a run of equal values is a step, `act` where 1, `observe` where 0, split
// further at `step_ends` (non-zero: the last token of a step) or where `step_ids` changes.
std::unique_ptr<Batch> batch_from_dense(nb::handle mask, nb::handle group, nb::handle step_ends,
                                        nb::handle step_ids);

// Arrow list arrays (anything with __arrow_c_array__): columns by name, structure from their offsets.
std::unique_ptr<Batch> batch_from_arrow(nb::handle group, const nb::dict& columns,
                                        const std::string& missing);

void bind_batch(nb::module_& module);

}  // namespace gradus::python
