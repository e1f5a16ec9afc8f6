#include "gradus/rollout/batch.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

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

Level level_from_name(std::string_view name) {
  for (const Level level : {Level::rollout, Level::step, Level::token}) {
    if (level_name(level) == name) return level;
  }
  throw Error::input("unknown level")
      .found("'" + std::string(name) + "'")
      .expected("one of: rollout, step, token");
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

Column::Column(Level level, size_t size, ChannelInfo info, Precision precision)
    : level_(level), info_(std::move(info)), precision_(precision), size_(size), valid_(size, 0) {
  if (precision_ == Precision::single) {
    own_single_ = std::make_shared<PooledVector<float>>(size, 0.0f);
    single_ = own_single_->data();
  } else {
    own_full_ = std::make_shared<PooledVector<double>>(size, 0.0);
    full_ = own_full_->data();
  }
}

Column::Column(Level level, std::span<const float> values, ChannelInfo info,
               std::shared_ptr<const void> owner)
    : level_(level),
      info_(std::move(info)),
      precision_(Precision::single),
      size_(values.size()),
      single_(values.data()),
      borrowed_(std::move(owner)) {}

Column::Column(Level level, std::span<const double> values, ChannelInfo info,
               std::shared_ptr<const void> owner)
    : level_(level),
      info_(std::move(info)),
      precision_(Precision::full),
      size_(values.size()),
      full_(values.data()),
      borrowed_(std::move(owner)) {}

namespace {

// What stood at missing places in somebody else's memory stays there.
template <class T>
std::shared_ptr<PooledVector<T>> copied(const T* values, size_t size, std::span<const uint8_t> mask) {
  auto own = std::make_shared<PooledVector<T>>(values, values + size);
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) (*own)[i] = 0;
  }
  return own;
}

}  // namespace

// Storage is shared between copies of a column until one of them changes.
void Column::make_own() {
  if (precision_ == Precision::single) {
    if (own_single_ && own_single_.use_count() == 1) return;
    own_single_ = copied(single_, size_, valid_);
    single_ = own_single_->data();
  } else {
    if (own_full_ && own_full_.use_count() == 1) return;
    own_full_ = copied(full_, size_, valid_);
    full_ = own_full_->data();
  }
  borrowed_.reset();
}

void Column::settle() {
  if (!owned() && !all_valid()) make_own();
}

void Column::make_mask() {
  if (valid_.empty()) valid_.assign(size_, 1);
}

bool Column::fits(double value) const {
  return std::isfinite(precision_ == Precision::single ? static_cast<double>(static_cast<float>(value))
                                                       : value);
}

void Column::set_where_defined(size_t i, double value) {
  if (std::isfinite(value)) return set(i, value);
  clear(i);
}

void Column::set(size_t i, double value) {
  if (std::isnan(value)) return clear(i);
  if (!fits(value)) throw ValueTooLarge(*this, i, value);
  make_own();
  if (precision_ == Precision::single) {
    (*own_single_)[i] = static_cast<float>(value);
  } else {
    (*own_full_)[i] = value;
  }
  if (!valid_.empty()) valid_[i] = 1;
}

void Column::set_range(size_t begin, size_t end, double value) {
  if (begin == end) return;
  set(begin, value);  // rounds, refuses what does not fit, makes the storage ours
  for (size_t i = begin + 1; !valid(begin) && i < end; ++i) clear(i);
  if (!valid(begin)) return;
  const auto fill = [&](auto& values) {
    std::fill(values.begin() + static_cast<ptrdiff_t>(begin) + 1,
              values.begin() + static_cast<ptrdiff_t>(end), values[begin]);
  };
  if (precision_ == Precision::single) {
    fill(*own_single_);
  } else {
    fill(*own_full_);
  }
  if (!valid_.empty())
    std::fill(valid_.begin() + static_cast<ptrdiff_t>(begin), valid_.begin() + static_cast<ptrdiff_t>(end),
              uint8_t{1});
}

void Column::clear(size_t i) {
  make_own();
  make_mask();
  if (precision_ == Precision::single) {
    (*own_single_)[i] = 0;
  } else {
    (*own_full_)[i] = 0;
  }
  valid_[i] = 0;
}

template <>
std::span<const float> Column::values<float>() const {
  require(precision_ == Precision::single, "float32 values of a float32 column");
  return {single_, size_};
}

template <>
std::span<const double> Column::values<double>() const {
  require(precision_ == Precision::full, "float64 values of a float64 column");
  return {full_, size_};
}

template <>
std::span<float> Column::fill<float>(size_t size) {
  require(precision_ == Precision::single, "float32 values of a float32 column");
  own_single_ = std::make_shared<PooledVector<float>>(size_ = size);
  single_ = own_single_->data();
  valid_.clear();
  borrowed_.reset();
  return *own_single_;
}

template <>
std::span<double> Column::fill<double>(size_t size) {
  require(precision_ == Precision::full, "float64 values of a float64 column");
  own_full_ = std::make_shared<PooledVector<double>>(size_ = size);
  full_ = own_full_->data();
  valid_.clear();
  borrowed_.reset();
  return *own_full_;
}

void Column::clear_observed(const RolloutBatch& batch) {
  require(level_ == Level::token && size_ == batch.tokens(), "a token column of this batch");
  const auto blank = [](auto& values, size_t begin, size_t end) {
    std::fill(values.begin() + static_cast<ptrdiff_t>(begin), values.begin() + static_cast<ptrdiff_t>(end),
              0);
  };
  const auto clear_range = [&](size_t begin, size_t end) {
    if (begin == end) return;
    make_mask();
    std::fill(valid_.begin() + static_cast<ptrdiff_t>(begin), valid_.begin() + static_cast<ptrdiff_t>(end),
              uint8_t{0});
    if (!owned()) return;  // never a copy for what nobody reads
    make_own();
    if (precision_ == Precision::single) {
      blank(*own_single_, begin, end);
    } else {
      blank(*own_full_, begin, end);
    }
  };
  for (size_t s = 0; s < batch.steps(); ++s) {
    if (batch.kind(s) == StepKind::observe) clear_range(batch.token_begin(s), batch.token_end(s));
  }
}

std::shared_ptr<const void> Column::owner() const {
  if (borrowed_) return borrowed_;
  return precision_ == Precision::single ? std::shared_ptr<const void>(own_single_) : own_full_;
}

bool Column::all_valid() const {
  return missing() == 0;
}

size_t Column::missing() const {
  return static_cast<size_t>(std::count(valid_.begin(), valid_.end(), 0));
}

ValueTooLarge::ValueTooLarge(const Column& column, size_t index, double value)
    : Error(Error::input("a value is too large for its column")),
      column_(&column),
      level_(column.level()),
      index_(index),
      value_(fmt::format("{:.6g}", value)),
      limit_(column.precision() == Precision::single ? "at most 3.4e38 in size (float32)"
                                                     : "at most 1.8e308 in size (float64)") {
  field(fmt::format("{} {}", level_name(level_), index_)).found(value_).expected(limit_);
}

namespace {

void check_offsets(const char* name, const std::vector<int64_t>& offsets, size_t count) {
  if (offsets.size() != count + 1 || offsets.front() != 0 ||
      !std::is_sorted(offsets.begin(), offsets.end())) {
    throw Error::input("the offsets of a batch do not fit together")
        .field(name)
        .found(fmt::format("{} offsets", offsets.size()))
        .expected(fmt::format("{} of them, from 0, never falling", count + 1));
  }
}

}  // namespace

RolloutBatch::RolloutBatch(RolloutShape shape)
    : groups_(std::move(shape.groups)),
      step_offsets_(std::move(shape.step_offsets)),
      token_offsets_(std::move(shape.token_offsets)),
      kinds_(std::move(shape.kinds)) {
  check_offsets("step_offsets", step_offsets_, groups_.size());
  check_offsets("token_offsets", token_offsets_, kinds_.size());
  if (static_cast<size_t>(step_offsets_.back()) != kinds_.size()) {
    throw Error::input("the offsets of a batch do not fit together")
        .field("step_offsets")
        .found(fmt::format("{} steps", step_offsets_.back()))
        .expected(fmt::format("{}, one per step kind", kinds_.size()));
  }
}

const RolloutHeader& RolloutBatch::header(size_t rollout) const {
  if (headers_.empty()) throw Error::input("the rollouts of this batch have no texts").field("header");
  return headers_[rollout];
}

std::string_view RolloutBatch::text(size_t step) const {
  if (text_ends_.empty()) throw Error::input("the steps of this batch have no texts").field("text");
  const size_t begin = step == 0 ? 0 : text_ends_[step - 1];
  return {texts_.data() + begin, text_ends_[step] - begin};
}

void RolloutBatch::require_open() const {
  require(columns_.empty() && notes_.empty(), "rollouts, steps and tokens come before columns and notes");
}

void RolloutBatch::add_rollout(RolloutHeader header) {
  require_open();
  require(headers_.size() == groups_.size(), "a batch made from offsets is complete");
  groups_.push_back(header.group);
  headers_.push_back(std::move(header));
  step_offsets_.push_back(step_offsets_.back());
}

void RolloutBatch::add_step(StepKind kind, std::string_view text) {
  require_open();
  require(!headers_.empty(), "a step needs a rollout");
  kinds_.push_back(kind);
  append(texts_, text.data(), text.size());
  text_ends_.push_back(texts_.size());
  token_offsets_.push_back(token_offsets_.back());
  ++step_offsets_.back();
}

void RolloutBatch::add_token(int32_t id) {
  add_tokens({&id, 1});
}

void RolloutBatch::add_tokens(std::span<const int32_t> ids) {
  require_open();
  require(!headers_.empty() && step_offsets_.back() > step_offsets_[step_offsets_.size() - 2],
          "a token needs a step of its own rollout");
  append(token_ids_, ids.data(), ids.size());
  token_offsets_.back() += static_cast<int64_t>(ids.size());
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

std::pair<size_t, size_t> RolloutBatch::range(Level level, size_t rollout) const {
  switch (level) {
    case Level::rollout:
      return {rollout, rollout + 1};
    case Level::step:
      return {step_begin(rollout), step_end(rollout)};
    case Level::token:
      return {first_token(rollout), last_token(rollout)};
  }
  return {0, 0};
}

Column& RolloutBatch::add_column(const std::string& name, ChannelInfo info) {
  const Level level = split_column_name(name).first;
  return put_column(name, Column(level, size(level), std::move(info), precision_));
}

Column& RolloutBatch::put_column(const std::string& name, Column column) {
  const Level level = split_column_name(name).first;
  if (column.level() != level || column.size() != size(level)) {
    throw Error::input("a column does not fit the batch")
        .field(name)
        .found(fmt::format("{} values per {}", column.size(), level_name(column.level())))
        .expected(fmt::format("{}, one per {}", size(level), level_name(level)));
  }
  return columns_.insert_or_assign(name, std::move(column)).first->second;
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

void RolloutBatch::remove_column(const std::string& name) {
  static_cast<void>(column(name));
  columns_.erase(name);
}

std::string_view note_key(std::string_view name) {
  constexpr std::string_view kLevel = "rollout.";
  return name.size() > kLevel.size() && name.starts_with(kLevel) ? name.substr(kLevel.size()) : name;
}

void RolloutBatch::set_note(const std::string& name, size_t rollout, std::string text) {
  require(rollout < rollouts(), "a note needs a rollout of the batch");
  const std::string key(note_key(name));
  note_spellings_.emplace(key, name);
  std::vector<std::string>& notes = notes_[key];
  notes.resize(rollouts());
  notes[rollout] = std::move(text);
}

const std::string& RolloutBatch::note(const std::string& name, size_t rollout) const {
  static const std::string none;
  const auto it = notes_.find(std::string(note_key(name)));
  return it == notes_.end() ? none : it->second[rollout];
}

size_t RolloutBatch::rollouts_with_note(const std::string& name) const {
  const auto it = notes_.find(std::string(note_key(name)));
  if (it == notes_.end()) return 0;
  return static_cast<size_t>(
      std::ranges::count_if(it->second, [](const auto& text) { return !text.empty(); }));
}

std::vector<std::string> RolloutBatch::note_names() const {
  std::vector<std::string> names;
  for (const auto& [unused, spelling] : note_spellings_) names.push_back(spelling);
  return names;
}

}  // namespace gradus
