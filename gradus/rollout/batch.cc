#include "gradus/rollout/batch.h"

#include <algorithm>

namespace gradus {

std::string_view level_name(Level level) {
  switch (level) {
    case Level::rollout:
      return "rollout";
    case Level::step:
      return "step";
    case Level::token:
      return "token";
  }
  return "";
}

std::string_view kind_name(StepKind kind) {
  switch (kind) {
    case StepKind::reason:
      return "reason";
    case StepKind::act:
      return "act";
    case StepKind::observe:
      return "observe";
    case StepKind::answer:
      return "answer";
  }
  return "";
}

StepKind kind_from_name(std::string_view name) {
  for (const StepKind kind : {StepKind::reason, StepKind::act, StepKind::observe, StepKind::answer}) {
    if (kind_name(kind) == name) return kind;
  }
  throw Error::input("unknown step kind")
      .found("'" + std::string(name) + "'")
      .expected("one of: reason, act, observe, answer");
}

std::pair<Level, std::string> split_column_name(const std::string& name) {
  const size_t dot = name.find('.');
  if (dot != std::string::npos && dot + 1 < name.size()) {
    const std::string_view prefix = std::string_view(name).substr(0, dot);
    for (const Level level : {Level::rollout, Level::step, Level::token}) {
      if (prefix == level_name(level)) return {level, name.substr(dot + 1)};
    }
  }
  throw Error::input("not a column name")
      .found("'" + name + "'")
      .expected("LEVEL.NAME with LEVEL one of rollout, step, token, for example 'step.prm'");
}

size_t Column::missing() const {
  return static_cast<size_t>(std::count(valid_.begin(), valid_.end(), 0));
}

void RolloutBatch::require_open() const {
  require(columns_.empty() && notes_.empty(), "rollouts, steps and tokens come before columns and notes");
}

void RolloutBatch::add_rollout(RolloutHeader header) {
  require_open();
  headers_.push_back(std::move(header));
  step_offsets_.push_back(step_offsets_.back());
}

void RolloutBatch::add_step(StepKind kind, std::string text) {
  require_open();
  require(!headers_.empty(), "a step needs a rollout");
  kinds_.push_back(kind);
  texts_.push_back(std::move(text));
  token_offsets_.push_back(token_offsets_.back());
  ++step_offsets_.back();
}

void RolloutBatch::add_token(int32_t id) {
  require_open();
  require(!headers_.empty() && step_offsets_.back() > step_offsets_[step_offsets_.size() - 2],
          "a token needs a step of its own rollout");
  token_ids_.push_back(id);
  ++token_offsets_.back();
}

size_t RolloutBatch::size(Level level) const {
  switch (level) {
    case Level::rollout:
      return rollouts();
    case Level::step:
      return steps();
    case Level::token:
      return tokens();
  }
  return 0;
}

Column& RolloutBatch::add_column(const std::string& name, ChannelInfo info) {
  const Level level = split_column_name(name).first;
  return columns_.insert_or_assign(name, Column(level, size(level), std::move(info))).first->second;
}

const Column& RolloutBatch::column(const std::string& name) const {
  const auto it = columns_.find(name);
  if (it != columns_.end()) return it->second;
  split_column_name(name);
  throw Error::input("the batch has no column '" + name + "'").hint(suggest(name, column_names()));
}

Column& RolloutBatch::column(const std::string& name) {
  return const_cast<Column&>(static_cast<const RolloutBatch*>(this)->column(name));
}

std::vector<std::string> RolloutBatch::column_names() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : columns_) names.push_back(name);
  return names;
}

void RolloutBatch::set_note(const std::string& name, size_t rollout, std::string text) {
  require(rollout < rollouts(), "a note needs a rollout of the batch");
  std::vector<std::string>& notes = notes_[name];
  notes.resize(rollouts());
  notes[rollout] = std::move(text);
}

const std::string& RolloutBatch::note(const std::string& name, size_t rollout) const {
  static const std::string none;
  const auto it = notes_.find(name);
  return it == notes_.end() ? none : it->second[rollout];
}

std::vector<std::string> RolloutBatch::note_names() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : notes_) names.push_back(name);
  return names;
}

}  // namespace gradus
