#include "python/src/batch.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include "python/src/groups.h"
#include "python/src/tensor.h"

#include "gradus/rollout/jsonl.h"

namespace gradus::python {

namespace {

// Counted in a number as wide as a value and without a branch, so that the compiler looks at many at once.
template <class T>
bool all_finite(std::span<const T> values) {
  using Count = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  constexpr T most = std::numeric_limits<T>::max();
  Count bad = 0;
  for (const T value : values) bad |= static_cast<Count>(!(std::abs(value) <= most));
  return bad == 0;
}

bool skips(const std::string& missing) {
  if (missing == "refuse" || missing == "skip") return missing == "skip";
  throw Error::input("unknown policy for missing values")
      .field("missing")
      .found("'" + missing + "'")
      .expected("'refuse' or 'skip'");
}

nb::capsule keep(std::shared_ptr<const void> owner) {
  return nb::capsule(new std::shared_ptr<const void>(std::move(owner)),
                     [](void* held) noexcept { delete static_cast<std::shared_ptr<const void>*>(held); });
}

template <class Framework, class T>
nb::object view(const T* values, const std::vector<size_t>& shape, std::shared_ptr<const void> owner) {
  using Stored = std::conditional_t<std::is_same_v<Framework, nb::numpy>, const T, T>;
  return nb::cast(nb::ndarray<Framework, Stored>(const_cast<T*>(values), shape.size(), shape.data(),
                                                 keep(std::move(owner))));
}

// 0 where missing, whatever the memory of the caller holds there.
template <class T>
bool clean(std::span<const T> values, std::span<const uint8_t> mask) {
  bool fine = true;
  for (size_t i = 0; i < mask.size(); ++i) fine &= mask[i] != 0 || values[i] == 0;
  return fine;
}

// The values as the arrays of the caller lie, in memory of their own.
template <class T>
std::shared_ptr<std::vector<T>> laid_out(std::span<const T> values, const Column& column,
                                         const Places* places) {
  const auto out = std::make_shared<std::vector<T>>(values.size(), T{0});
  for (size_t i = 0; i < values.size(); ++i) {
    if (column.valid(i)) (*out)[places == nullptr ? i : static_cast<size_t>(places->at(i))] = values[i];
  }
  return out;
}

nb::dict all_columns(nb::handle columns, const nb::kwargs& named) {
  nb::dict out;
  if (!columns.is_none()) out.update(nb::cast<nb::dict>(columns));
  for (const auto& [name, values] : named) {
    if (out.contains(name)) {
      throw Error::input("a column is given twice")
          .field(nb::cast<std::string>(name))
          .found("it in columns= and as a keyword")
          .expected("one of them");
    }
    out[name] = values;
  }
  return out;
}

// A sequence of `count` small integers such as offsets; any integer dtype, or a list.
std::vector<int64_t> integers_of(nb::handle values, const std::string& name) {
  if (PyList_Check(values.ptr()) || PyTuple_Check(values.ptr()))
    return nb::cast<std::vector<int64_t>>(values);
  const Tensor tensor(values, name);
  tensor.require_dimensions(1);
  std::vector<int64_t> out(tensor.size());
  tensor.for_each([&](size_t i, auto value) { out[i] = static_cast<int64_t>(value); });
  return out;
}

std::vector<StepKind> kinds_of(nb::handle kinds, size_t steps) {
  if (kinds.is_none()) return std::vector<StepKind>(steps, StepKind::act);
  std::vector<StepKind> out;
  for (const std::string& name : nb::cast<std::vector<std::string>>(kinds))
    out.push_back(kind_from_name(name));
  if (out.size() != steps) {
    throw Error::input("one kind per step is needed")
        .field("kinds")
        .found(fmt::format("{}", out.size()))
        .expected(fmt::format("{}", steps));
  }
  return out;
}

std::unique_ptr<Batch> from_ragged(nb::handle step_offsets, nb::handle token_offsets, nb::handle group,
                                   nb::handle kinds, const std::string& missing, nb::handle columns,
                                   const nb::kwargs& named) {
  if (step_offsets.is_none() && token_offsets.is_none()) {
    throw Error::input("a ragged batch needs offsets")
        .expected("step_offsets [R+1], token_offsets [S+1] or both");
  }
  RolloutShape shape;
  if (!token_offsets.is_none()) shape.token_offsets = integers_of(token_offsets, "token_offsets");
  if (!step_offsets.is_none()) shape.step_offsets = integers_of(step_offsets, "step_offsets");
  if (shape.step_offsets.empty()) {  // one step per rollout
    for (size_t r = 0; r < shape.token_offsets.size(); ++r)
      shape.step_offsets.push_back(static_cast<int64_t>(r));
  }
  const int64_t steps = shape.step_offsets.empty() ? -1 : shape.step_offsets.back();
  if (steps < 0) throw Error::input("offsets start at 0 and never fall").field("step_offsets");
  if (shape.token_offsets.empty()) shape.token_offsets.assign(static_cast<size_t>(steps) + 1, 0);
  shape.kinds = kinds_of(kinds, static_cast<size_t>(steps));
  shape.groups = groups_of(group, shape.step_offsets.size() - 1);
  auto batch = std::make_unique<Batch>(RolloutBatch(std::move(shape)), !group.is_none());
  batch->put_all(all_columns(columns, named), missing);
  return batch;
}

std::unique_ptr<Batch> from_rollouts(nb::handle group, const std::string& missing, nb::handle columns,
                                     const nb::kwargs& given) {
  const nb::dict all = all_columns(columns, given);
  if (all.size() == 0)
    throw Error::input("a batch of rollouts needs at least one column, for example outcome=");
  nb::dict named;
  size_t rollouts = 0;
  for (const auto& [name, values] : all) {
    const std::string column = "rollout." + nb::cast<std::string>(name);
    named[nb::str(column.c_str())] = values;
    rollouts = is_list(values) ? nb::len(values) : Tensor(values, column).shape()[0];
  }
  RolloutShape shape;
  shape.groups = groups_of(group, rollouts);
  shape.step_offsets.assign(rollouts + 1, 0);
  shape.token_offsets.assign(1, 0);
  auto batch = std::make_unique<Batch>(RolloutBatch(std::move(shape)), !group.is_none());
  batch->put_all(named, missing);
  return batch;
}

std::unique_ptr<Batch> from_texts(const std::vector<std::vector<std::string>>& steps, nb::handle group,
                                  nb::handle kinds, nb::handle prompts, nb::handle tasks, nb::handle ids,
                                  const std::string& missing, nb::handle columns, const nb::kwargs& named) {
  const auto texts = [&](nb::handle given, const char* name) {
    auto out =
        given.is_none() ? std::vector<std::string>(steps.size()) : nb::cast<std::vector<std::string>>(given);
    if (out.size() == steps.size()) return out;
    throw Error::input("one text per rollout is needed")
        .field(name)
        .found(fmt::format("{}", out.size()))
        .expected(fmt::format("{}", steps.size()));
  };
  const std::vector<std::string> prompt = texts(prompts, "prompts"), task = texts(tasks, "tasks");
  std::vector<std::string> id = texts(ids, "ids");
  for (size_t r = 0; ids.is_none() && r < id.size(); ++r) id[r] = fmt::format("{}", r);
  std::vector<std::vector<std::string>> kind;
  if (!kinds.is_none()) kind = nb::cast<std::vector<std::vector<std::string>>>(kinds);
  const std::vector<int64_t> groups = groups_of(group, steps.size());
  RolloutBatch out;
  for (size_t r = 0; r < steps.size(); ++r) {
    out.add_rollout({.id = id[r], .group = groups[r], .task = task[r], .prompt = prompt[r]});
    if (!kind.empty() && (kind.size() != steps.size() || kind[r].size() != steps[r].size())) {
      throw Error::input("one kind per step is needed")
          .field("kinds")
          .found(fmt::format("another count in row {}", r));
    }
    for (size_t k = 0; k < steps[r].size(); ++k) {
      out.add_step(kind.empty() ? StepKind::act : kind_from_name(kind[r][k]), steps[r][k]);
    }
  }
  auto batch = std::make_unique<Batch>(std::move(out), !group.is_none());
  batch->put_all(all_columns(columns, named), missing);
  return batch;
}

std::unique_ptr<Batch> from_dense(nb::handle mask, nb::handle group, nb::handle step_ends,
                                  nb::handle step_ids, nb::handle rollout, const std::string& missing,
                                  nb::handle columns, const nb::kwargs& named) {
  std::unique_ptr<Batch> batch = batch_from_dense(mask, group, step_ends, step_ids, rollout);
  batch->put_all(all_columns(columns, named), missing);
  return batch;
}

std::unique_ptr<Batch> from_arrow(nb::handle group, const std::string& missing, nb::handle columns,
                                  const nb::kwargs& named) {
  return batch_from_arrow(group, all_columns(columns, named), missing);
}

nb::tuple read_jsonl(const std::string& path, bool strict) {
  RolloutFile file;
  {
    nb::gil_scoped_release unlocked;
    file = read_rollouts(path, {.strict = strict});
  }
  nb::list errors;
  for (const Error& error : file.errors) errors.append(nb::str(error.what()));
  return nb::make_tuple(std::make_unique<Batch>(std::move(file.batch), true), file.lines, file.bad_lines,
                        errors);
}

nb::list kinds(const Batch& batch) {
  nb::list out;
  for (size_t s = 0; s < batch.rollouts.steps(); ++s) {
    const std::string_view name = kind_name(batch.rollouts.kind(s));
    out.append(nb::str(name.data(), name.size()));
  }
  return out;
}

nb::object integers(std::span<const int64_t> values, nb::handle self) {
  return nb::cast(nb::ndarray<nb::numpy, const int64_t>(values.data(), {values.size()}, self));
}

std::string describe(const Batch& batch) {
  return fmt::format("<gradus.Batch: {} rollouts, {} steps, {} tokens{}; columns: {}>",
                     batch.rollouts.rollouts(), batch.rollouts.steps(), batch.rollouts.tokens(),
                     batch.dense ? fmt::format(" ({} wide)", batch.places.width) : "",
                     fmt::join(batch.rollouts.column_names(), ", "));
}

std::string text(const Batch& batch, size_t step) {
  if (step < batch.rollouts.steps()) return std::string(batch.rollouts.text(step));
  throw Error::input("no such step")
      .field("step")
      .found(fmt::format("{}", step))
      .expected(fmt::format("a number below {}", batch.rollouts.steps()));
}

std::unique_ptr<Batch> copy(const Batch& batch) {
  const Use use(batch);
  auto out = std::make_unique<Batch>(batch.rollouts, batch.grouped);
  out->dense = batch.dense;
  out->places = batch.places;
  return out;
}

void set_note(Batch& batch, const std::string& name, const std::vector<std::string>& texts) {
  const Use use(batch);
  if (texts.size() != batch.rollouts.rollouts()) {
    throw Error::input("one text per rollout is needed")
        .field(name)
        .found(fmt::format("{}", texts.size()))
        .expected(fmt::format("{}", batch.rollouts.rollouts()));
  }
  for (size_t r = 0; r < texts.size(); ++r) batch.rollouts.set_note(name, r, texts[r]);
}

}  // namespace

Use::Use(const Batch& batch) : busy_(const_cast<std::atomic<bool>&>(batch.busy)) {
  if (busy_.exchange(true, std::memory_order_acquire)) {
    throw Error::input("the batch is in use by another thread").hint("give every thread a batch of its own");
  }
}

std::vector<size_t> Batch::shape_of(const Column& column) const {
  if (dense && column.level() == Level::token) return {places.rows, places.width};
  return {column.size()};
}

// Where a value stands, for messages: the rollout, and the place within it.
std::string Batch::place_of(Level level, size_t index) const {
  if (level == Level::rollout) return fmt::format("row {}", index);
  if (dense && level == Level::token) return places.name(places.at(index));
  for (size_t r = 0; r < rollouts.rollouts(); ++r) {
    const auto [begin, end] = rollouts.range(level, r);
    if (index >= begin && index < end) {
      return fmt::format("row {}, {} {}", r, level == Level::step ? "step" : "position", index - begin);
    }
  }
  return fmt::format("index {}", index);
}

void Batch::settle_missing(const std::string& name, Column& column, bool skip) const {
  if (on_values(column, [](auto values) { return all_finite(values); })) return;
  const Column seen = column;  // clearing copies the column; the values to look at stay where they are
  on_values(seen, [&](auto values) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i]) || !seen.valid(i)) continue;
      if (!skip) {
        throw Error::input("a value is not a finite number")
            .field(name)
            .found(fmt::format("{} at {}", values[i], place_of(seen.level(), i)))
            .expected("finite numbers")
            .hint("missing=\"skip\" marks such values as missing");
      }
      column.clear(i);
    }
  });
}

// Token values of the caller's arrays in the order of the batch.
template <class T>
Column Batch::in_order(std::span<const T> values, ChannelInfo info) const {
  const auto out = std::make_shared<std::vector<T>>(values.size());
  for (size_t i = 0; i < values.size(); ++i) (*out)[i] = values[static_cast<size_t>(places.order[i])];
  return Column(Level::token, std::span<const T>(*out), std::move(info), out);
}

void Batch::put(const std::string& name, nb::handle values, const std::string& missing, ChannelInfo info) {
  const Level level = split_column_name(name).first;
  if (level != Level::token && is_list(values)) {
    return put(name, list_column(values, name, level, rollouts.size(level), std::move(info)), missing);
  }
  const Tensor tensor(values, name);
  const bool per_token =
      dense && (level == Level::token || (level == Level::step && tensor.shape().size() == 2));
  if (!per_token) {
    tensor.require_shape({rollouts.size(level)});
    const bool whole = level != Level::token && tensor.whole_numbers();
    return put(name, whole ? tensor.converted(level, std::move(info)) : tensor.column(level, std::move(info)),
               missing);
  }
  tensor.require_shape({places.rows, places.width});
  Column column = tensor.column(Level::token, info);
  if (level == Level::step) {
    column = on_values(column, [&](auto given) { return score_steps(name, given, info); });
  } else if (places.listed) {
    column = on_values(column, [&](auto given) { return in_order(given, info); });
  }
  put(name, std::move(column), missing);
}

void Batch::put(const std::string& name, Column column, const std::string& missing) {
  const Use use(*this);
  const bool skip = skips(missing);
  if (column.level() == Level::token && column.size() == rollouts.tokens()) column.clear_observed(rollouts);
  settle_missing(name, column, skip);
  rollouts.put_column(name, std::move(column));
}

void Batch::put_all(const nb::dict& columns, const std::string& missing) {
  for (const auto& [name, values] : columns) put(nb::cast<std::string>(name), values, missing, {});
  settle_precision();
}

void Batch::settle_precision() {
  const std::vector<std::string> names = rollouts.column_names();
  const bool full = !names.empty() && std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return rollouts.column(name).precision() == Precision::full;
  });
  rollouts.set_precision(full ? Precision::full : Precision::single);
}

nb::object Batch::get(const std::string& name) const {
  const Use use(*this);
  const Column& column = rollouts.column(name);
  const bool moved = places.listed && column.level() == Level::token;
  return on_values(column, [&](auto values) {
    if (!moved && (column.owned() || clean(values, column.mask()))) {
      return view<nb::numpy>(values.data(), shape_of(column), column.owner());
    }
    const auto own = laid_out(values, column, moved ? &places : nullptr);
    return view<nb::numpy>(std::as_const(*own).data(), shape_of(column), own);
  });
}

nb::object Batch::get_torch(const std::string& name) const {
  const Use use(*this);
  const Column& column = rollouts.column(name);
  const bool moved = places.listed && column.level() == Level::token;
  return on_values(column, [&](auto values) {
    const auto own = laid_out(values, column, moved ? &places : nullptr);
    return view<nb::pytorch>(std::as_const(*own).data(), shape_of(column), own);
  });
}

nb::object Batch::valid(const std::string& name) const {
  const Use use(*this);
  const Column& column = rollouts.column(name);
  auto* const flags = new std::vector<uint8_t>(column.size(), 1);
  nb::capsule owner(flags, [](void* held) noexcept { delete static_cast<std::vector<uint8_t>*>(held); });
  const bool moved = places.listed && column.level() == Level::token;
  for (size_t i = 0; i < column.mask().size(); ++i) {
    (*flags)[moved ? static_cast<size_t>(places.at(i)) : i] = column.mask()[i];
  }
  const std::vector<size_t> shape = shape_of(column);
  return nb::cast(nb::ndarray<nb::numpy, bool>(flags->data(), shape.size(), shape.data(), owner));
}

void bind_batch(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<Batch>(
      module, "Batch",
      "Rollouts as columns at three levels: rollout [R], step [S], token [T].\n\n"
      "Columns are named LEVEL.NAME. float32 and float64 arrays are borrowed, not copied, where the\n"
      "batch keeps their order; a column comes out as a view of its memory where it can.")
      .def_static(
          "from_dense", &from_dense, "mask"_a, "group"_a = nb::none(), nb::kw_only(),
          "step_ends"_a = nb::none(), "step_ids"_a = nb::none(), "rollout"_a = nb::none(),
          "missing"_a = "refuse", "columns"_a = nb::none(), "named"_a,
          nb::sig("def from_dense(mask: object, group: object | None = None, *, step_ends: object | None = "
                  "None, step_ids: object | None = None, rollout: object | None = None, missing: "
                  "typing.Literal['refuse', 'skip'] = 'refuse', columns: "
                  "collections.abc.Mapping[str, object] | None = None, **named: object) -> Batch"),
          "A batch from padded arrays.\n\n"
          "mask (B, T): 1 where a token is trained, 0 for tool output, padding and rejected tokens. Steps\n"
          "end where step_ends (B, T) is not zero (at the last token of a step, trained or not) or where\n"
          "step_ids (B, T) changes; a token that is not trained cuts no step in two. Without both a step is\n"
          "a run of the mask. Tokens behind the last step end are a step without a score.\n"
          "group (B,): integers or any hashable labels; rollouts of one prompt share one, and no id (None,\n"
          "NaN, '') is refused. rollout (B,): rows that share an id are one rollout: its rows follow each\n"
          "other, rollout columns have one value for all of them, and groups count it once.\n"
          "columns={'token.reward': (B, T), 'rollout.outcome': (B,), 'step.prm': (S,) or (B, T)}: float32 "
          "or\n"
          "float64, C-contiguous, on the CPU, borrowed; rollout and step columns also as lists, bool or "
          "int.\n"
          "A (B, T) array for a step column holds the score of a step at its last token, 0 or NaN "
          "elsewhere:\n"
          "with step_ends=~numpy.isnan(scores) a score of 0 is one too. missing: 'refuse' (the default) "
          "raises\n"
          "for NaN and infinities on trained places, 'skip' marks them as missing. What stands in padding "
          "is\n"
          "never read.")
      .def_static(
          "from_ragged", &from_ragged, "step_offsets"_a = nb::none(), "token_offsets"_a = nb::none(),
          "group"_a = nb::none(), nb::kw_only(), "kinds"_a = nb::none(), "missing"_a = "refuse",
          "columns"_a = nb::none(), "named"_a,
          nb::sig("def from_ragged(step_offsets: object | None = None, token_offsets: object | None = None, "
                  "group: object | None = None, *, kinds: collections.abc.Sequence[str] | None = None, "
                  "missing: typing.Literal['refuse', 'skip'] = 'refuse', columns: "
                  "collections.abc.Mapping[str, object] | None = None, **named: object) -> Batch"),
          "A batch from offsets: steps of rollout r are step_offsets[r]..step_offsets[r+1], tokens of step "
          "s\n"
          "are token_offsets[s]..token_offsets[s+1]. Without token_offsets there are no tokens; without\n"
          "step_offsets every rollout is one step. kinds: 'reason', 'act', 'observe' or 'answer' per step.")
      .def_static("from_rollouts", &from_rollouts, "group"_a = nb::none(), nb::kw_only(),
                  "missing"_a = "refuse", "columns"_a = nb::none(), "named"_a,
                  nb::sig("def from_rollouts(group: object | None = None, *, missing: "
                          "typing.Literal['refuse', 'skip'] = 'refuse', columns: "
                          "collections.abc.Mapping[str, object] | None = None, **named: object) -> Batch"),
                  "A batch of rollout columns alone, named without level: outcome=(R,).")
      .def_static("from_texts", &from_texts, "steps"_a, "group"_a = nb::none(), nb::kw_only(),
                  "kinds"_a = nb::none(), "prompts"_a = nb::none(), "tasks"_a = nb::none(),
                  "ids"_a = nb::none(), "missing"_a = "refuse", "columns"_a = nb::none(), "named"_a,
                  nb::sig("def from_texts(steps: collections.abc.Sequence[collections.abc.Sequence[str]], "
                          "group: object | None = None, *, kinds: object | None = None, prompts: "
                          "collections.abc.Sequence[str] | None = None, tasks: "
                          "collections.abc.Sequence[str] | None = None, ids: "
                          "collections.abc.Sequence[str] | None = None, missing: "
                          "typing.Literal['refuse', 'skip'] = 'refuse', columns: "
                          "collections.abc.Mapping[str, object] | None = None, **named: object) -> Batch"),
                  "A batch of step texts, one list per rollout, for operators that read text; ids are "
                  "numbers unless given.")
      .def_static(
          "from_arrow", &from_arrow, "group"_a = nb::none(), nb::kw_only(), "missing"_a = "refuse",
          "columns"_a = nb::none(), "named"_a,
          nb::sig("def from_arrow(group: object | None = None, *, missing: typing.Literal['refuse', 'skip'] "
                  "= 'refuse', columns: collections.abc.Mapping[str, object] | None = None, **named: object) "
                  "-> Batch"),
          "A batch from Arrow arrays (anything with __arrow_c_array__), values borrowed: token columns as\n"
          "list<list<float>> (rollouts > steps > tokens) or list<float> (one step per rollout), step "
          "columns\n"
          "as list<float>, rollout columns as float. Nulls are missing.")
      .def(
          "put",
          [](Batch& self, const std::string& name, nb::handle values, const std::string& missing,
             std::string estimates, std::string evaluator) {
            self.put(name, values, missing, {std::move(estimates), std::move(evaluator)});
          },
          "name"_a, "values"_a, nb::kw_only(), "missing"_a = "refuse", "estimates"_a = "", "evaluator"_a = "",
          "Adds or replaces a column, borrowing the array; says what it estimates and who judged it.")
      .def("__setitem__", [](Batch& self, const std::string& name,
                             nb::handle values) { self.put(name, values, "refuse", {}); })
      .def(
          "__getitem__", &Batch::get, nb::sig("def __getitem__(self, name: str) -> numpy.ndarray"),
          "A column as a read-only numpy array, 0 where missing; (B, T) for the tokens of a dense batch. It\n"
          "is the column's memory, or a copy where that holds something at a missing place.")
      .def(
          "__delitem__",
          [](Batch& self, const std::string& name) {
            const Use use(self);
            self.rollouts.remove_column(name);
          },
          "name"_a, "Takes a column away; views of it stay.")
      .def("__contains__",
           [](const Batch& self, const std::string& name) { return self.rollouts.has_column(name); })
      .def("__repr__", &describe)
      .def("__len__", [](const Batch& self) { return self.rollouts.column_names().size(); })
      .def(
          "__iter__", [](const Batch& self) { return nb::iter(nb::cast(self.rollouts.column_names())); },
          nb::sig("def __iter__(self) -> collections.abc.Iterator[str]"), "The names of the columns.")
      .def(
          "__copy__", [](const Batch& self) { return copy(self); },
          "A batch with the same columns; what an operator writes into one is not in the other.")
      .def("__getstate__", &state_of)
      .def("__setstate__", [](Batch& self, const nb::dict& state) { batch_from_state(&self, state); })
      .def("to_torch", &Batch::get_torch, "name"_a, nb::sig("def to_torch(self, name: str) -> torch.Tensor"),
           "A column as a torch tensor of its own, 0 where missing.")
      .def("valid", &Batch::valid, "name"_a, nb::sig("def valid(self, name: str) -> numpy.ndarray"),
           "True where a column has a value, as a new array of the column's shape.")
      .def(
          "missing",
          [](const Batch& self, const std::string& name) { return self.rollouts.column(name).missing(); },
          "name"_a, "How many values of a column are missing.")
      .def_prop_ro("columns", [](const Batch& self) { return self.rollouts.column_names(); })
      .def_prop_ro("rollouts", [](const Batch& self) { return self.rollouts.rollouts(); })
      .def_prop_ro("steps", [](const Batch& self) { return self.rollouts.steps(); })
      .def_prop_ro("tokens", [](const Batch& self) { return self.rollouts.tokens(); })
      .def_prop_ro(
          "groups",
          [](nb::handle self) { return integers(nb::cast<const Batch&>(self).rollouts.groups(), self); })
      .def_prop_ro("step_offsets",
                   [](nb::handle self) {
                     return integers(nb::cast<const Batch&>(self).rollouts.step_offsets(), self);
                   })
      .def_prop_ro("token_offsets",
                   [](nb::handle self) {
                     return integers(nb::cast<const Batch&>(self).rollouts.token_offsets(), self);
                   })
      .def_prop_ro("kinds", &kinds, "'reason', 'act', 'observe' or 'answer', per step.")
      .def("text", &text, "step"_a, "The text of a step.")
      .def("set_note", &set_note, "name"_a, "texts"_a, "One text per rollout, carried beside the columns.")
      .def(
          "note",
          [](const Batch& self, const std::string& name) {
            std::vector<std::string> out;
            for (size_t r = 0; r < self.rollouts.rollouts(); ++r) out.push_back(self.rollouts.note(name, r));
            return out;
          },
          "name"_a)
      .def(
          "write_jsonl",
          [](const Batch& self, const std::string& path) {
            const Use use(self);
            nb::gil_scoped_release unlocked;
            write_rollouts(self.rollouts, path);
          },
          "path"_a, "Writes a rollout file: whole or not at all.");
  module.def("read_jsonl", &read_jsonl, "path"_a, "strict"_a);
}

}  // namespace gradus::python
