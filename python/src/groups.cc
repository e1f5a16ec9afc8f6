#include "python/src/groups.h"

#include <bit>
#include <fmt/format.h>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "python/src/tensor.h"

namespace gradus::python {

namespace {

[[noreturn]] void refuse_count(const char* name, size_t found, size_t rollouts) {
  throw Error::input(fmt::format("as many {} ids as rows are needed", name))
      .field(name)
      .found(fmt::format("{} ids", found))
      .expected(fmt::format("{}", rollouts));
}

[[noreturn]] void refuse_label(const char* name, const std::string& found, size_t row) {
  throw Error::input("a row has no id")
      .field(name)
      .found(fmt::format("{} at row {}", found, row))
      .expected("an id for every row: rows without one would be taken for one " + std::string(name));
}

// None, NaN, NaT, pandas' NA, an empty text. A label that does not equal itself is NaN or one of its kind.
bool no_id(PyObject* label) {
  if (label == Py_None) return true;
  if (PyUnicode_Check(label)) return PyUnicode_GET_LENGTH(label) == 0;
  if (PyBytes_Check(label)) return PyBytes_GET_SIZE(label) == 0;
  if (PyLong_CheckExact(label)) return false;
  const nb::object differs = nb::steal(PyObject_RichCompare(label, label, Py_NE));
  const int answer = differs.is_valid() ? PyObject_IsTrue(differs.ptr()) : -1;
  PyErr_Clear();
  return answer != 0;
}

// Labels to numbers. Equal labels of a batch are mostly one Python object, so addresses are looked up before
// values; the caller keeps the objects alive meanwhile.
class Numbering {
 public:
  Numbering(size_t most, const char* name) : slots_(std::bit_ceil(2 * most + 2)), name_(name) {}

  int64_t number(PyObject* label, size_t row) {
    if (label == last_) return last_number_;
    const size_t mask = slots_.size() - 1;
    size_t at = (reinterpret_cast<uintptr_t>(label) >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;
    while (slots_[at].label != nullptr && slots_[at].label != label) at = (at + 1) & mask;
    if (slots_[at].label == nullptr) slots_[at] = {label, by_value(label, row)};
    last_ = label;
    return last_number_ = slots_[at].number;
  }

 private:
  struct Slot {
    PyObject* label = nullptr;
    int64_t number = 0;
  };

  int64_t by_value(PyObject* given, size_t row) {
    // A tensor of one number is hashed by where it is; the number is meant.
    const bool boxed = nb::hasattr(given, "__dlpack__") && PyIndex_Check(given);
    const nb::object label = boxed ? nb::steal(PyNumber_Index(given)) : nb::borrow(given);
    if (!label.is_valid()) throw nb::python_error();
    PyObject* const known = PyDict_GetItemWithError(values_.ptr(), label.ptr());
    if (known != nullptr) return PyLong_AsLongLong(known);
    if (PyErr_Occurred()) throw nb::python_error();  // not hashable
    if (no_id(label.ptr())) refuse_label(name_, nb::repr(label).c_str(), row);
    const nb::object number = nb::int_(next_);
    if (PyDict_SetItem(values_.ptr(), label.ptr(), number.ptr()) != 0) throw nb::python_error();
    return next_++;
  }

  std::vector<Slot> slots_;
  const char* name_;
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

std::vector<int64_t> from_objects(const Buffer& buffer, size_t rollouts, const char* name) {
  Numbering numbering(rollouts, name);
  std::vector<int64_t> out(rollouts);
  for (size_t r = 0; r < rollouts; ++r) {
    out[r] = numbering.number(*reinterpret_cast<PyObject* const*>(buffer.at(r)), r);
  }
  return out;
}

// numpy's fixed-width strings: equal bytes are equal labels.
std::vector<int64_t> from_bytes(const Buffer& buffer, size_t rollouts, const char* name) {
  std::unordered_map<std::string_view, int64_t> seen;
  std::vector<int64_t> out(rollouts);
  for (size_t r = 0; r < rollouts; ++r) {
    const std::string_view label(buffer.at(r), static_cast<size_t>(buffer.view.itemsize));
    if (label.find_first_not_of('\0') == std::string_view::npos) refuse_label(name, "an empty text", r);
    out[r] = seen.emplace(label, static_cast<int64_t>(seen.size())).first->second;
  }
  return out;
}

std::vector<int64_t> from_integers(nb::handle group, size_t rollouts, const char* name) {
  const Tensor tensor(group, name);
  tensor.require_shape({rollouts});
  std::vector<int64_t> out(rollouts);
  tensor.for_each([&](size_t r, auto value) {
    if (value != value) refuse_label(name, "nan", r);
    out[r] = static_cast<int64_t>(value);
    if (static_cast<decltype(value)>(out[r]) != value) {
      throw Error::input(fmt::format("a {} id is not a whole number", name))
          .field(name)
          .found(fmt::format("{} at row {}", value, r))
          .expected("integers, or any hashable labels");
    }
  });
  return out;
}

std::vector<int64_t> from_sequence(nb::handle group, size_t rollouts, const char* name) {
  const std::string expected = fmt::format("{}: expected a sequence of ids", name);
  const nb::object items = nb::steal(PySequence_Fast(group.ptr(), expected.c_str()));
  if (!items.is_valid()) throw nb::python_error();
  const auto count = static_cast<size_t>(PySequence_Fast_GET_SIZE(items.ptr()));
  if (count != rollouts) refuse_count(name, count, rollouts);
  Numbering numbering(rollouts, name);
  std::vector<int64_t> out(rollouts);
  PyObject** const labels = PySequence_Fast_ITEMS(items.ptr());
  for (size_t r = 0; r < rollouts; ++r) out[r] = numbering.number(labels[r], r);
  return out;
}

}  // namespace

std::vector<int64_t> groups_of(nb::handle group, size_t rollouts, const char* name) {
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
      if (found != rollouts) refuse_count(name, found, rollouts);
      return objects ? from_objects(buffer, rollouts, name) : from_bytes(buffer, rollouts, name);
    }
    return from_integers(group, rollouts, name);
  }
  if (nb::hasattr(group, "__dlpack__")) return from_integers(group, rollouts, name);
  return from_sequence(group, rollouts, name);
}

}  // namespace gradus::python
