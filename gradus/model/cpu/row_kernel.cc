#include "gradus/model/cpu/row_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/model/cpu/vector8.h"
#include "gradus/model/network.h"

namespace gradus {

namespace {

constexpr float kNormEpsilon = 1e-5f;

// Eight floats from place i of `count`; lanes past the end are `rest`.
GRADUS_INLINE Vector8 get(const float* x, int64_t i, int64_t count, float rest = 0.0f) {
  return i + 8 <= count ? load8(x + i) : load_part(x + i, count - i, rest);
}

GRADUS_INLINE void put(float* x, int64_t i, int64_t count, const Vector8& value) {
  if (i + 8 <= count) return store8(x + i, value);
  store_part(x + i, count - i, value);
}

GRADUS_INLINE void normalise_row(const float* x, int64_t width, const NormWeights& weights, float* unit,
                                 float* inverse, float* y) {
  const float share = 1.0f / static_cast<float>(width);
  Vector8 total = {}, squares = {};
  for (int64_t d = 0; d < width; d += 8) total += get(x, d, width);
  const float mean = sum8(total) * share;
  for (int64_t d = 0; d < width; d += 8) {
    const Vector8 away = get(x, d, width, mean) - mean;
    squares = fma8(away, away, squares);
  }
  *inverse = 1.0f / std::sqrt(sum8(squares) * share + kNormEpsilon);
  for (int64_t d = 0; d < width; d += 8) {
    const Vector8 value = (get(x, d, width) - mean) * *inverse;
    put(unit, d, width, value);
    put(y, d, width, fma8(value, get(weights.gain, d, width), get(weights.bias, d, width)));
  }
}

GRADUS_INLINE void normalise_row_backward(const float* dy, int64_t width, const float* gain,
                                          const float* unit, float inverse, const NormGradient& gradient) {
  const float share = 1.0f / static_cast<float>(width);
  Vector8 total = {}, along = {};
  for (int64_t d = 0; d < width; d += 8) {
    const Vector8 upstream = get(dy, d, width), u = get(unit, d, width);
    const Vector8 scaled = upstream * get(gain, d, width);
    total += scaled;
    along = fma8(scaled, u, along);
    put(gradient.gain, d, width, fma8(upstream, u, get(gradient.gain, d, width)));
    put(gradient.bias, d, width, upstream + get(gradient.bias, d, width));
  }
  const Vector8 mean = all8(sum8(total) * share), slope = all8(sum8(along) * share);
  for (int64_t d = 0; d < width; d += 8) {
    const Vector8 scaled = get(dy, d, width) * get(gain, d, width);
    const Vector8 change = scaled - fma8(get(unit, d, width), slope, mean);
    put(gradient.x, d, width, fma8(change, all8(inverse), get(gradient.x, d, width)));
  }
}

}  // namespace

GRADUS_AVX2 void normalise(const float* x, int64_t rows, int64_t width, const NormWeights& weights,
                           const NormKept& kept, float* y) {
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t at = r * width;
    normalise_row(x + at, width, weights, kept.unit + at, kept.inverse + r, y + at);
  }
}

GRADUS_AVX2 void normalise_backward(const float* y_gradient, int64_t rows, int64_t width,
                                    const NormWeights& weights, const NormKept& kept,
                                    const NormGradient& gradient) {
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t at = r * width;
    normalise_row_backward(y_gradient + at, width, weights.gain, kept.unit + at, kept.inverse[r],
                           {gradient.x + at, gradient.gain, gradient.bias});
  }
}

GRADUS_AVX2 void gelu(float* x, int64_t count, float* slope) {
  for (int64_t i = 0; i < count; i += 8) {
    const Vector8 value = get(x, i, count);
    const Vector8 size = value < all8(0.0f) ? -value : value;
    // erf(z) = 1 - t (a1 + t (a2 + t (a3 + t (a4 + t a5)))) e^(-z^2), t = 1 / (1 + 0.3275911 z), z = |x| /
    // sqrt 2
    const Vector8 t = 1.0f / fma8(size, all8(0.3275911f * 0.70710678118654752f), all8(1.0f));
    Vector8 p = fma8(t, all8(1.061405429f), all8(-1.453152027f));
    p = fma8(p, t, all8(1.421413741f));
    p = fma8(p, t, all8(-0.284496736f));
    p = fma8(p, t, all8(0.254829592f));
    const Vector8 bell = exp8(value * value * -0.5f);
    const Vector8 tail = p * t * bell * 0.5f;  // Phi(-|x|)
    const Vector8 share = value < all8(0.0f) ? tail : 1.0f - tail;
    put(x, i, count, value * share);
    constexpr float kPeak = 0.3989422804014327f;  // phi(0) = 1 / sqrt(2 pi)
    if (slope) put(slope, i, count, fma8(value * kPeak, bell, share));
  }
}

GRADUS_AVX2 void log_softmax(const float* logits, int64_t rows, int64_t columns, float* out) {
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  for (int64_t r = 0; r < rows; ++r, logits += columns, out += columns) {
    Vector8 top = all8(kNothing), total = {};
    for (int64_t c = 0; c < columns; c += 8) {
      const Vector8 x = get(logits, c, columns, kNothing);
      top = x > top ? x : top;
    }
    const float highest = max8(top);
    for (int64_t c = 0; c < columns; c += 8) {
      const Vector8 mass = exp8(get(logits, c, columns, kNothing) - highest);
      total += c + 8 <= columns ? mass : load_part((const float*)&mass, columns - c, 0.0f);
    }
    const float shift = highest + static_cast<float>(std::log(static_cast<double>(sum8(total))));
    for (int64_t c = 0; c < columns; c += 8) put(out, c, columns, get(logits, c, columns) - shift);
  }
}

GRADUS_AVX2 void exponentials(const float* x, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i += 8) put(out, i, count, exp8(get(x, i, count)));
}

GRADUS_AVX2 void multiply_by(float* x, const float* factor, int64_t count) {
  for (int64_t i = 0; i < count; i += 8) put(x, i, count, get(x, i, count) * get(factor, i, count));
}

GRADUS_AVX2 void add_to(float* x, const float* other, int64_t count) {
  for (int64_t i = 0; i < count; i += 8) put(x, i, count, get(x, i, count) + get(other, i, count));
}

GRADUS_AVX2 void add_columns(const float* x, int64_t rows, int64_t columns, float* sums) {
  for (int64_t r = 0; r < rows; ++r, x += columns) {
    for (int64_t c = 0; c < columns; c += 8)
      put(sums, c, columns, get(sums, c, columns) + get(x, c, columns));
  }
}

GRADUS_AVX2 void add_row(float* x, int64_t rows, int64_t columns, const float* row) {
  for (int64_t r = 0; r < rows; ++r, x += columns) {
    for (int64_t c = 0; c < columns; c += 8) put(x, c, columns, get(x, c, columns) + get(row, c, columns));
  }
}

double sum_of_squares(const float* x, int64_t count) {
  double lanes[8] = {};
  for (int64_t i = 0; i < count; ++i) lanes[i % 8] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double total = 0;
  for (const double lane : lanes) total += lane;
  return total;
}

GRADUS_AVX2 void adam(float* weight, float* gradient, float* mean, float* square, int64_t count,
                      const AdamScales& scales) {
  constexpr float kBeta1 = static_cast<float>(kAdamBeta1), kFresh1 = static_cast<float>(1 - kAdamBeta1);
  constexpr float kBeta2 = static_cast<float>(kAdamBeta2), kFresh2 = static_cast<float>(1 - kAdamBeta2);
  constexpr float kEpsilon = static_cast<float>(kAdamEpsilon);
  for (int64_t i = 0; i < count; i += 8) {
    const Vector8 g = get(gradient, i, count) * scales.gradient;
    const Vector8 m = fma8(g, all8(kFresh1), get(mean, i, count) * kBeta1);
    const Vector8 s = fma8(g * g, all8(kFresh2), get(square, i, count) * kBeta2);
    const Vector8 w = get(weight, i, count) * (1.0f - scales.decay);
    const Vector8 step = m * scales.mean / (sqrt8(s * scales.square) + kEpsilon);
    put(mean, i, count, m);
    put(square, i, count, s);
    put(weight, i, count, fma8(step, all8(-scales.rate), w));
    put(gradient, i, count, Vector8{});
  }
}

}  // namespace gradus
