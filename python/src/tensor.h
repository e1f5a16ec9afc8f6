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
  template <class T>
  std::span<const T> values() const;  // T as precision() says

  // Calls fn(row, position, value) in row-major order for any real dtype and any strides; a 1-D array has one
  // value per row.
  template <class Fn>
  void for_each(Fn&& fn) const;

 private:
  template <class T, class Fn>
  void for_each_as(Fn&& fn) const;
  [[noreturn]] void refuse(const std::string& expected, const std::string& hint) const;

  std::string name_;
  nb::ndarray<nb::ro> array_;
  std::vector<size_t> shape_;
};

std::string shape_text(const std::vector<size_t>& shape);

template <class T, class Fn>
void Tensor::for_each_as(Fn&& fn) const {
  const auto* const data = static_cast<const T*>(array_.data());
  const size_t width = shape_.size() > 1 ? shape_[1] : 1;
  const int64_t down = array_.stride(0), along = shape_.size() > 1 ? array_.stride(1) : 0;
  for (size_t row = 0; row < shape_[0]; ++row) {
    const T* const begin = data + static_cast<int64_t>(row) * down;
    for (size_t t = 0; t < width; ++t) fn(row, t, begin[static_cast<int64_t>(t) * along]);
  }
}

template <class Fn>
void Tensor::for_each(Fn&& fn) const {
  using Code = nb::dlpack::dtype_code;
  const nb::dlpack::dtype type = array_.dtype();
  const auto code = static_cast<Code>(type.code);
  if (code == Code::Float && type.bits == 32) return for_each_as<float>(fn);
  if (code == Code::Float && type.bits == 64) return for_each_as<double>(fn);
  if (code == Code::Int && type.bits == 64) return for_each_as<int64_t>(fn);
  if (code == Code::Int && type.bits == 32) return for_each_as<int32_t>(fn);
  if (code == Code::Int && type.bits == 16) return for_each_as<int16_t>(fn);
  if (code == Code::Int && type.bits == 8) return for_each_as<int8_t>(fn);
  if ((code == Code::Bool || code == Code::UInt) && type.bits == 8) return for_each_as<uint8_t>(fn);
  refuse("bool, an integer of 8 to 64 bits (signed beyond 8), float32 or float64", "convert it first");
}

}  // namespace gradus::python
