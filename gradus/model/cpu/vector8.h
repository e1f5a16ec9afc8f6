// Eight floats at a time with fused multiply-add: the same arithmetic in the same order, so the same bits, on
// every processor that runs it.
//
//   Vector8 x = load8(p);
//   store8(q, fma8(exp8(x), x, bias));
//
// Functions that use it carry GRADUS_AVX2; who calls them first asks kernels_run_here() (kernels.h).
// Contraction by the compiler is off in the whole project: where a product and a sum are fused is written
// down here and in the kernels, and never left to it.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#define GRADUS_AVX2 __attribute__((target("avx2,fma")))
#else
#include <cmath>
#define GRADUS_AVX2
#endif
#define GRADUS_INLINE GRADUS_AVX2 __attribute__((always_inline)) inline

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

// The first `count` < 8 floats, the other lanes `rest`.
GRADUS_INLINE Vector8 load_part(const float* from, int64_t count, float rest) {
  float lanes[8] = {rest, rest, rest, rest, rest, rest, rest, rest};
  for (int64_t i = 0; i < count; ++i) lanes[i] = from[i];
  return load8(lanes);
}

GRADUS_INLINE void store_part(float* to, int64_t count, const Vector8& value) {
  for (int64_t i = 0; i < count; ++i) to[i] = value[i];
}

GRADUS_INLINE Vector8 all8(float value) {
  return Vector8{value, value, value, value, value, value, value, value};
}

// a * b + c, rounded once.
GRADUS_INLINE Vector8 fma8(const Vector8& a, const Vector8& b, const Vector8& c) {
#if defined(__x86_64__)
  return (Vector8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  Vector8 out;
  for (int i = 0; i < 8; ++i) out[i] = std::fma(a[i], b[i], c[i]);
  return out;
#endif
}

GRADUS_INLINE Vector8 sqrt8(const Vector8& x) {
#if defined(__x86_64__)
  return (Vector8)_mm256_sqrt_ps((__m256)x);
#else
  Vector8 out;
  for (int i = 0; i < 8; ++i) out[i] = std::sqrt(x[i]);
  return out;
#endif
}

// e^x to 2 units in the last place for x in [-87, 88], clamped outside. Range reduction by ln 2 in two parts
// and the degree-5 polynomial of Cephes' expf (Moshier 1989).
GRADUS_INLINE Vector8 exp8(const Vector8& argument) {
  const Vector8 low = all8(-87.0f), high = all8(88.0f);
  Vector8 x = argument < low ? low : argument;
  x = x > high ? high : x;
  const Vector8 round_bias = all8(12582912.0f);  // 1.5 * 2^23: adding it rounds to the nearest integer
  const Vector8 n = fma8(x, all8(1.44269504088896341f), round_bias) - round_bias;
  const Vector8 r = fma8(n, all8(2.12194440e-4f), fma8(n, all8(-0.693359375f), x));
  Vector8 p = fma8(r, all8(1.9875691500e-4f), all8(1.3981999507e-3f));
  p = fma8(p, r, all8(8.3334519073e-3f));
  p = fma8(p, r, all8(4.1665795894e-2f));
  p = fma8(p, r, all8(1.6666665459e-1f));
  p = fma8(p, r, all8(5.0000001201e-1f));
  p = fma8(p, r * r, r + 1.0f);
  const Integer8 exponent = (__builtin_convertvector(n, Integer8) + 127) << 23;
  return p * (Vector8)exponent;  // the same bits
}

// Sum of the lanes: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).
GRADUS_INLINE float sum8(const Vector8& x) {
  const Vector8 fours = x + __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
  const Vector8 twos = fours + __builtin_shufflevector(fours, fours, 2, 3, 0, 1, 6, 7, 4, 5);
  return twos[0] + twos[1];
}

GRADUS_INLINE float max8(const Vector8& x) {
  float top = x[0];
  for (int lane = 1; lane < 8; ++lane) top = x[lane] > top ? x[lane] : top;
  return top;
}

}  // namespace gradus
