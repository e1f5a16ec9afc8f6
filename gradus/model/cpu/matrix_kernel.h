// Products of small matrices on one core, in an order of additions that depends on nothing but the depth.
//
//   PackedMatrix weight;
//   weight.pack(w, depth, columns, 1, depth);                     // w: [columns, depth], used transposed
//   multiply({x, depth}, rows, weight, {bias, 0}, {y, columns});  // y = x w^T + bias
//   add_outer_products(dy, columns, x, depth, rows, dw, space);   // dw += dy^T x
//
// An element of a product is one chain of fused multiply-adds, from its start and then over the depth: the
// same whatever stands in the rows beside it. Tiles of 6 x 16 fill the 16 registers of AVX2 (Goto and van de
// Geijn 2008; Van Zee and van de Geijn 2015).
#pragma once

#include <cstdint>

#include "gradus/model/cpu/float_buffer.h"

namespace gradus {

// Rows of floats; `stride` from one to the next.
struct ConstRows {
  const float* data;
  int64_t stride;
};
struct Rows {
  float* data;
  int64_t stride;
};

// The right side of a product, in panels of 16 columns: [panel][depth][16], the last filled up with zeros.
class PackedMatrix {
 public:
  // Element (k, j) is from[k * step + j * column].
  void pack(const float* from, int64_t depth, int64_t columns, int64_t step, int64_t column);

  int64_t depth() const { return depth_; }
  int64_t columns() const { return columns_; }
  const float* panel(int64_t first_column) const { return panels_.get() + first_column * depth_; }

 private:
  int64_t depth_ = 0, columns_ = 0;
  FloatBuffer panels_;
};

// out = start + left * right. A stride of 0 starts every row alike; without data, from zero.
void multiply(const ConstRows& left, int64_t rows, const PackedMatrix& right, const ConstRows& start,
              const Rows& out);

// gradient[i][j] += sum over rows r of left[r][i] * right[r][j]; all three are dense.
struct OuterSpace {
  FloatBuffer left, right;
};
void add_outer_products(const float* left, int64_t left_columns, const float* right, int64_t right_columns,
                        int64_t rows, float* gradient, OuterSpace& space);

}  // namespace gradus
