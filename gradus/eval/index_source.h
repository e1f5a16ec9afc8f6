// Indices below n for resampling, two per 64 random bits. The bias of multiply-and-shift is below n / 2^32:
// no effect on 10^4 draws.
//
//   IndexSource index(stream);
//   size_t task = index.below(tasks.size());
#pragma once

#include "gradus/base/random.h"

namespace gradus {

class IndexSource {
 public:
  explicit IndexSource(Stream stream) : stream_(stream) {}
  size_t below(size_t n) {
    if (!half_left_) bits_ = stream_.next();
    const uint64_t half = half_left_ ? bits_ >> 32 : bits_ & 0xffffffffu;
    half_left_ = !half_left_;
    return static_cast<size_t>((half * n) >> 32);
  }

 private:
  Stream stream_;
  uint64_t bits_ = 0;
  bool half_left_ = false;
};

}  // namespace gradus
