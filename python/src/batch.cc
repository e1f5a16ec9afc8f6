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

// Where a value stands, for messages: the rollout, and the place within it.
std::string place_of(const RolloutBatch& batch, Level level, size_t index) {
  if (level == Level::rollout) return fmt::format("row {}", index);
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const auto [begin, end] = batch.range(level, r);
    if (index >= begin && index < end) {
      return fmt::format("row {}, {} {}", r, level == Level::step ? "step" : "position", index - begin);
    }
  }
  return fmt::format("index {}", index);
}

// Counted in a number as wide as a value and without a branch, so that the compiler looks at many at once.
template <class T>
bool all_finite(std::span<const T> values) {
  using Count = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  constexpr T most = std::numeric_limits<T>::max();
  Count bad = 0;
  for (const T value : values) bad |= static_cast<Count>(!(std::abs(value) <= most));
  return bad == 0;
}

void settle_missing(const RolloutBatch& batch, const std::string& name, Column& column, bool skip) {
  if (on_values(column, [](auto values) { return all_finite(values); })) return;
  const Column seen = column;  // clearing copies the column; the values to look at stay where they are
  on_values(seen, [&](auto values) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i]) || !seen.valid(i)) continue;
      if (!skip) {
        throw Error::input("a value is not a finite number")
            .field(name)
            .found(fmt::format("{} at {}", values[i], place_of(batch, seen.level(), i)))
            .expected("finite numbers")
            .hint("missing=\"skip\" marks such values as missing");
      }
      column.clear(i);
    }
  });
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
nb::object view(std::span<const T> values, const std::vector<size_t>& shape, const Column& column) {
  using Stored = std::conditional_t<std::is_same_v<Framework, nb::numpy>, const T, T>;
  return nb::cast(nb::ndarray<Framework, Stored>(const_cast<T*>(values.data()), shape.size(), shape.data(),
                                                 keep(column.owner())));
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
                                   nb::handle kinds, const std::string& missing, const nb::kwargs& columns) {
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
  batch->put_all(columns, missing);
  return batch;
}

std::unique_ptr<Batch> from_rollouts(nb::handle group, const std::string& missing,
                                     const nb::kwargs& columns) {
  if (columns.size() == 0)
    throw Error::input("a batch of rollouts needs at least one column, for example outcome=");
  nb::dict named;
  size_t rollouts = 0;
  for (const auto& [name, values] : columns) {
    named[nb::str(("rollout." + nb::cast<std::string>(name)).c_str())] = values;
    rollouts = Tensor(values, nb::cast<std::string>(name)).shape()[0];
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
                                  const std::string& missing, const nb::kwargs& columns) {
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
  batch->put_all(columns, missing);
  return batch;
}

std::unique_ptr<Batch> from_dense(nb::handle mask, nb::handle group, nb::handle step_ends,
                                  nb::handle step_ids, const std::string& missing,
                                  const nb::kwargs& columns) {
  std::unique_ptr<Batch> batch = batch_from_dense(mask, group, step_ends, step_ids);
  batch->put_all(columns, missing);
  return batch;
}

std::unique_ptr<Batch> from_arrow(nb::handle group, const std::string& missing, const nb::kwargs& columns) {
  return batch_from_arrow(group, columns, missing);
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
                     batch.dense ? fmt::format(" ({} wide)", batch.width) : "",
                     fmt::join(batch.rollouts.column_names(), ", "));
}

std::string text(const Batch& batch, size_t step) {
  if (step < batch.rollouts.steps()) return std::string(batch.rollouts.text(step));
  throw Error::input("no such step")
      .field("step")
      .found(fmt::format("{}", step))
      .expected(fmt::format("a number below {}", batch.rollouts.steps()));
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
  if (dense && column.level() == Level::token) return {rollouts.rollouts(), width};
  return {column.size()};
}

// A step column given per token: the value at the last token of every step counts; observed steps have none.
Column Batch::at_step_ends(const Column& tokens) const {
  Column out(Level::step, rollouts.steps(), tokens.info(), tokens.precision());
  for (size_t s = 0; s < rollouts.steps(); ++s) {
    if (rollouts.kind(s) == StepKind::observe || rollouts.token_begin(s) == rollouts.token_end(s)) continue;
    if (tokens.valid(rollouts.token_end(s) - 1)) out.set(s, tokens[rollouts.token_end(s) - 1]);
  }
  return out;
}

void Batch::put(const std::string& name, nb::handle values, const std::string& missing, ChannelInfo info) {
  const Level level = split_column_name(name).first;
  const Tensor tensor(values, name);
  const bool per_token =
      dense && (level == Level::token || (level == Level::step && tensor.shape().size() == 2));
  if (per_token) {
    tensor.require_shape({rollouts.rollouts(), width});
  } else {
    tensor.require_shape({rollouts.size(level)});
  }
  Column column = tensor.column(per_token ? Level::token : level, std::move(info));
  if (per_token && level == Level::step) column = at_step_ends(column);
  put(name, std::move(column), missing);
}

void Batch::put(const std::string& name, Column column, const std::string& missing) {
  const Use use(*this);
  const bool skip = skips(missing);
  if (column.level() == Level::token && column.size() == rollouts.tokens()) column.clear_observed(rollouts);
  settle_missing(rollouts, name, column, skip);
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
  return on_values(column, [&](auto values) { return view<nb::numpy>(values, shape_of(column), column); });
}

nb::object Batch::get_torch(const std::string& name) const {
  const Use use(*this);
  const Column& column = rollouts.column(name);
  return on_values(column, [&](auto values) { return view<nb::pytorch>(values, shape_of(column), column); });
}

nb::object Batch::valid(const std::string& name) const {
  const Use use(*this);
  const Column& column = rollouts.column(name);
  auto* const flags = new std::vector<uint8_t>(column.size(), 1);
  nb::capsule owner(flags, [](void* held) noexcept { delete static_cast<std::vector<uint8_t>*>(held); });
  std::copy(column.mask().begin(), column.mask().end(), flags->begin());
  const std::vector<size_t> shape = shape_of(column);
  return nb::cast(nb::ndarray<nb::numpy, bool>(flags->data(), shape.size(), shape.data(), owner));
}

void bind_batch(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<Batch>(module, "Batch",
                    "Rollouts as columns at three levels: rollout [R], step [S], token [T].\n\n"
                    "Columns are named LEVEL.NAME. Arrays go in and come out without a copy.")
      .def_static(
          "from_dense", &from_dense, "mask"_a, "group"_a = nb::none(), nb::kw_only(),
          "step_ends"_a = nb::none(), "step_ids"_a = nb::none(), "missing"_a = "refuse", "columns"_a,
          "A batch from padded arrays.\n\n"
          "mask (B, T): 1 where a token is trained, 0 for observations and padding; runs of equal values\n"
          "become steps, `act` where 1 and `observe` where 0. step_ends (B, T, non-zero at the last token\n"
          "of a step) or step_ids (B, T, changing where a step does) split the trained runs further.\n"
          "group (B,): integers or any hashable labels; rollouts of one prompt share one.\n"
          "columns: **{'token.reward': (B, T), 'rollout.outcome': (B,), 'step.prm': (S,) or (B, T)}; "
          "float32\n"
          "or float64, C-contiguous, on the CPU, borrowed. A (B, T) array for a step column is read at the\n"
          "last token of every step. missing: 'refuse' (the default) raises for NaN and infinities on\n"
          "trained places, 'skip' marks them as missing.")
      .def_static(
          "from_ragged", &from_ragged, "step_offsets"_a = nb::none(), "token_offsets"_a = nb::none(),
          "group"_a = nb::none(), nb::kw_only(), "kinds"_a = nb::none(), "missing"_a = "refuse", "columns"_a,
          "A batch from offsets: steps of rollout r are step_offsets[r]..step_offsets[r+1], tokens of step "
          "s\n"
          "are token_offsets[s]..token_offsets[s+1]. Without token_offsets there are no tokens; without\n"
          "step_offsets every rollout is one step. kinds: 'reason', 'act', 'observe' or 'answer' per step.")
      .def_static("from_rollouts", &from_rollouts, "group"_a = nb::none(), nb::kw_only(),
                  "missing"_a = "refuse", "columns"_a,
                  "A batch of rollout columns alone, named without level: outcome=(R,).")
      .def_static("from_texts", &from_texts, "steps"_a, "group"_a = nb::none(), nb::kw_only(),
                  "kinds"_a = nb::none(), "prompts"_a = nb::none(), "tasks"_a = nb::none(),
                  "ids"_a = nb::none(), "missing"_a = "refuse", "columns"_a,
                  "A batch of step texts, one list per rollout, for operators that read text; ids are "
                  "numbers unless given.")
      .def_static(
          "from_arrow", &from_arrow, "group"_a = nb::none(), nb::kw_only(), "missing"_a = "refuse",
          "columns"_a,
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
      .def("__getitem__", &Batch::get,
           "A column as a read-only numpy view, 0 where missing; (B, T) for the tokens of a dense batch.")
      .def("__contains__",
           [](const Batch& self, const std::string& name) { return self.rollouts.has_column(name); })
      .def("__repr__", &describe)
      .def("to_torch", &Batch::get_torch, "name"_a,
           "A column as a torch tensor on the same memory. Do not write to it.")
      .def("valid", &Batch::valid, "name"_a,
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
