// Batches from Arrow arrays through the Arrow C data interface, values borrowed.
//
// The two structs are the interface's own, as its specification lays them out; an exporter hands over a
// capsule of each, and the capsule frees them.
#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include "python/src/batch.h"
#include "python/src/groups.h"

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

namespace gradus::python {

namespace {

bool bit(const void* bitmap, int64_t i) {
  return (static_cast<const uint8_t*>(bitmap)[i >> 3] >> (i & 7) & 1) != 0;
}

[[noreturn]] void refuse(const std::string& name, const std::string& found) {
  throw Error::input("the Arrow array does not fit")
      .field(name)
      .found(found)
      .expected(
          "float or double, in lists without nulls: list<list<float>> or list<float> for tokens, list<float> "
          "for steps, float for rollouts");
}

// A (possibly nested) list of floats: offsets from the outside in, each from 0; values cut to what they
// cover.
struct Lists {
  std::vector<std::vector<int64_t>> offsets;
  const ArrowArray* leaf = nullptr;
  char type = 'f';  // 'f' float32, 'g' float64
  int64_t begin = 0, count = 0;
};

template <class T>
std::vector<int64_t> list_offsets(const ArrowArray& array, int64_t begin, int64_t count) {
  const auto* const raw = static_cast<const T*>(array.buffers[1]);
  std::vector<int64_t> out{0};
  for (int64_t i = 0; i < count; ++i) {
    const int64_t size = raw[begin + i + 1] - raw[begin + i];
    out.push_back(out.back() + size);
  }
  return out;
}

Lists lists_of(const std::string& name, const ArrowSchema& schema, const ArrowArray& array) {
  Lists out;
  const ArrowSchema* type = &schema;
  const ArrowArray* level = &array;
  out.count = array.length;
  for (;;) {
    const std::string_view format = type->format;
    out.begin += level->offset;
    if (format == "f" || format == "g") {
      out.leaf = level;
      out.type = format[0];
      return out;
    }
    const bool wide = format == "+L";
    if (!wide && format != "+l") refuse(name, "format '" + std::string(format) + "'");
    for (int64_t i = 0; level->null_count != 0 && level->buffers[0] != nullptr && i < out.count; ++i) {
      if (!bit(level->buffers[0], out.begin + i)) refuse(name, fmt::format("a null list at {}", i));
    }
    const int64_t first = out.count == 0 ? 0
                          : wide         ? static_cast<const int64_t*>(level->buffers[1])[out.begin]
                                         : static_cast<const int32_t*>(level->buffers[1])[out.begin];
    out.offsets.push_back(wide ? list_offsets<int64_t>(*level, out.begin, out.count)
                               : list_offsets<int32_t>(*level, out.begin, out.count));
    out.begin = first;
    out.count = out.offsets.back().back();
    type = type->children[0];
    level = level->children[0];
  }
}

template <class T>
Column borrow(Level level, const Lists& lists, const std::shared_ptr<const void>& owner) {
  const auto* const data = static_cast<const T*>(lists.leaf->buffers[1]);
  const std::span<const T> values(lists.count > 0 ? data + lists.begin : nullptr,
                                  static_cast<size_t>(lists.count));
  Column column(level, values, {}, owner);
  const void* const bitmap = lists.leaf->buffers[0];
  for (int64_t i = 0; bitmap != nullptr && i < lists.count; ++i) {
    if (!bit(bitmap, lists.begin + i)) column.clear(static_cast<size_t>(i));
  }
  return column;
}

struct Given {
  std::string name;
  Level level;
  Lists lists;
  std::shared_ptr<const void> owner;
};

Given import(const std::string& name, nb::handle values) {
  if (!nb::hasattr(values, "__arrow_c_array__")) refuse(name, nb::type_name(values.type()).c_str());
  // Held for as long as the column lives; the capsules free what they point to.
  auto* const held = new nb::tuple(nb::tuple(values.attr("__arrow_c_array__")()));
  const std::shared_ptr<const void> owner(held, [](const void* tuple) {
    nb::gil_scoped_acquire locked;
    delete static_cast<const nb::tuple*>(tuple);
  });
  const auto* const schema =
      static_cast<const ArrowSchema*>(PyCapsule_GetPointer((*held)[0].ptr(), "arrow_schema"));
  const auto* const array =
      static_cast<const ArrowArray*>(PyCapsule_GetPointer((*held)[1].ptr(), "arrow_array"));
  if (schema == nullptr || array == nullptr) throw nb::python_error();
  return {name, split_column_name(name).first, lists_of(name, *schema, *array), owner};
}

// The first column that knows a level's offsets says what they are; the others must agree.
void agree(std::vector<int64_t>& known, const std::vector<int64_t>& found, const std::string& name) {
  if (known.empty()) known = found;
  if (known != found) {
    throw Error::input("the lists of two columns have different lengths")
        .field(name)
        .hint("one structure for all");
  }
}

}  // namespace

std::unique_ptr<Batch> batch_from_arrow(nb::handle group, const nb::dict& columns,
                                        const std::string& missing) {
  std::vector<Given> given;
  std::vector<int64_t> steps, tokens, whole;  // steps of rollouts, tokens of steps, tokens of rollouts
  size_t rollouts = 0;
  for (const auto& [key, values] : columns) {
    given.push_back(import(nb::cast<std::string>(key), values));
    const Given& column = given.back();
    const size_t depth = column.lists.offsets.size();
    const auto level = static_cast<size_t>(column.level);
    if (depth > level || (depth == 0 && level > 0)) {
      refuse(column.name, fmt::format("{} levels of lists for a {} column", depth, level_name(column.level)));
    }
    rollouts = depth > 0 ? column.lists.offsets[0].size() - 1 : static_cast<size_t>(column.lists.count);
    if (depth == 2) agree(tokens, column.lists.offsets[1], column.name);
    if (depth > 0) agree(level == 2 && depth == 1 ? whole : steps, column.lists.offsets[0], column.name);
  }
  if (given.empty()) throw Error::input("a batch needs at least one column");
  RolloutShape shape;
  if (tokens.empty() && !whole.empty()) {  // one step per rollout
    std::vector<int64_t> ones;
    for (size_t r = 0; r < whole.size(); ++r) ones.push_back(static_cast<int64_t>(r));
    agree(steps, ones, "step_offsets");
    tokens = whole;
  }
  for (size_t r = 0; r < whole.size() && !steps.empty(); ++r) {
    if (whole[r] != tokens[static_cast<size_t>(steps[r])]) {
      throw Error::input("two token columns have different lengths")
          .found(fmt::format("in row {}", r == 0 ? 0 : r - 1));
    }
  }
  if (steps.empty()) steps.assign(rollouts + 1, 0);
  if (tokens.empty()) tokens.assign(static_cast<size_t>(steps.back()) + 1, 0);
  shape.kinds.assign(static_cast<size_t>(steps.back()), StepKind::act);
  shape.step_offsets = steps;
  shape.token_offsets = tokens;
  shape.groups = groups_of(group, steps.size() - 1);
  auto batch = std::make_unique<Batch>(RolloutBatch(std::move(shape)), !group.is_none());
  for (const Given& column : given) {
    batch->put(column.name,
               column.lists.type == 'f' ? borrow<float>(column.level, column.lists, column.owner)
                                        : borrow<double>(column.level, column.lists, column.owner),
               missing);
  }
  batch->settle_precision();
  return batch;
}

}  // namespace gradus::python
