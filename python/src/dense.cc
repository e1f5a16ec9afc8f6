// Batches from padded (rollouts, tokens) masks.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "python/src/batch.h"
#include "python/src/groups.h"
#include "python/src/tensor.h"

namespace gradus::python {

namespace {

// One row at a time, so that the bytes between the passes stay in the cache.
//
// Trained tokens belong to one step unless something ends between them: a mark, a change of id or, where
// neither was given, a token that is not trained. Tokens that drop out inside a step go behind it, into an
// `observe` step, so that the tokens of a step stand together.
class Steps {
 public:
  Steps(size_t width, bool marked, RolloutShape& shape, Places& places)
      : trained_(width), ends_(width), marked_(marked), shape_(shape), places_(places) {}

  void mask(const Tensor& mask, size_t row) {
    bool fine = true;
    mask.with_row(row, [&](const auto* values, int64_t stride) {
      for (size_t t = 0; t < trained_.size(); ++t) {
        const auto value = values[static_cast<int64_t>(t) * stride];
        trained_[t] = value != 0;
        fine &= value == 0 || value == 1;
      }
      if (!fine) refuse(values, stride, row);
    });
  }

  void ends(const Tensor& ends, size_t row) {
    ends.with_row(row, [&](const auto* values, int64_t stride) {
      for (size_t t = 0; t < ends_.size(); ++t) ends_[t] = values[static_cast<int64_t>(t) * stride] != 0;
    });
  }

  void ids(const Tensor& ids, size_t row) {
    if (ends_.empty()) return;
    ids.with_row(row, [&](const auto* values, int64_t stride) {
      for (size_t t = 0; t + 1 < ends_.size(); ++t) {
        ends_[t] = values[static_cast<int64_t>(t) * stride] != values[static_cast<int64_t>(t + 1) * stride];
      }
    });
    ends_.back() = 1;
  }

  // Appends the steps of a row of the arrays.
  void close(size_t row) {
    const size_t width = trained_.size();
    first_ = static_cast<int64_t>(row * width);
    if (first_ != tokens_) list_order();  // rows of one rollout that do not follow each other
    const size_t first = find(trained_, 0, width, 1);
    size_t at = 0;
    for (size_t begin = first; begin < width; begin = find(trained_, at, width, 1)) {
      observe(at, begin);
      const size_t last = last_of(begin);
      act(begin, last);
      at = last + 1;
    }
    if (marked_ && at > 0) {
      note_loose(0, first);
      note_loose(static_cast<size_t>(places_.ends.back().place - first_) + 1, width);
    }
    observe(at, width);
  }
  void end_rollout() { shape_.step_offsets.push_back(static_cast<int64_t>(shape_.kinds.size())); }

 private:
  static size_t find(const std::vector<uint8_t>& bytes, size_t begin, size_t end, int byte) {
    if (begin >= end) return end;
    const void* const found = std::memchr(bytes.data() + begin, byte, end - begin);
    return found == nullptr ? end : static_cast<size_t>(static_cast<const uint8_t*>(found) - bytes.data());
  }

  // The last trained token of the step that begins with this one.
  size_t last_of(size_t begin) const {
    const size_t width = trained_.size();
    if (!marked_) return find(trained_, begin, width, 0) - 1;
    size_t last = std::min(find(ends_, begin, width, 1), width - 1);
    while (trained_[last] == 0) --last;
    return last;
  }

  void act(size_t begin, size_t last) {
    const int64_t kept = std::count(&trained_[begin], &trained_[last] + 1, uint8_t{1});
    dropped_ = static_cast<int64_t>(last + 1 - begin) - kept;
    if (dropped_ > 0) list_order();
    for (size_t t = begin; places_.listed && t <= last; ++t) {
      if (trained_[t] != 0) list(t);
    }
    tokens_ += kept;
    close_step(StepKind::act);
    if (marked_) note_end(last);
    for (size_t t = begin; dropped_ > 0 && t < last; ++t) {
      if (trained_[t] == 0) list(t);
    }
    tokens_ += dropped_;
  }

  // What is between two steps, and what dropped out of the first.
  void observe(size_t begin, size_t end) {
    if (begin >= end && dropped_ == 0) return;
    for (size_t t = begin; places_.listed && t < end; ++t) list(t);
    tokens_ += static_cast<int64_t>(end - begin);
    dropped_ = 0;
    close_step(StepKind::observe);
  }

  void close_step(StepKind kind) {
    shape_.kinds.push_back(kind);
    shape_.token_offsets.push_back(tokens_);
    if (marked_) places_.ends.push_back({-1, true});
  }

  // A step ends at the next mark, trained or not.
  void note_end(size_t last) {
    const size_t width = trained_.size();
    const size_t end = find(ends_, last, width, 1);
    const bool marked = end < find(trained_, last + 1, width, 1);
    places_.ends.back() = {first_ + static_cast<int64_t>(marked ? end : last), marked};
  }

  // Marks before the first trained token and behind the last step of a row: a score there would be lost.
  void note_loose(size_t begin, size_t end) {
    for (size_t t = find(ends_, begin, end, 1); t < end; t = find(ends_, t + 1, end, 1)) {
      places_.loose.push_back(first_ + static_cast<int64_t>(t));
    }
  }

  // From here on the tokens of the batch are not in the order of the arrays.
  void list_order() {
    if (places_.listed) return;
    places_.listed = true;
    places_.order.resize(static_cast<size_t>(tokens_));
    std::iota(places_.order.begin(), places_.order.end(), int64_t{0});
  }
  void list(size_t t) { places_.order.push_back(first_ + static_cast<int64_t>(t)); }

  template <class T>
  [[noreturn]] void refuse(const T* values, int64_t stride, size_t row) const {
    size_t t = 0;
    const auto value = [&] { return values[static_cast<int64_t>(t) * stride]; };
    while (value() == 0 || value() == 1) ++t;
    throw Error::input("a mask is made of 0 and 1")
        .field("mask")
        .found(fmt::format("{} at row {}, position {}", value(), row, t))
        .expected("1 where a token is trained, 0 where it is not");
  }

  std::vector<uint8_t> trained_, ends_;
  bool marked_;          // step_ends or step_ids were given
  int64_t first_ = 0;    // place of the row's first token in the arrays
  int64_t tokens_ = 0;   // of the batch so far
  int64_t dropped_ = 0;  // tokens behind the last step that no step holds yet
  RolloutShape& shape_;
  Places& places_;
};

std::optional<Tensor> marks(nb::handle given, const char* name, size_t rows, size_t width) {
  if (given.is_none()) return std::nullopt;
  Tensor tensor(given, name);
  tensor.require_shape({rows, width});
  return tensor;
}

// The rows of every rollout, rollouts in order of appearance; without ids every row is one.
std::vector<std::vector<size_t>> rows_of(nb::handle rollout, size_t rows) {
  std::vector<std::vector<size_t>> out;
  const std::vector<int64_t> ids = groups_of(rollout, rows, "rollout");
  std::unordered_map<int64_t, size_t> seen;
  for (size_t row = 0; row < rows; ++row) {
    const size_t number = seen.emplace(ids[row], out.size()).first->second;
    if (number == out.size()) out.emplace_back();
    out[number].push_back(row);
  }
  return out;
}

// The group of every rollout; rows of one rollout answer one prompt.
std::vector<int64_t> groups_of_rollouts(nb::handle group, const std::vector<std::vector<size_t>>& rollouts,
                                        size_t rows) {
  const std::vector<int64_t> given = groups_of(group, rows);
  std::vector<int64_t> out;
  for (const std::vector<size_t>& members : rollouts) {
    out.push_back(given[members.front()]);
    for (const size_t row : members) {
      if (given[row] == out.back() || group.is_none()) continue;
      throw Error::input("rows of one rollout are in different groups")
          .field("rollout")
          .found(fmt::format("rows {} and {}", members.front(), row))
          .expected("a rollout id that no other prompt has");
    }
  }
  return out;
}

}  // namespace

std::unique_ptr<Batch> batch_from_dense(nb::handle mask, nb::handle group, nb::handle step_ends,
                                        nb::handle step_ids, nb::handle rollout) {
  if (!step_ends.is_none() && !step_ids.is_none()) {
    throw Error::input("step_ends and step_ids both say where steps end").hint("give one of them");
  }
  const Tensor trained(mask, "mask");
  trained.require_dimensions(2);
  const size_t rows = trained.shape()[0], width = trained.shape()[1];
  const std::optional<Tensor> ends = marks(step_ends, "step_ends", rows, width);
  const std::optional<Tensor> ids = marks(step_ids, "step_ids", rows, width);
  const std::vector<std::vector<size_t>> rollouts = rows_of(rollout, rows);
  RolloutShape shape{groups_of_rollouts(group, rollouts, rows), {0}, {0}, {}};
  Places places{rows, width};
  Steps steps(width, ends || ids, shape, places);
  for (const std::vector<size_t>& members : rollouts) {
    for (const size_t row : members) {
      steps.mask(trained, row);
      if (ends) steps.ends(*ends, row);
      if (ids) steps.ids(*ids, row);
      steps.close(row);
    }
    steps.end_rollout();
  }
  if (ids) places.loose.clear();  // what comes before and behind the steps has ids too
  auto batch = std::make_unique<Batch>(RolloutBatch(std::move(shape)), !group.is_none());
  batch->dense = true;
  batch->places = std::move(places);
  return batch;
}

namespace {

// The score of one step among the values of its places.
template <class T>
class StepScore {
 public:
  StepScore(std::span<const T> values, const Places& places, const std::string& name)
      : values_(values), places_(places), name_(name) {}

  // behind: the place behind the step before; begin, last: the step's first and last trained ones.
  std::optional<double> at(int64_t behind, int64_t begin, int64_t last, StepEnd end) {
    const int64_t place = end.place != last && !scored(end.place) && finite(last) ? last : end.place;
    const double own = value(place), before = std::exchange(before_, own);
    // Without marks a model's value for every token is read at the last one.
    const bool loose = places_.ends.empty();
    const bool every = loose && all_scored(begin, last),
               known = loose && std::isfinite(before) && before != 0;
    for (int64_t other = behind; other <= end.place; ++other) {
      const bool meant = other == place || !scored(other) || value(other) == own;
      if (!meant && !(other < begin ? known : every)) refuse(other, end.place);
    }
    if (!end.marked && !(own != 0 && !std::isnan(own))) return std::nullopt;
    return own;
  }
  void require_none(int64_t place) const {
    if (scored(place)) refuse(place, -1);
  }

 private:
  double value(int64_t place) const { return static_cast<double>(values_[static_cast<size_t>(place)]); }
  bool finite(int64_t place) const { return std::isfinite(value(place)); }
  bool scored(int64_t place) const { return finite(place) && value(place) != 0; }
  bool all_scored(int64_t begin, int64_t last) const {
    while (begin <= last && scored(begin)) ++begin;
    return begin > last;
  }

  [[noreturn]] void refuse(int64_t place, int64_t end) const {
    Error error = Error::input("a step score stands where no step with a trained token ends");
    error.field(name_).found(fmt::format("{} at {}", value(place), places_.name(place)));
    if (end >= 0) error.expected("the score of that step at " + places_.name(end));
    throw error.hint("a score stands at the last token of its step; elsewhere NaN or 0");
  }

  std::span<const T> values_;
  const Places& places_;
  const std::string& name_;
  double before_ = 0;  // the score of the step before
};

}  // namespace

std::string Places::name(int64_t place) const {
  return fmt::format("row {}, position {}", row(place), place - row(place) * static_cast<int64_t>(width));
}

// Scores are read where they stand, trained or not; what is behind the last step of a row is padding.
template <class T>
Column Batch::score_steps(const std::string& name, std::span<const T> values, ChannelInfo info) const {
  StepScore<T> score(values, places, name);
  const auto found = std::make_shared<std::vector<T>>(rollouts.steps(), T{0});
  std::vector<size_t> without;
  int64_t behind = 0;  // the place behind the step before
  for (size_t s = 0; s < rollouts.steps(); ++s) {
    const bool trained =
        rollouts.kind(s) != StepKind::observe && rollouts.token_begin(s) < rollouts.token_end(s);
    std::optional<double> own;
    if (trained) {
      const int64_t begin = places.at(rollouts.token_begin(s)), last = places.at(rollouts.token_end(s) - 1);
      const StepEnd end = places.ends.empty() ? StepEnd{last, true} : places.ends[s];
      const bool first = behind == 0 || places.row(behind - 1) != places.row(begin);
      own = score.at(first ? begin : behind, begin, last, end);
      behind = end.place + 1;
    }
    if (own) (*found)[s] = static_cast<T>(*own);
    if (!own) without.push_back(s);
  }
  for (const int64_t place : places.loose) score.require_none(place);
  Column out(Level::step, std::span<const T>(*found), std::move(info), found);
  for (const size_t s : without) out.clear(s);
  return out;
}
template Column Batch::score_steps<float>(const std::string&, std::span<const float>, ChannelInfo) const;
template Column Batch::score_steps<double>(const std::string&, std::span<const double>, ChannelInfo) const;

}  // namespace gradus::python
