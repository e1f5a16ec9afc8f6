#include "gradus/model/cpu/attention_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gradus/model/cpu/vector8.h"

namespace gradus {

namespace {

constexpr int64_t kRows = 4;  // rows per register tile: 4 x 24 accumulators fill the 16 AVX2 registers

inline int64_t round8(int64_t n) {
  return (n + 7) / 8 * 8;
}

// A strided operand of a small matrix product.
struct Left {
  const float* data;
  int64_t row, column;
};

template <int R, int C>
GRADUS_INLINE void tile(const Left& a, const float* b, int64_t b_row, float* c, int64_t c_row,
                        int64_t depth) {
  Vector8 sum[R][C] = {};
  for (int64_t k = 0; k < depth; ++k) {
    Vector8 right[C];
    for (int j = 0; j < C; ++j) right[j] = load8(b + k * b_row + 8 * j);
    for (int i = 0; i < R; ++i) {
      const Vector8 left = all8(a.data[i * a.row + k * a.column]);
      for (int j = 0; j < C; ++j) sum[i][j] = fma8(left, right[j], sum[i][j]);
    }
  }
  for (int i = 0; i < R; ++i) {
    for (int j = 0; j < C; ++j) store8(c + i * c_row + 8 * j, sum[i][j]);
  }
}

template <int R>
GRADUS_INLINE void tile_row(const Left& a, const float* b, int64_t b_row, float* c, int64_t c_row,
                            int64_t columns, int64_t depth) {
  int64_t j = 0;
  for (; j + 24 <= columns; j += 24) tile<R, 3>(a, b + j, b_row, c + j, c_row, depth);
  for (; j + 8 <= columns; j += 8) tile<R, 1>(a, b + j, b_row, c + j, c_row, depth);
}

// c = a * b for up to kRows rows; columns is a multiple of 8.
GRADUS_INLINE void product(const Left& a, const float* b, int64_t b_row, float* c, int64_t c_row,
                           int64_t rows, int64_t columns, int64_t depth) {
  if (rows == kRows) return tile_row<kRows>(a, b, b_row, c, c_row, columns, depth);
  for (int64_t i = 0; i < rows; ++i) {
    tile_row<1>({a.data + i * a.row, a.row, a.column}, b, b_row, c + i * c_row, c_row, columns, depth);
  }
}

// Softmax of the first `size` of `padded` scores in place; the rest becomes zero. padded is a multiple of 8.
GRADUS_INLINE void softmax_row(float* row, int64_t size, int64_t padded) {
  std::fill(row + size, row + padded, -std::numeric_limits<float>::infinity());
  Vector8 top = load8(row);
  for (int64_t j = 8; j < padded; j += 8) {
    const Vector8 x = load8(row + j);
    top = x > top ? x : top;
  }
  const float highest = max8(top);
  for (int64_t j = 0; j < padded; j += 8) store8(row + j, exp8(load8(row + j) - highest));
  std::fill(row + size, row + padded, 0.0f);
  Vector8 total = {};
  for (int64_t j = 0; j < padded; j += 8) total += load8(row + j);
  const float inverse = 1.0f / sum8(total);
  for (int64_t j = 0; j < padded; j += 8) store8(row + j, load8(row + j) * inverse);
}

// Row of memory that holds key j of a segment.
inline int64_t key_row(const AttentionSegment& s, int64_t j) {
  return j < s.prefix_size ? s.prefix + j : s.own + j - s.prefix_size;
}

inline int64_t keys_of(const AttentionSegment& s) {
  return s.prefix_size + s.own_size;
}

// One head of the keys or values of a segment, transposed: [width][padded].
GRADUS_INLINE void gather_columns(const AttentionSegment& s, const float* from, int64_t stride, int64_t width,
                                  int64_t padded, float* to) {
  const int64_t keys = keys_of(s);
  for (int64_t d = 0; d < width; ++d) std::fill(to + d * padded + keys, to + (d + 1) * padded, 0.0f);
  for (int64_t j = 0; j < keys; ++j) {
    const float* row = from + key_row(s, j) * stride;
    for (int64_t d = 0; d < width; ++d) to[d * padded + j] = row[d];
  }
}

// The same as rows: [keys][wide], wide >= width.
GRADUS_INLINE void gather_rows(const AttentionSegment& s, const float* from, int64_t stride, int64_t width,
                               int64_t wide, float* to) {
  const int64_t keys = keys_of(s);
  for (int64_t j = 0; j < keys; ++j) {
    const float* row = from + key_row(s, j) * stride;
    std::copy(row, row + width, to + j * wide);
    std::fill(to + j * wide + width, to + (j + 1) * wide, 0.0f);
  }
}

GRADUS_INLINE void copy_queries(const AttentionSegment& s, const float* from, int64_t stride, int64_t width,
                                int64_t wide, float scale, float* to) {
  for (int64_t i = 0; i < s.query_size; ++i) {
    const float* row = from + (s.query + i) * stride;
    for (int64_t d = 0; d < width; ++d) to[i * wide + d] = row[d] * scale;
    std::fill(to + i * wide + width, to + (i + 1) * wide, 0.0f);
  }
}

// Working memory for the largest segment of a call.
struct Scratch {
  Scratch(const AttentionShape& shape, std::span<const AttentionSegment> segments) {
    for (const AttentionSegment& s : segments) {
      keys = std::max(keys, round8(keys_of(s)));
      queries = std::max(queries, s.query_size);
    }
    const size_t wide = static_cast<size_t>(round8(shape.head_width));
    columns.resize(static_cast<size_t>(keys) * wide);
    rows.resize(static_cast<size_t>(keys) * wide);
    query.resize(static_cast<size_t>(queries) * wide);
    out.resize(static_cast<size_t>(queries) * wide);
    tile.resize(kRows * wide);
    scores.resize(static_cast<size_t>(queries * keys));
  }

  int64_t keys = 0, queries = 0;
  std::vector<float> columns, rows, query, out, tile, scores;
};

}  // namespace

int64_t attention_probabilities(const AttentionShape& shape, std::span<const AttentionSegment> segments) {
  int64_t total = 0;
  for (const AttentionSegment& s : segments) total += shape.heads * s.query_size * round8(keys_of(s));
  return total;
}

GRADUS_AVX2 void attention_forward(const AttentionShape& shape, std::span<const AttentionSegment> segments,
                                   const AttentionInput& in, float* out, float* probabilities) {
  const int64_t width = shape.head_width, wide = round8(width), model = width * shape.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  Scratch scratch(shape, segments);
  for (const AttentionSegment& s : segments) {
    const int64_t keys = keys_of(s), padded = round8(keys), before = keys - s.query_size;
    for (int64_t head = 0; head < shape.heads; ++head, probabilities += s.query_size * padded) {
      const int64_t at = head * width;
      gather_columns(s, in.key + at, in.key_stride, width, padded, scratch.columns.data());
      gather_rows(s, in.value + at, in.key_stride, width, wide, scratch.rows.data());
      copy_queries(s, in.query + at, in.query_stride, width, wide, scale, scratch.query.data());
      for (int64_t i = 0; i < s.query_size; i += kRows) {
        const int64_t rows = std::min(kRows, s.query_size - i), visible = before + i + rows;
        float* scores = probabilities + i * padded;
        product({scratch.query.data() + i * wide, wide, 1}, scratch.columns.data(), padded, scores, padded,
                rows, round8(visible), width);
        for (int64_t r = 0; r < rows; ++r) softmax_row(scores + r * padded, before + i + r + 1, padded);
        product({scores, padded, 1}, scratch.rows.data(), wide, scratch.tile.data(), wide, rows, wide,
                visible);
        for (int64_t r = 0; r < rows; ++r) {
          const float* from = scratch.tile.data() + r * wide;
          std::copy(from, from + width, out + (s.query + i + r) * model + at);
        }
      }
    }
  }
}

namespace {

// Gradient of the scores of one head, and of its queries.
GRADUS_INLINE void backward_queries(const AttentionSegment& s, const float* probabilities, float scale,
                                    int64_t width, int64_t stride, Scratch& scratch, float* query_gradient) {
  const int64_t wide = round8(width), keys = keys_of(s), padded = round8(keys), before = keys - s.query_size;
  for (int64_t i = 0; i < s.query_size; i += kRows) {
    const int64_t rows = std::min(kRows, s.query_size - i), visible = before + i + rows;
    float* scores = scratch.scores.data() + i * padded;
    product({scratch.out.data() + i * wide, wide, 1}, scratch.columns.data(), padded, scores, padded, rows,
            round8(visible), width);
    for (int64_t r = 0; r < rows; ++r) {
      float* row = scores + r * padded;
      const float* p = probabilities + (i + r) * padded;
      const int64_t used = round8(visible);
      Vector8 dot = {};
      for (int64_t j = 0; j < used; j += 8) dot = fma8(load8(p + j), load8(row + j), dot);
      const float mean = sum8(dot);
      for (int64_t j = 0; j < used; j += 8) store8(row + j, load8(p + j) * (load8(row + j) - mean) * scale);
      std::fill(row + used, row + padded, 0.0f);
    }
    product({scores, padded, 1}, scratch.rows.data(), wide, scratch.tile.data(), wide, rows, wide, visible);
    for (int64_t r = 0; r < rows; ++r) {
      float* to = query_gradient + (s.query + i + r) * stride;
      for (int64_t d = 0; d < width; ++d) to[d] += scratch.tile[static_cast<size_t>(r * wide + d)];
    }
  }
}

// gradient[key] += sum over queries of weight[query][key] * source[query], for one head.
GRADUS_INLINE void backward_keys(const AttentionSegment& s, const float* weights, const float* source,
                                 int64_t width, int64_t stride, Scratch& scratch, float* gradient) {
  const int64_t wide = round8(width), keys = keys_of(s), padded = round8(keys), before = keys - s.query_size;
  for (int64_t j = 0; j < keys; j += kRows) {
    const int64_t rows = std::min(kRows, keys - j), first = std::max<int64_t>(0, j - before);
    product({weights + first * padded + j, 1, padded}, source + first * wide, wide, scratch.tile.data(), wide,
            rows, wide, s.query_size - first);
    for (int64_t r = 0; r < rows; ++r) {
      float* to = gradient + key_row(s, j + r) * stride;
      for (int64_t d = 0; d < width; ++d) to[d] += scratch.tile[static_cast<size_t>(r * wide + d)];
    }
  }
}

}  // namespace

GRADUS_AVX2 void attention_backward(const AttentionShape& shape, std::span<const AttentionSegment> segments,
                                    const AttentionInput& in, const float* probabilities,
                                    const float* out_gradient, const AttentionGradient& gradient) {
  const int64_t width = shape.head_width, wide = round8(width), model = width * shape.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  Scratch scratch(shape, segments);
  for (const AttentionSegment& s : segments) {
    const int64_t padded = round8(keys_of(s));
    for (int64_t head = 0; head < shape.heads; ++head, probabilities += s.query_size * padded) {
      const int64_t at = head * width;
      gather_columns(s, in.value + at, in.key_stride, width, padded, scratch.columns.data());
      gather_rows(s, in.key + at, in.key_stride, width, wide, scratch.rows.data());
      copy_queries(s, in.query + at, in.query_stride, width, wide, 1.0f, scratch.query.data());
      copy_queries(s, out_gradient + at, model, width, wide, 1.0f, scratch.out.data());
      backward_queries(s, probabilities, scale, width, in.query_stride, scratch, gradient.query + at);
      backward_keys(s, scratch.scores.data(), scratch.query.data(), width, in.key_stride, scratch,
                    gradient.key + at);
      backward_keys(s, probabilities, scratch.out.data(), width, in.key_stride, scratch, gradient.value + at);
    }
  }
}

namespace {

GRADUS_INLINE float dot(const float* a, const float* b, int64_t size) {
  Vector8 lanes = {};
  int64_t d = 0;
  for (; d + 8 <= size; d += 8) lanes = fma8(load8(a + d), load8(b + d), lanes);
  float total = sum8(lanes);
  for (; d < size; ++d) total += a[d] * b[d];
  return total;
}

// Asks for the own keys and values of a segment, which stand side by side: sampling waits for memory, not for
// arithmetic.
GRADUS_INLINE void fetch_ahead(const AttentionSegment& s, const AttentionInput& in) {
  constexpr int64_t kLine = 64 / sizeof(float);
  const float* const first = in.key + s.own * in.key_stride;
  for (int64_t f = 0; f < s.own_size * in.key_stride; f += kLine) __builtin_prefetch(first + f);
}

// Scores of `count` keys that lie one after the other, for all heads: every key is read once.
GRADUS_INLINE void score_keys(const AttentionShape& shape, const float* query, const float* key,
                              int64_t stride, int64_t count, int64_t padded, float scale, float* scores) {
  const int64_t width = shape.head_width;
  for (int64_t j = 0; j < count; ++j, key += stride) {
    for (int64_t head = 0; head < shape.heads; ++head) {
      scores[head * padded + j] = dot(query + head * width, key + head * width, width) * scale;
    }
  }
}

// C vectors of features of: out = sum over keys of weight * value; weight[c]: of the head that vector c is
// in.
template <int C>
GRADUS_INLINE void weighted_vectors(const AttentionSegment& s, const float* const* weight,
                                    const float* values, int64_t stride, float* out) {
  Vector8 sum[C] = {};
  for (int64_t j = 0; j < keys_of(s); ++j) {
    const float* row = values + key_row(s, j) * stride;
    for (int c = 0; c < C; ++c) sum[c] = fma8(all8(weight[c][j]), load8(row + 8 * c), sum[c]);
  }
  for (int c = 0; c < C; ++c) store8(out + 8 * c, sum[c]);
}

GRADUS_INLINE void weighted_sum(const AttentionShape& shape, const AttentionSegment& s, const float* weights,
                                int64_t padded, const float* values, int64_t stride, float* out) {
  constexpr int kVectors = 6;  // accumulators; with more, the compiler keeps some in memory
  const int64_t width = shape.head_width, model = width * shape.heads;
  int64_t d = 0;
  if (width % 8 == 0) {
    const auto weight_at = [&](int64_t feature) { return weights + feature / width * padded; };
    const float* weight[kVectors];
    for (; d + 8 * kVectors <= model; d += 8 * kVectors) {
      for (int c = 0; c < kVectors; ++c) weight[c] = weight_at(d + 8 * c);
      weighted_vectors<kVectors>(s, weight, values + d, stride, out + d);
    }
    for (; d < model; d += 8) {
      weight[0] = weight_at(d);
      weighted_vectors<1>(s, weight, values + d, stride, out + d);
    }
  }
  for (; d < model; ++d) {
    float sum = 0;
    const float* weight = weights + d / width * padded;
    for (int64_t j = 0; j < keys_of(s); ++j) sum += weight[j] * values[key_row(s, j) * stride + d];
    out[d] = sum;
  }
}

}  // namespace

GRADUS_AVX2 void attention_last(const AttentionShape& shape, std::span<const AttentionSegment> segments,
                                const AttentionInput& in, float* out) {
  const int64_t width = shape.head_width, model = width * shape.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  int64_t longest = 0;
  for (const AttentionSegment& s : segments) longest = std::max(longest, round8(keys_of(s)));
  std::vector<float> all_scores(static_cast<size_t>(longest * shape.heads));
  float* const scores = all_scores.data();
  for (size_t at = 0; at < segments.size(); ++at) {
    const AttentionSegment& s = segments[at];
    if (at + 1 < segments.size()) fetch_ahead(segments[at + 1], in);
    const int64_t keys = keys_of(s), padded = round8(keys);
    const float* query = in.query + s.query * in.query_stride;
    score_keys(shape, query, in.key + s.prefix * in.key_stride, in.key_stride, s.prefix_size, padded, scale,
               scores);
    score_keys(shape, query, in.key + s.own * in.key_stride, in.key_stride, s.own_size, padded, scale,
               scores + s.prefix_size);
    for (int64_t head = 0; head < shape.heads; ++head) softmax_row(scores + head * padded, keys, padded);
    weighted_sum(shape, s, scores, padded, in.value, in.key_stride, out + s.query * model);
  }
}

}  // namespace gradus
