// Batches as the bytes of their arrays, for pickle.
#include <cstring>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/src/batch.h"

namespace gradus::python {

namespace {

template <class T>
nb::bytes packed(std::span<const T> values) {
  return nb::bytes(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

template <class T>
std::vector<T> unpacked(nb::handle given) {
  const auto bytes = nb::cast<nb::bytes>(given);
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.c_str(), out.size() * sizeof(T));
  return out;
}

nb::tuple column_state(Column column) {
  column.settle();
  const ChannelInfo& info = column.info();
  const bool full = column.precision() == Precision::full;
  return nb::make_tuple(full, on_values(column, [](auto values) { return packed(values); }),
                        packed(column.mask()), info.estimates, info.evaluator, info.online);
}

template <class T>
Column column_of(Level level, const nb::tuple& state) {
  const auto values = std::make_shared<std::vector<T>>(unpacked<T>(state[1]));
  Column out(level, std::span<const T>(*values),
             {nb::cast<std::string>(state[3]), nb::cast<std::string>(state[4]), nb::cast<bool>(state[5])},
             values);
  const std::vector<uint8_t> mask = unpacked<uint8_t>(state[2]);
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) out.clear(i);
  }
  return out;
}

nb::dict places_state(const Places& places) {
  std::vector<int64_t> ends;
  std::vector<uint8_t> marked;
  for (const StepEnd& end : places.ends) {
    ends.push_back(end.place);
    marked.push_back(end.marked);
  }
  nb::dict out;
  out["rows"] = places.rows;
  out["width"] = places.width;
  out["listed"] = places.listed;
  out["order"] = packed(std::span<const int64_t>(places.order));
  out["ends"] = packed(std::span<const int64_t>(ends));
  out["marked"] = packed(std::span<const uint8_t>(marked));
  out["loose"] = packed(std::span<const int64_t>(places.loose));
  return out;
}

Places places_of(const nb::dict& state) {
  Places out{nb::cast<size_t>(state["rows"]), nb::cast<size_t>(state["width"]),
             nb::cast<bool>(state["listed"])};
  out.order = unpacked<int64_t>(state["order"]);
  out.loose = unpacked<int64_t>(state["loose"]);
  const auto ends = unpacked<int64_t>(state["ends"]);
  const auto marked = unpacked<uint8_t>(state["marked"]);
  for (size_t s = 0; s < ends.size(); ++s) out.ends.push_back({ends[s], marked.at(s) != 0});
  return out;
}

}  // namespace

nb::dict state_of(const Batch& batch) {
  const Use use(batch);
  const RolloutBatch& rollouts = batch.rollouts;
  if (rollouts.rollouts() > 0 && rollouts.has_texts()) {
    throw nb::type_error("a batch with texts cannot be pickled; write_jsonl and gradus.read_jsonl carry it");
  }
  std::vector<uint8_t> kinds;
  for (size_t s = 0; s < rollouts.steps(); ++s) kinds.push_back(static_cast<uint8_t>(rollouts.kind(s)));
  nb::dict columns, notes, out;
  for (const std::string& name : rollouts.column_names()) {
    columns[name.c_str()] = column_state(rollouts.column(name));
  }
  for (const std::string& name : rollouts.note_names()) {
    std::vector<std::string> texts;
    for (size_t r = 0; r < rollouts.rollouts(); ++r) texts.push_back(rollouts.note(name, r));
    notes[name.c_str()] = nb::cast(texts);
  }
  out["groups"] = packed(rollouts.groups());
  out["step_offsets"] = packed(rollouts.step_offsets());
  out["token_offsets"] = packed(rollouts.token_offsets());
  out["kinds"] = packed(std::span<const uint8_t>(kinds));
  out["columns"] = columns;
  out["notes"] = notes;
  out["full"] = rollouts.precision() == Precision::full;
  out["grouped"] = batch.grouped;
  out["places"] = batch.dense ? nb::object(places_state(batch.places)) : nb::none();
  return out;
}

void batch_from_state(Batch* place, const nb::dict& state) {
  RolloutShape shape{unpacked<int64_t>(state["groups"]),
                     unpacked<int64_t>(state["step_offsets"]),
                     unpacked<int64_t>(state["token_offsets"]),
                     {}};
  for (const uint8_t kind : unpacked<uint8_t>(state["kinds"])) {
    shape.kinds.push_back(static_cast<StepKind>(kind));
  }
  RolloutBatch rollouts(std::move(shape));
  rollouts.set_precision(nb::cast<bool>(state["full"]) ? Precision::full : Precision::single);
  for (const auto& [key, value] : nb::cast<nb::dict>(state["columns"])) {
    const auto name = nb::cast<std::string>(key);
    const auto column = nb::cast<nb::tuple>(value);
    const Level level = split_column_name(name).first;
    rollouts.put_column(
        name, nb::cast<bool>(column[0]) ? column_of<double>(level, column) : column_of<float>(level, column));
  }
  for (const auto& [key, value] : nb::cast<nb::dict>(state["notes"])) {
    const auto texts = nb::cast<std::vector<std::string>>(value);
    for (size_t r = 0; r < texts.size(); ++r) {
      rollouts.set_note(nb::cast<std::string>(key), r, texts[r]);
    }
  }
  const nb::object places = state["places"];
  Batch* const batch = new (place) Batch(std::move(rollouts), nb::cast<bool>(state["grouped"]));
  batch->dense = !places.is_none();
  if (batch->dense) batch->places = places_of(nb::cast<nb::dict>(places));
}

}  // namespace gradus::python
