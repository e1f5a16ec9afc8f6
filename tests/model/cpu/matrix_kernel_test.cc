#include "gradus/model/cpu/matrix_kernel.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {
namespace {

std::vector<float> normal(Stream& stream, int64_t count) {
  std::vector<float> out(static_cast<size_t>(count));
  for (float& value : out) value = static_cast<float>(stream.normal());
  return out;
}

struct Shape {
  int64_t rows, depth, columns;
};

// Whole tiles, parts of tiles in every direction, and depths over one and two blocks.
const std::vector<Shape> kShapes{{12, 96, 32}, {1, 1, 1},    {7, 5, 17},   {5, 96, 58},  {6, 192, 16},
                                 {13, 193, 3}, {4, 400, 31}, {129, 6, 18}, {300, 10, 7}, {2, 1, 5}};

// One chain of fused multiply-adds over the depth: what the header promises, so equal to the bit.
float chain(float start, const std::vector<float>& x, int64_t x_at, int64_t x_step,
            const std::vector<float>& y, int64_t y_at, int64_t y_step, int64_t depth) {
  for (int64_t k = 0; k < depth; ++k) {
    start =
        std::fma(x[static_cast<size_t>(x_at + k * x_step)], y[static_cast<size_t>(y_at + k * y_step)], start);
  }
  return start;
}

TEST(MatrixKernel, AnElementIsOneChainOfFusedAdditions) {
  Stream stream(1);
  for (const auto& [rows, depth, columns] : kShapes) {
    const auto x = normal(stream, rows * depth), w = normal(stream, columns * depth),
               bias = normal(stream, columns);
    PackedMatrix packed;
    packed.pack(w.data(), depth, columns, 1, depth);
    std::vector<float> y(static_cast<size_t>(rows * columns) + 1, -7);
    for (const bool biased : {true, false}) {
      multiply({x.data(), depth}, rows, packed, {biased ? bias.data() : nullptr, 0}, {y.data(), columns});
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
          const float start = biased ? bias[static_cast<size_t>(j)] : 0.0f;
          ASSERT_EQ(y[static_cast<size_t>(i * columns + j)],
                    chain(start, x, i * depth, 1, w, j * depth, 1, depth))
              << rows << " x " << depth << " x " << columns << " at " << i << ", " << j;
        }
      }
      EXPECT_EQ(y.back(), -7) << "nothing is written past the end";
    }
  }
}

TEST(MatrixKernel, MayStartFromItsOwnOutput) {
  Stream stream(2);
  for (const auto& [rows, depth, columns] : kShapes) {
    const auto x = normal(stream, rows * depth), w = normal(stream, columns * depth),
               start = normal(stream, rows * columns);
    PackedMatrix packed;
    packed.pack(w.data(), depth, columns, columns, 1);  // the other way round
    std::vector<float> y = start;
    multiply({x.data(), depth}, rows, packed, {y.data(), columns}, {y.data(), columns});
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        const size_t at = static_cast<size_t>(i * columns + j);
        ASSERT_EQ(y[at], chain(start[at], x, i * depth, 1, w, j, columns, depth));
      }
    }
  }
}

TEST(MatrixKernel, OuterProductsAddUpOverRows) {
  Stream stream(3);
  OuterSpace space;
  for (const auto& [left, rows, right] : kShapes) {
    const auto x = normal(stream, rows * left), y = normal(stream, rows * right),
               start = normal(stream, left * right);
    std::vector<float> sum = start;
    add_outer_products(x.data(), left, y.data(), right, rows, sum.data(), space);
    for (int64_t i = 0; i < left; ++i) {
      for (int64_t j = 0; j < right; ++j) {
        const size_t at = static_cast<size_t>(i * right + j);
        ASSERT_EQ(sum[at], chain(start[at], x, i, left, y, j, right, rows))
            << left << " " << rows << " " << right;
      }
    }
  }
}

}  // namespace
}  // namespace gradus
