// Arrays from Python (numpy, torch on the CPU, anything with DLPack or the buffer protocol), checked and
// never copied silently: what does not fit is refused in a sentence that says what was found and expected.
//
//   Tensor rewards(object, "rollout.outcome");       // throws Error::input for what is no CPU array
//   rewards.require_shape({batch.rollouts()});
//   Column column = rewards.column(Level::rollout, {});   // borrows the memory and keeps its owner alive
#pragma once

#include <memory>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <string>
#include <vector>

#include "gradus/rollout/batch.h"

namespace gradus::python {

namespace nb = nanobind;

class Tensor {
 public:
  Tensor(nb::handle object, std::string name);  // the name is for messages

  const std::vector<size_t>& shape() const { return shape_; }
  size_t size() const;
  bool contiguous() const;
  std::string describe() const;  // "float16 array of shape (4, 8), strided, on cuda:0"
  void require_shape(const std::vector<size_t>& shape) const;
  void require_dimensions(size_t count) const;

  // float32 or float64 values, C-contiguous; anything else is refused.
  Precision precision() const;
  Column column(Level level, ChannelInfo info) const;
  // bool or integers of one dimension, as float64; what float64 does not hold exactly is refused.
  bool whole_numbers() const;
  Column converted(Level level, ChannelInfo info) const;
  template <class T>
  std::span<const T> values() const;  // T as precision() says

  // Calls fn(values, stride) with a row of a 2-D array, or all of a 1-D one, in its own type: any real dtype,
  // any strides.
  template <class Fn>
  void with_row(size_t row, Fn&& fn) const;
  // Calls fn(i, value) with the values of a 1-D array in order.
  template <class Fn>
  void for_each(Fn&& fn) const {
    with_row(0, [&](const auto* values, int64_t stride) {
      for (size_t i = 0; i < shape_[0]; ++i) fn(i, values[static_cast<int64_t>(i) * stride]);
    });
  }

 private:
  template <class T, class Fn>
  void with_row_as(size_t row, Fn&& fn) const {
    const bool rows = shape_.size() > 1;
    const int64_t skip = rows ? static_cast<int64_t>(row) * array_.stride(0) : 0;
    const T* const values = static_cast<const T*>(array_.data()) + skip;
    const int64_t stride = array_.stride(rows ? 1 : 0);
    if (stride == 1) return fn(values, int64_t{1});  // a loop of its own, so that it can be vectorised
    fn(values, stride);
  }
  [[noreturn]] void refuse(const std::string& expected, const std::string& hint) const;

  std::string name_;
  nb::ndarray<nb::ro> array_;
  std::vector<size_t> shape_;
};

// A list or tuple of numbers, None where one is missing (NaN in the column), as float64.
bool is_list(nb::handle values);
Column list_column(nb::handle values, const std::string& name, Level level, size_t size, ChannelInfo info);

std::string shape_text(const std::vector<size_t>& shape);

template <class Fn>
void Tensor::with_row(size_t row, Fn&& fn) const {
  using Code = nb::dlpack::dtype_code;
  const nb::dlpack::dtype type = array_.dtype();
  const auto code = static_cast<Code>(type.code);
  if (code == Code::Float && type.bits == 32) return with_row_as<float>(row, fn);
  if (code == Code::Float && type.bits == 64) return with_row_as<double>(row, fn);
  if (code == Code::Int && type.bits == 64) return with_row_as<int64_t>(row, fn);
  if (code == Code::Int && type.bits == 32) return with_row_as<int32_t>(row, fn);
  if (code == Code::Int && type.bits == 16) return with_row_as<int16_t>(row, fn);
  if (code == Code::Int && type.bits == 8) return with_row_as<int8_t>(row, fn);
  if ((code == Code::Bool || code == Code::UInt) && type.bits == 8) return with_row_as<uint8_t>(row, fn);
  refuse("bool, an integer of 8 to 64 bits (signed beyond 8), float32 or float64", "convert it first");
}

}  // namespace gradus::python
