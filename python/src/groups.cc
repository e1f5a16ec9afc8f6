#include "python/src/groups.h"

#include <bit>
#include <fmt/format.h>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "python/src/tensor.h"

namespace gradus::python {

namespace {

[[noreturn]] void refuse_count(size_t found, size_t rollouts) {
  throw Error::input("as many group ids as rollouts are needed")
      .field("group")
      .found(fmt::format("{} ids", found))
      .expected(fmt::format("{}", rollouts));
}

// Labels to numbers. Equal labels of a batch are mostly one Python object, so addresses are looked up before
// values; the caller keeps the objects alive meanwhile.
class Numbering {
 public:
  explicit Numbering(size_t most) : slots_(std::bit_ceil(2 * most + 2)) {}

  int64_t number(PyObject* label) {
    if (label == last_) return last_number_;
    const size_t mask = slots_.size() - 1;
    size_t at = (reinterpret_cast<uintptr_t>(label) >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;
    while (slots_[at].label != nullptr && slots_[at].label != label) at = (at + 1) & mask;
    if (slots_[at].label == nullptr) slots_[at] = {label, by_value(label)};
    last_ = label;
    return last_number_ = slots_[at].number;
  }

 private:
  struct Slot {
    PyObject* label = nullptr;
    int64_t number = 0;
  };

  int64_t by_value(PyObject* label) {
    PyObject* const known = PyDict_GetItemWithError(values_.ptr(), label);
    if (known != nullptr) return PyLong_AsLongLong(known);
    if (PyErr_Occurred()) throw nb::python_error();  // not hashable
    const nb::object number = nb::int_(next_);
    if (PyDict_SetItem(values_.ptr(), label, number.ptr()) != 0) throw nb::python_error();
    return next_++;
  }

  std::vector<Slot> slots_;
  nb::dict values_;
  PyObject* last_ = nullptr;
  int64_t last_number_ = 0, next_ = 0;
};

struct Buffer {
  Py_buffer view{};
  bool held = false;
  explicit Buffer(nb::handle object) {
    if (!PyObject_CheckBuffer(object.ptr())) return;
    held = PyObject_GetBuffer(object.ptr(), &view, PyBUF_STRIDED_RO | PyBUF_FORMAT) == 0;
    if (!held) PyErr_Clear();  // a dtype without a buffer format: read as a sequence
  }
  ~Buffer() {
    if (held) PyBuffer_Release(&view);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::string_view format() const { return view.format != nullptr ? view.format : "B"; }
  const char* at(size_t i) const {
    return static_cast<const char*>(view.buf) + static_cast<Py_ssize_t>(i) * view.strides[0];
  }
};

std::vector<int64_t> from_objects(const Buffer& buffer, size_t rollouts) {
  Numbering numbering(rollouts);
  std::vector<int64_t> out(rollouts);
  for (size_t r = 0; r < rollouts; ++r) {
    out[r] = numbering.number(*reinterpret_cast<PyObject* const*>(buffer.at(r)));
  }
  return out;
}

// numpy's fixed-width strings: equal bytes are equal labels.
std::vector<int64_t> from_bytes(const Buffer& buffer, size_t rollouts) {
  std::unordered_map<std::string_view, int64_t> seen;
  std::vector<int64_t> out(rollouts);
  for (size_t r = 0; r < rollouts; ++r) {
    const std::string_view label(buffer.at(r), static_cast<size_t>(buffer.view.itemsize));
    out[r] = seen.emplace(label, static_cast<int64_t>(seen.size())).first->second;
  }
  return out;
}

std::vector<int64_t> from_integers(nb::handle group, size_t rollouts) {
  const Tensor tensor(group, "group");
  tensor.require_shape({rollouts});
  std::vector<int64_t> out(rollouts);
  tensor.for_each([&](size_t r, auto value) {
    out[r] = static_cast<int64_t>(value);
    if (static_cast<decltype(value)>(out[r]) != value) {
      throw Error::input("a group id is not a whole number")
          .field("group")
          .found(fmt::format("{} at row {}", value, r))
          .expected("integers, or any hashable labels");
    }
  });
  return out;
}

std::vector<int64_t> from_sequence(nb::handle group, size_t rollouts) {
  const nb::object items = nb::steal(PySequence_Fast(group.ptr(), "group: expected a sequence of ids"));
  if (!items.is_valid()) throw nb::python_error();
  const auto count = static_cast<size_t>(PySequence_Fast_GET_SIZE(items.ptr()));
  if (count != rollouts) refuse_count(count, rollouts);
  Numbering numbering(rollouts);
  std::vector<int64_t> out(rollouts);
  PyObject** const labels = PySequence_Fast_ITEMS(items.ptr());
  for (size_t r = 0; r < rollouts; ++r) out[r] = numbering.number(labels[r]);
  return out;
}

}  // namespace

std::vector<int64_t> groups_of(nb::handle group, size_t rollouts) {
  if (group.is_none()) {
    std::vector<int64_t> own(rollouts);
    std::iota(own.begin(), own.end(), 0);
    return own;
  }
  const Buffer buffer(group);
  if (buffer.held) {
    const bool objects = buffer.format() == "O";
    const bool text = buffer.format().ends_with('w') || buffer.format().ends_with('s');
    if (objects || text) {
      const size_t found = buffer.view.ndim == 1 ? static_cast<size_t>(buffer.view.shape[0]) : 0;
      if (found != rollouts) refuse_count(found, rollouts);
      return objects ? from_objects(buffer, rollouts) : from_bytes(buffer, rollouts);
    }
    return from_integers(group, rollouts);
  }
  if (nb::hasattr(group, "__dlpack__")) return from_integers(group, rollouts);
  return from_sequence(group, rollouts);
}

}  // namespace gradus::python
