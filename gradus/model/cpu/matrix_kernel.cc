#include "gradus/model/cpu/matrix_kernel.h"

#include <algorithm>

#include "gradus/model/cpu/vector8.h"

namespace gradus {

namespace {

constexpr int64_t kTileRows = 6, kTileColumns = 16;
// A panel and a block of rows of this depth fill two thirds of 32 KiB of first-level cache.
constexpr int64_t kDepthAtOnce = 192;
constexpr int64_t kRowsAtOnce = 128;  // of outer products: their depth

// Element (i, k) at data[i * row + k * step].
struct Left {
  const float* data;
  int64_t row, step;
};

// R rows of 16 columns: out = start + left * panel.
template <int R>
GRADUS_INLINE void tile(const Left& left, const float* panel, int64_t depth, const ConstRows& start,
                        const Rows& out) {
  Vector8 sum[R][2];
  for (int i = 0; i < R; ++i) {
    sum[i][0] = start.data ? load8(start.data + i * start.stride) : Vector8{};
    sum[i][1] = start.data ? load8(start.data + i * start.stride + 8) : Vector8{};
  }
  for (int64_t k = 0; k < depth; ++k) {
    const Vector8 right[2] = {load8(panel + kTileColumns * k), load8(panel + kTileColumns * k + 8)};
    for (int i = 0; i < R; ++i) {
      const Vector8 factor = all8(left.data[i * left.row + k * left.step]);
      sum[i][0] = fma8(factor, right[0], sum[i][0]);
      sum[i][1] = fma8(factor, right[1], sum[i][1]);
    }
  }
  for (int i = 0; i < R; ++i) {
    store8(out.data + i * out.stride, sum[i][0]);
    store8(out.data + i * out.stride + 8, sum[i][1]);
  }
}

GRADUS_INLINE void tile_of(int64_t rows, const Left& left, const float* panel, int64_t depth,
                           const ConstRows& start, const Rows& out) {
  switch (rows) {
    case 6:
      return tile<6>(left, panel, depth, start, out);
    case 5:
      return tile<5>(left, panel, depth, start, out);
    case 4:
      return tile<4>(left, panel, depth, start, out);
    case 3:
      return tile<3>(left, panel, depth, start, out);
    case 2:
      return tile<2>(left, panel, depth, start, out);
    default:
      return tile<1>(left, panel, depth, start, out);
  }
}

// A tile that has fewer than 16 columns, by way of one that has them all.
GRADUS_INLINE void narrow_tile(int64_t rows, int64_t columns, const Left& left, const float* panel,
                               int64_t depth, const ConstRows& start, const Rows& out) {
  float whole[kTileRows * kTileColumns] = {};
  for (int64_t i = 0; start.data && i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) whole[i * kTileColumns + j] = start.data[i * start.stride + j];
  }
  tile_of(rows, left, panel, depth, {whole, kTileColumns}, {whole, kTileColumns});
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) out.data[i * out.stride + j] = whole[i * kTileColumns + j];
  }
}

GRADUS_INLINE ConstRows moved(const ConstRows& rows, int64_t row, int64_t column) {
  return {rows.data ? rows.data + row * rows.stride + column : nullptr, rows.stride};
}

// One panel of the right side, all rows of the left, in blocks of 6; `block` floats from one to the next.
GRADUS_INLINE void panel_product(const Left& left, int64_t block, int64_t rows, const float* panel,
                                 int64_t columns, int64_t depth, const ConstRows& start, const Rows& out) {
  for (int64_t i = 0; i < rows; i += kTileRows) {
    const int64_t count = std::min(kTileRows, rows - i);
    const Left from{left.data + i / kTileRows * block, left.row, left.step};
    const Rows to{out.data + i * out.stride, out.stride};
    if (columns >= kTileColumns) {
      tile_of(count, from, panel, depth, moved(start, i, 0), to);
    } else {
      narrow_tile(count, columns, from, panel, depth, moved(start, i, 0), to);
    }
  }
}

}  // namespace

void PackedMatrix::pack(const float* from, int64_t depth, int64_t columns, int64_t step, int64_t column) {
  depth_ = depth;
  columns_ = columns;
  float* to = panels_.of((columns + kTileColumns - 1) / kTileColumns * kTileColumns * depth);
  for (int64_t first = 0; first < columns; first += kTileColumns, to += kTileColumns * depth) {
    const int64_t count = std::min(kTileColumns, columns - first);
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t j = 0; j < kTileColumns; ++j) {
        to[k * kTileColumns + j] = j < count ? from[k * step + (first + j) * column] : 0.0f;
      }
    }
  }
}

GRADUS_AVX2 void multiply(const ConstRows& left, int64_t rows, const PackedMatrix& right,
                          const ConstRows& start, const Rows& out) {
  for (int64_t k = 0; k < right.depth(); k += kDepthAtOnce) {
    const int64_t depth = std::min(kDepthAtOnce, right.depth() - k);
    const ConstRows from = k == 0 ? start : ConstRows{out.data, out.stride};  // the chains go on
    for (int64_t j = 0; j < right.columns(); j += kTileColumns) {
      panel_product({left.data + k, left.stride, 1}, kTileRows * left.stride, rows,
                    right.panel(j) + k * kTileColumns, right.columns() - j, depth, moved(from, 0, j),
                    {out.data + j, out.stride});
    }
  }
}

GRADUS_AVX2 void add_outer_products(const float* left, int64_t left_columns, const float* right,
                                    int64_t right_columns, int64_t rows, float* gradient, OuterSpace& space) {
  const int64_t blocks = (left_columns + kTileRows - 1) / kTileRows;
  float* const left_panels = space.left.of(blocks * kTileRows * kRowsAtOnce);
  float* const panel = space.right.of(kTileColumns * kRowsAtOnce);
  for (int64_t first = 0; first < rows; first += kRowsAtOnce) {
    const int64_t depth = std::min(kRowsAtOnce, rows - first);
    for (int64_t k = 0; k < depth; ++k) {
      const float* row = left + (first + k) * left_columns;
      float* to = left_panels + k * kTileRows;
      for (int64_t i = 0; i < left_columns; i += kTileRows, to += depth * kTileRows) {
        for (int64_t c = 0; c < kTileRows; ++c) to[c] = i + c < left_columns ? row[i + c] : 0.0f;
      }
    }
    for (int64_t j = 0; j < right_columns; j += kTileColumns) {
      const int64_t columns = std::min(kTileColumns, right_columns - j);
      for (int64_t k = 0; k < depth; ++k) {
        const float* row = right + (first + k) * right_columns + j;
        for (int64_t c = 0; c < kTileColumns; ++c) panel[k * kTileColumns + c] = c < columns ? row[c] : 0.0f;
      }
      const Rows out{gradient + j, right_columns};
      panel_product({left_panels, 1, kTileRows}, depth * kTileRows, left_columns, panel, columns, depth,
                    {out.data, out.stride}, out);
    }
  }
}

}  // namespace gradus
