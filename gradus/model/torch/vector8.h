// Eight floats at a time, with GCC's vector types: the same arithmetic in the same order on every instruction
// set.
//
//   Vector8 x = load8(p);
//   store8(q, exp8(x - 1.0f));
//
// Functions that use it carry GRADUS_CLONES: the loader picks the widest clone that the processor runs.
// Contraction to fused multiply-add is off in the whole project, so that all clones give the same bits.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define GRADUS_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GRADUS_CLONES  // sanitizers cannot run the resolver of clones
#endif
#define GRADUS_INLINE [[gnu::always_inline]] inline

// Passing these vectors depends on the instruction set, but everything here is inlined: nothing is passed.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace gradus {

using Vector8 = float __attribute__((vector_size(32)));
using Integer8 = int32_t __attribute__((vector_size(32)));

GRADUS_INLINE Vector8 load8(const float* from) {
  Vector8 value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

GRADUS_INLINE void store8(float* to, const Vector8& value) {
  std::memcpy(to, &value, sizeof(value));
}

// e^x to 2 units in the last place for x in [-87, 88], clamped outside. Range reduction by ln 2 in two parts
// and the degree-5 polynomial of Cephes' expf (Moshier 1989).
GRADUS_INLINE Vector8 exp8(const Vector8& argument) {
  const Vector8 low = Vector8{} - 87.0f, high = Vector8{} + 88.0f;
  Vector8 x = argument < low ? low : argument;
  x = x > high ? high : x;
  const float round_bias = 12582912.0f;  // 1.5 * 2^23: adding it rounds to the nearest integer
  const Vector8 n = (x * 1.44269504088896341f + round_bias) - round_bias;
  const Vector8 r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector8 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const Integer8 exponent = (__builtin_convertvector(n, Integer8) + 127) << 23;
  return p * (Vector8)exponent;  // the same bits
}

// Sum of the lanes: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).
GRADUS_INLINE float sum8(const Vector8& x) {
  const Vector8 fours = x + __builtin_shuffle(x, Integer8{4, 5, 6, 7, 0, 1, 2, 3});
  const Vector8 twos = fours + __builtin_shuffle(fours, Integer8{2, 3, 0, 1, 6, 7, 4, 5});
  return twos[0] + twos[1];
}

}  // namespace gradus
