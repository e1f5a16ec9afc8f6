// Random streams derived from keys, never from arrival order: the same keys give the same numbers for
// any number of threads and any order of work.
//
//   Stream run(seed);
//   Stream sampling = run.child("sampling").child(update).child(task_index);
//   double u = sampling.uniform();          // [0, 1)
//   uint64_t k = sampling.below(6);         // unbiased, 0..5
//
// Generator: xoshiro256** (Blackman and Vigna 2018), state filled by splitmix64 from a 64-bit key.
// Own distributions, because those of the standard library differ between implementations.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace gradus {

class Stream {
 public:
  explicit Stream(uint64_t key) : key_(key) { refill(); }

  // A stream that is independent of this one and of how much was drawn from it.
  Stream child(uint64_t key) const;
  Stream child(std::string_view name) const;

  uint64_t next();                          // 64 random bits
  double uniform();                         // [0, 1), 53 bits
  uint64_t below(uint64_t n);               // uniform on 0..n-1, unbiased (Lemire 2019); n >= 1
  int64_t between(int64_t lo, int64_t hi);  // uniform on lo..hi, both included
  bool chance(double p) { return uniform() < p; }
  double normal();  // standard normal (Box-Muller, one value kept)

  template <class T>
  void shuffle(std::span<T> values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  uint64_t key() const { return key_; }

 private:
  void refill();

  uint64_t key_;
  std::array<uint64_t, 4> state_{};
  double spare_ = 0;
  bool has_spare_ = false;
};

// 64-bit FNV-1a of a text; stable over platforms and versions.
uint64_t hash64(std::string_view text);

}  // namespace gradus
