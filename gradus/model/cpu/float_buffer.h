// Working memory for kernels: aligned, grown when needed, never cleared, never shrunk.
//
//   FloatBuffer buffer;
//   float* rows = buffer.of(1024 * 96);   // old contents are gone where it had to grow
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace gradus {

class FloatBuffer {
 public:
  float* of(int64_t floats) {
    if (floats > size_) {
      constexpr size_t kLine = 64;  // a cache line
      const size_t bytes = (static_cast<size_t>(floats) * sizeof(float) + kLine - 1) / kLine * kLine;
      size_ = 0;
      data_.reset(static_cast<float*>(std::aligned_alloc(kLine, bytes)));
      if (!data_) throw std::bad_alloc();
      size_ = floats;
    }
    return data_.get();
  }
  float* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(float* data) const { std::free(data); }
  };
  std::unique_ptr<float, Free> data_;
  int64_t size_ = 0;
};

}  // namespace gradus
