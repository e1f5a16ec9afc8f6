// RolloutBatch: many rollouts as flat columns with offsets (CSR) at three levels.
//
//   rollout level [R]   group, outcome, ...
//   step level    [S]   steps of rollout r: step_begin(r) .. step_end(r)
//   token level   [T]   tokens of step s:   token_begin(s) .. token_end(s)
//
//   RolloutBatch batch;
//   batch.add_rollout({.id = "r0", .group = 7, .task = "t7", .prompt = "max(a,b)"});
//   batch.add_step(StepKind::act, "return a;");
//   batch.add_token(12);
//   Column& prm = batch.add_column("step.prm", {.estimates = "correctness", .evaluator = "my-prm"});
//   prm.set(0, 0.9f);                     // every other value stays missing: missing is not zero
//
// Structure first, columns after: adding a rollout, step or token once columns exist throws.
// Response tokens only; the prompt's token ids are kept apart (prompt_tokens).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradus/base/error.h"
#include "gradus/base/pool_allocator.h"

namespace gradus {

enum class Level : uint8_t { rollout, step, token };
enum class StepKind : uint8_t { reason, act, observe, answer };  // observe: tool output, never trained on

std::string_view level_name(Level level);
Level level_from_name(std::string_view name);  // throws Error::input with the allowed names
std::string_view kind_name(StepKind kind);
StepKind kind_from_name(std::string_view name);  // throws Error::input with the allowed names

// What a channel means and where it comes from.
struct ChannelInfo {
  std::string estimates;  // correctness, value, progress, preference, style, outcome, ...
  std::string evaluator;  // id of who judged it; roles of metrics are computed from it
  bool online = true;     // readable before the rollout ends
};

// Storage of the values: float32 unless a caller asks for float64 (checks against reference numbers do).
// Arithmetic on them is always in double.
enum class Precision : uint8_t { single, full };

// One named column with a validity mask. Single values go through double; kernels that touch millions of
// values take them as spans of the stored type:
//
//   on_values(column, [&](auto values) { total = kernel(values); });   // span<const float> or <const double>
//
// A value is stored, missing, or an error: a number that is too large for the stored type is never taken for
// a missing one.
class Column {
 public:
  // Every value missing.
  Column(Level level, size_t size, ChannelInfo info, Precision precision = Precision::single);
  // Somebody else's memory, kept alive by `owner`, every value valid; copied at the first change.
  Column(Level level, std::span<const float> values, ChannelInfo info, std::shared_ptr<const void> owner);
  Column(Level level, std::span<const double> values, ChannelInfo info, std::shared_ptr<const void> owner);

  Level level() const { return level_; }
  const ChannelInfo& info() const { return info_; }
  Precision precision() const { return precision_; }
  size_t size() const { return size_; }
  bool valid(size_t i) const { return valid_.empty() || valid_[i] != 0; }
  bool all_valid() const;
  size_t missing() const;

  // Ask valid() first: where missing it is 0 in memory of our own, and anything in borrowed memory.
  double operator[](size_t i) const {
    return precision_ == Precision::single ? static_cast<double>(single_[i]) : full_[i];
  }
  // Rounded to the stored type; NaN is stored as missing. Throws ValueTooLarge for what does not fit.
  void set(size_t i, double value);
  // For formulas that are undefined for some inputs (log of 0, 1 / 0): missing where they are infinite.
  void set_where_defined(size_t i, double value);
  void set_range(size_t begin, size_t end, double value);  // the same value from begin to before end
  void clear(size_t i);
  bool fits(double value) const;                                                 // finite in the stored type
  bool owned() const { return own_single_ != nullptr || own_full_ != nullptr; }  // else borrowed
  // Missing places read 0 from now on: borrowed memory with other values there is copied.
  void settle();

  template <class T>
  std::span<const T> values() const;  // T is the stored type: float or double
  // The storage of `size` values to write in full: every one valid, and expected finite.
  template <class T>
  std::span<T> fill(size_t size);
  // The values of observed steps are missing; for kernels that have written a token column in full.
  void clear_observed(const class RolloutBatch& batch);
  std::span<const uint8_t> mask() const { return valid_; }  // empty: all valid
  // The values' memory, for views that outlive the batch.
  std::shared_ptr<const void> owner() const;

 private:
  void make_own();
  void make_mask();

  Level level_;
  ChannelInfo info_;
  Precision precision_;
  size_t size_;
  const float* single_ = nullptr;  // into own_single_ or the owner's memory
  const double* full_ = nullptr;
  std::shared_ptr<PooledVector<float>> own_single_;
  std::shared_ptr<PooledVector<double>> own_full_;
  std::shared_ptr<const void> borrowed_;
  PooledVector<uint8_t> valid_;  // empty: all valid
};

// A value that a column cannot hold. An operator's registry adds who wrote it and where (operator.h).
class ValueTooLarge : public Error {
 public:
  ValueTooLarge(const Column& column, size_t index, double value);
  const Column* column() const { return column_; }  // only to be compared: it may be gone
  Level level() const { return level_; }
  size_t index() const { return index_; }
  const std::string& value() const { return value_; }
  const std::string& limit() const { return limit_; }  // "at most 3.4e38 in size (float32)"

 private:
  const Column* column_;
  Level level_;
  size_t index_;
  std::string value_, limit_;
};

// Calls fn with the values in their stored type.
template <class Fn>
decltype(auto) on_values(const Column& column, Fn&& fn) {
  return column.precision() == Precision::single ? fn(column.values<float>()) : fn(column.values<double>());
}

struct RolloutHeader {
  std::string id;
  int64_t group = 0;  // samples of one prompt share a group
  std::string task;
  std::string prompt;
  std::vector<int32_t> prompt_tokens;
};

// Structure without texts and token ids, for callers that hold tensors.
struct RolloutShape {
  std::vector<int64_t> groups;         // [R]
  std::vector<int64_t> step_offsets;   // [R+1], from 0, never falling
  std::vector<int64_t> token_offsets;  // [S+1]
  std::vector<StepKind> kinds;         // [S]
};

// "rollout.source" -> "source": notes stand at rollouts, and either spelling names the same one.
std::string_view note_key(std::string_view name);

class RolloutBatch {
 public:
  RolloutBatch() = default;
  explicit RolloutBatch(RolloutShape shape);  // throws Error::input where the offsets do not fit together

  void add_rollout(RolloutHeader header);
  void add_step(StepKind kind, std::string_view text);
  void add_token(int32_t id);
  void add_tokens(std::span<const int32_t> ids);

  size_t rollouts() const { return groups_.size(); }
  size_t steps() const { return kinds_.size(); }
  size_t tokens() const { return static_cast<size_t>(token_offsets_.back()); }

  int64_t group(size_t rollout) const { return groups_[rollout]; }
  std::span<const int64_t> groups() const { return groups_; }
  const RolloutHeader& header(size_t rollout) const;  // throws for a batch without texts
  bool has_texts() const { return headers_.size() == groups_.size(); }
  size_t step_begin(size_t rollout) const { return static_cast<size_t>(step_offsets_[rollout]); }
  size_t step_end(size_t rollout) const { return static_cast<size_t>(step_offsets_[rollout + 1]); }
  StepKind kind(size_t step) const { return kinds_[step]; }
  std::string_view text(size_t step) const;  // throws for a batch without texts
  size_t token_begin(size_t step) const { return static_cast<size_t>(token_offsets_[step]); }
  size_t token_end(size_t step) const { return static_cast<size_t>(token_offsets_[step + 1]); }
  size_t first_token(size_t rollout) const { return token_begin_of(step_begin(rollout)); }
  size_t last_token(size_t rollout) const { return token_begin_of(step_end(rollout)); }  // one past the end
  // [begin, end) of the values of a rollout in a column of this level.
  std::pair<size_t, size_t> range(Level level, size_t rollout) const;
  int32_t token(size_t index) const { return token_ids_[index]; }
  std::span<const int32_t> token_ids() const { return token_ids_; }  // empty for a batch made from offsets
  std::span<const int64_t> step_offsets() const { return step_offsets_; }    // [R+1]
  std::span<const int64_t> token_offsets() const { return token_offsets_; }  // [S+1]

  size_t size(Level level) const;

  // A column is named "LEVEL.NAME", for example "token.advantage".
  Column& add_column(const std::string& name, ChannelInfo info = {});  // replaces one of the same name
  Column& put_column(const std::string& name, Column column);          // the level and size must fit
  const Column& column(const std::string& name) const;                 // throws, naming the columns there are
  Column& column(const std::string& name);
  bool has_column(const std::string& name) const { return columns_.count(name) != 0; }
  std::vector<std::string> column_names() const;
  void remove_column(const std::string& name);  // throws, naming the columns there are

  // Of the columns that are added from now on.
  void set_precision(Precision precision) { precision_ = precision; }
  Precision precision() const { return precision_; }

  // Text carried beside the float columns, one per rollout. "source" and "rollout.source" are one note; it
  // keeps the spelling that it was set with first.
  void set_note(const std::string& name, size_t rollout, std::string text);
  const std::string& note(const std::string& name, size_t rollout) const;  // "" where none was set
  bool has_note(const std::string& name) const { return notes_.count(std::string(note_key(name))) != 0; }
  size_t rollouts_with_note(const std::string& name) const;  // with a text that is not empty
  std::vector<std::string> note_names() const;

 private:
  size_t token_begin_of(size_t step) const { return static_cast<size_t>(token_offsets_[step]); }
  void require_open() const;

  Precision precision_ = Precision::single;
  std::vector<int64_t> groups_;
  std::vector<RolloutHeader> headers_;
  std::vector<int64_t> step_offsets_{0};
  std::vector<int64_t> token_offsets_{0};
  std::vector<StepKind> kinds_;
  PooledVector<char> texts_;       // of all steps, one behind the other
  std::vector<size_t> text_ends_;  // [S]
  PooledVector<int32_t> token_ids_;
  std::map<std::string, Column> columns_;
  std::map<std::string, std::vector<std::string>> notes_;  // by note_key()
  std::map<std::string, std::string> note_spellings_;
};

// "step.prm" -> {Level::step, "prm"}; throws Error::input where the level is not one of the three.
std::pair<Level, std::string> split_column_name(const std::string& name);

}  // namespace gradus
