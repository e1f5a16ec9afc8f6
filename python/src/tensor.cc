#include "python/src/tensor.h"

#include <cmath>
#include <fmt/format.h>

namespace gradus::python {

namespace {

std::string dtype_text(nb::dlpack::dtype type) {
  using Code = nb::dlpack::dtype_code;
  switch (static_cast<Code>(type.code)) {
    case Code::Float:
      return fmt::format("float{}", type.bits);
    case Code::Int:
      return fmt::format("int{}", type.bits);
    case Code::UInt:
      return fmt::format("uint{}", type.bits);
    case Code::Bfloat:
      return fmt::format("bfloat{}", type.bits);
    case Code::Complex:
      return fmt::format("complex{}", type.bits);
    case Code::Bool:
      return "bool";
    default:
      return fmt::format("dtype {} of {} bits", type.code, type.bits);
  }
}

std::string device_text(int type, int id) {
  switch (type) {
    case nb::device::cpu::value:
      return "cpu";
    case nb::device::cuda::value:
      return fmt::format("cuda:{}", id);
    case nb::device::rocm::value:
      return fmt::format("rocm:{}", id);
    case nb::device::metal::value:
      return fmt::format("mps:{}", id);
    default:
      return fmt::format("device {}:{}", type, id);
  }
}

std::string type_text(nb::handle object) {
  return nb::type_name(object.type()).c_str();
}

bool requires_grad(nb::handle object) {
  const nb::object flag = nb::getattr(object, "requires_grad", nb::none());
  return flag.is(nb::handle(Py_True));
}

// torch moves a tensor off its device on export only when asked; its own word says where it is.
std::string device_of(nb::handle object) {
  const nb::object device = nb::getattr(object, "device", nb::none());
  return device.is_none() ? "cpu" : nb::str(device).c_str();
}

[[noreturn]] void refuse_object(nb::handle object, const std::string& name) {
  Error error = Error::input("not an array that can be read in place");
  error.field(name).found(type_text(object)).expected("a float32 or float64 array on the CPU (numpy, torch)");
  if (requires_grad(object)) {
    error.hint("the tensor requires a gradient: call .detach()");
  } else if (device_of(object) != "cpu") {
    error.found(type_text(object) + " on " + device_of(object)).hint("call .cpu()");
  }
  throw error;
}

}  // namespace

std::string shape_text(const std::vector<size_t>& shape) {
  return shape.size() == 1 ? fmt::format("({},)", shape[0]) : fmt::format("({})", fmt::join(shape, ", "));
}

Tensor::Tensor(nb::handle object, std::string name) : name_(std::move(name)) {
  bool read = false;
  try {
    read = nb::try_cast<nb::ndarray<nb::ro>>(object, array_, false);
  } catch (const nb::python_error&) {
    read = false;  // the exporter's own refusal says less than ours
  }
  // Exporters differ in whether they hand over a tensor whose gradient would be lost; numpy has the buffer
  // protocol.
  if (!read || (!PyObject_CheckBuffer(object.ptr()) && requires_grad(object))) refuse_object(object, name_);
  for (size_t i = 0; i < array_.ndim(); ++i) shape_.push_back(array_.shape(i));
  if (array_.device_type() != nb::device::cpu::value) refuse("an array on the CPU", "call .cpu()");
  if (shape_.empty()) refuse("an array of one or two dimensions", "");
}

size_t Tensor::size() const {
  size_t size = 1;
  for (const size_t extent : shape_) size *= extent;
  return size;
}

bool Tensor::contiguous() const {
  if (size() == 0) return true;
  int64_t step = 1;
  for (size_t i = shape_.size(); i-- > 0;) {
    if (shape_[i] > 1 && array_.stride(i) != step) return false;
    step *= static_cast<int64_t>(shape_[i]);
  }
  return true;
}

std::string Tensor::describe() const {
  return fmt::format("{} array of shape {}{} on {}", dtype_text(array_.dtype()), shape_text(shape_),
                     contiguous() ? "" : ", strided,", device_text(array_.device_type(), array_.device_id()));
}

void Tensor::refuse(const std::string& expected, const std::string& hint) const {
  Error error = Error::input("the array does not fit");
  error.field(name_).found(describe()).expected(expected);
  if (!hint.empty()) error.hint(hint);
  throw error;
}

void Tensor::require_shape(const std::vector<size_t>& shape) const {
  if (shape_ != shape) refuse("shape " + shape_text(shape), "");
}

void Tensor::require_dimensions(size_t count) const {
  if (shape_.size() != count)
    refuse(fmt::format("an array of {} dimension{}", count, count > 1 ? "s" : ""), "");
}

Precision Tensor::precision() const {
  const nb::dlpack::dtype type = array_.dtype();
  const bool real = type.code == static_cast<uint8_t>(nb::dlpack::dtype_code::Float);
  if (!real || (type.bits != 32 && type.bits != 64)) {
    refuse("float32 or float64", "convert it, for example with x.astype('float32') or x.float()");
  }
  if (!contiguous()) refuse("a C-contiguous array", "call numpy.ascontiguousarray(x) or x.contiguous()");
  return type.bits == 32 ? Precision::single : Precision::full;
}

Column Tensor::column(Level level, ChannelInfo info) const {
  const Precision stored = precision();
  // The last one to let go may be a thread without the interpreter lock.
  auto* const held = new nb::ndarray<nb::ro>(array_);
  const std::shared_ptr<const void> owner(held, [](const void* array) {
    nb::gil_scoped_acquire locked;
    delete static_cast<const nb::ndarray<nb::ro>*>(array);
  });
  if (stored == Precision::single) return Column(level, values<float>(), std::move(info), owner);
  return Column(level, values<double>(), std::move(info), owner);
}

bool Tensor::whole_numbers() const {
  using Code = nb::dlpack::dtype_code;
  const auto code = static_cast<Code>(array_.dtype().code);
  return code == Code::Int || code == Code::UInt || code == Code::Bool;
}

Column Tensor::converted(Level level, ChannelInfo info) const {
  require_dimensions(1);
  const auto out = std::make_shared<std::vector<double>>(size());
  for_each([&](size_t i, auto value) {
    (*out)[i] = static_cast<double>(value);
    if (static_cast<decltype(value)>((*out)[i]) != value)
      refuse("integers up to 2^53, which float64 holds", "number them anew");
  });
  return Column(level, std::span<const double>(*out), std::move(info), out);
}

bool is_list(nb::handle values) {
  return PyList_Check(values.ptr()) || PyTuple_Check(values.ptr());
}

Column list_column(nb::handle values, const std::string& name, Level level, size_t size, ChannelInfo info) {
  const auto out = std::make_shared<std::vector<double>>();
  for (nb::handle item : values) {
    const bool text = PyUnicode_Check(item.ptr()) || PyBytes_Check(item.ptr());
    const double value = item.is_none() ? std::nan("") : text ? -1.0 : PyFloat_AsDouble(item.ptr());
    if (text || (value == -1.0 && PyErr_Occurred())) {
      PyErr_Clear();
      throw Error::input("a value is not a number")
          .field(name)
          .found(fmt::format("{} at {}", type_text(item), out->size()))
          .expected("numbers, None where one is missing");
    }
    out->push_back(value);
  }
  if (out->size() != size) {
    throw Error::input("the list does not fit")
        .field(name)
        .found(fmt::format("{} numbers", out->size()))
        .expected(fmt::format("{}, one per {}", size, level_name(level)));
  }
  return Column(level, std::span<const double>(*out), std::move(info), out);
}

template <class T>
std::span<const T> Tensor::values() const {
  return {static_cast<const T*>(array_.data()), size()};
}
template std::span<const float> Tensor::values<float>() const;
template std::span<const double> Tensor::values<double>() const;

}  // namespace gradus::python
