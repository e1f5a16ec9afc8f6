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
#include <span>
#include <string>
#include <vector>

#include "gradus/base/error.h"

namespace gradus {

enum class Level : uint8_t { rollout, step, token };
enum class StepKind : uint8_t { reason, act, observe, answer };  // observe: tool output, never trained on

std::string_view level_name(Level level);
std::string_view kind_name(StepKind kind);
StepKind kind_from_name(std::string_view name);  // throws Error::input with the allowed names

// What a channel means and where it comes from.
struct ChannelInfo {
  std::string estimates;  // correctness, value, progress, preference, style, outcome, ...
  std::string evaluator;  // id of who judged it; roles of metrics are computed from it
  bool online = true;     // readable before the rollout ends
};

// One named float32 column with a validity mask.
class Column {
 public:
  Column(Level level, size_t size, ChannelInfo info)
      : level_(level), info_(std::move(info)), values_(size, 0.0f), valid_(size, 0) {}

  Level level() const { return level_; }
  const ChannelInfo& info() const { return info_; }
  size_t size() const { return values_.size(); }
  bool valid(size_t i) const { return valid_[i] != 0; }
  float operator[](size_t i) const { return values_[i]; }  // 0 where missing: ask valid() first
  void set(size_t i, float value) {                        // a non-finite value is stored as missing
    const bool finite = value - value == 0.0f;
    values_[i] = finite ? value : 0.0f;
    valid_[i] = finite ? 1 : 0;
  }
  void clear(size_t i) {
    values_[i] = 0.0f;
    valid_[i] = 0;
  }
  std::span<const float> values() const { return values_; }
  std::span<const uint8_t> mask() const { return valid_; }
  size_t missing() const;

 private:
  Level level_;
  ChannelInfo info_;
  std::vector<float> values_;
  std::vector<uint8_t> valid_;
};

struct RolloutHeader {
  std::string id;
  int64_t group = 0;  // samples of one prompt share a group
  std::string task;
  std::string prompt;
  std::vector<int32_t> prompt_tokens;
};

class RolloutBatch {
 public:
  void add_rollout(RolloutHeader header);
  void add_step(StepKind kind, std::string text);
  void add_token(int32_t id);

  size_t rollouts() const { return headers_.size(); }
  size_t steps() const { return kinds_.size(); }
  size_t tokens() const { return token_ids_.size(); }

  const RolloutHeader& header(size_t rollout) const { return headers_[rollout]; }
  size_t step_begin(size_t rollout) const { return static_cast<size_t>(step_offsets_[rollout]); }
  size_t step_end(size_t rollout) const { return static_cast<size_t>(step_offsets_[rollout + 1]); }
  StepKind kind(size_t step) const { return kinds_[step]; }
  const std::string& text(size_t step) const { return texts_[step]; }
  size_t token_begin(size_t step) const { return static_cast<size_t>(token_offsets_[step]); }
  size_t token_end(size_t step) const { return static_cast<size_t>(token_offsets_[step + 1]); }
  size_t first_token(size_t rollout) const { return token_begin_of(step_begin(rollout)); }
  size_t last_token(size_t rollout) const { return token_begin_of(step_end(rollout)); }  // one past the end
  int32_t token(size_t index) const { return token_ids_[index]; }
  std::span<const int32_t> token_ids() const { return token_ids_; }
  std::span<const int64_t> step_offsets() const { return step_offsets_; }    // [R+1]
  std::span<const int64_t> token_offsets() const { return token_offsets_; }  // [S+1]

  size_t size(Level level) const;

  // A column is named "LEVEL.NAME", for example "token.advantage".
  Column& add_column(const std::string& name, ChannelInfo info = {});  // replaces one of the same name
  const Column& column(const std::string& name) const;                 // throws, naming the columns there are
  Column& column(const std::string& name);
  bool has_column(const std::string& name) const { return columns_.count(name) != 0; }
  std::vector<std::string> column_names() const;

  // Text carried beside the float columns, one per rollout ("rollout.source").
  void set_note(const std::string& name, size_t rollout, std::string text);
  const std::string& note(const std::string& name, size_t rollout) const;  // "" where none was set
  std::vector<std::string> note_names() const;

 private:
  size_t token_begin_of(size_t step) const { return static_cast<size_t>(token_offsets_[step]); }
  void require_open() const;

  std::vector<RolloutHeader> headers_;
  std::vector<int64_t> step_offsets_{0};
  std::vector<int64_t> token_offsets_{0};
  std::vector<StepKind> kinds_;
  std::vector<std::string> texts_;
  std::vector<int32_t> token_ids_;
  std::map<std::string, Column> columns_;
  std::map<std::string, std::vector<std::string>> notes_;
};

// "step.prm" -> {Level::step, "prm"}; throws Error::input where the level is not one of the three.
std::pair<Level, std::string> split_column_name(const std::string& name);

}  // namespace gradus
