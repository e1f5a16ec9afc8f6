// gradus.Batch: a RolloutBatch with the layout that its arrays came in, so that they go back the same way.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <nanobind/nanobind.h>
#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus::python {

namespace nb = nanobind;

// Where a step ends in the arrays; marked: the caller said so, otherwise nothing trained follows.
struct StepEnd {
  int64_t place;
  bool marked;
};

// Where the tokens of a dense batch stand in its (rows, width) arrays; a place is a position in the flat
// array.
struct Places {
  size_t rows = 0, width = 0;
  bool listed = false;         // the order is not that of the arrays
  std::vector<int64_t> order;  // listed: the place of every token
  std::vector<StepEnd> ends;   // of every step, where step_ends or step_ids were given
  std::vector<int64_t> loose;  // step ends of a row before its first trained step and behind its last

  int64_t at(size_t token) const { return listed ? order[token] : static_cast<int64_t>(token); }
  int64_t row(int64_t place) const { return place / static_cast<int64_t>(width); }
  std::string name(int64_t place) const;
};

class Batch {
 public:
  Batch(RolloutBatch batch, bool has_groups) : rollouts(std::move(batch)), grouped(has_groups) {}

  RolloutBatch rollouts;
  bool grouped;        // group ids were given
  bool dense = false;  // token columns are (rows, width) arrays
  Places places;

  // Columns by name; `missing` says what becomes of NaN and infinities: "refuse" or "skip".
  void put(const std::string& name, nb::handle values, const std::string& missing, ChannelInfo info);
  void put(const std::string& name, Column column, const std::string& missing);
  void put_all(const nb::dict& columns, const std::string& missing);
  // New columns are float64 where all the given ones are.
  void settle_precision();
  nb::object get(const std::string& name) const;  // numpy, the column's memory where nothing else is in it
  nb::object get_torch(const std::string& name) const;  // torch, a copy
  nb::object valid(const std::string& name) const;      // numpy bool, a copy

  std::atomic<bool> busy = false;

 private:
  std::vector<size_t> shape_of(const Column& column) const;
  std::string place_of(Level level, size_t index) const;
  void settle_missing(const std::string& name, Column& column, bool skip) const;
  template <class T>
  Column in_order(std::span<const T> values, ChannelInfo info) const;
  template <class T>
  Column score_steps(const std::string& name, std::span<const T> values, ChannelInfo info) const;
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

// The whole of `mask` as rollouts. Tokens where it is 1 are steps, `act`, that end at `step_ends` (non-zero:
// the last token of a step), where `step_ids` changes or, without both, where the mask does; what is between
// them is `observe`. Rows that share a `rollout` id are one rollout.
std::unique_ptr<Batch> batch_from_dense(nb::handle mask, nb::handle group, nb::handle step_ends,
                                        nb::handle step_ids, nb::handle rollout);

// Arrow list arrays (anything with __arrow_c_array__): columns by name, structure from their offsets.
std::unique_ptr<Batch> batch_from_arrow(nb::handle group, const nb::dict& columns,
                                        const std::string& missing);

// For pickle: all of a batch, its columns in memory of their own. One with texts is refused with a TypeError.
nb::dict state_of(const Batch& batch);
void batch_from_state(Batch* place, const nb::dict& state);  // makes it in memory that holds none yet

void bind_batch(nb::module_& module);

}  // namespace gradus::python
