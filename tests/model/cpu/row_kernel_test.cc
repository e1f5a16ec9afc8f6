#include "gradus/model/cpu/row_kernel.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {
namespace {

std::vector<float> normal(Stream& stream, size_t count) {
  std::vector<float> out(count);
  for (float& value : out) value = static_cast<float>(stream.normal());
  return out;
}

TEST(RowKernel, GeluAndItsSlopeAreThoseOfTheDefinition) {
  for (double at = -12; at < 12; at += 0.0173) {
    const float x = static_cast<float>(at);
    for (const size_t lanes : {1u, 8u, 11u}) {
      std::vector<float> value(lanes, x), slope(lanes);
      gelu(value.data(), static_cast<int64_t>(lanes), slope.data());
      const double below = 0.5 * std::erfc(-double{x} / std::sqrt(2.0));
      const double density = std::exp(-0.5 * double{x} * x) / std::sqrt(2 * M_PI);
      EXPECT_NEAR(value.back(), x * below, 1e-6);
      EXPECT_NEAR(slope.back(), below + x * density, 1e-6);
    }
  }
}

TEST(RowKernel, ExponentialsAreRightToTwoUnitsInTheLastPlace) {
  for (double at = -87; at < 88; at += 0.0371) {
    const float x = static_cast<float>(at);
    std::vector<float> out(9, x);
    exponentials(out.data(), 9, out.data());
    EXPECT_NEAR(out[8] / std::exp(double{x}), 1, 2.5e-7) << at;
    EXPECT_EQ(out[0], out[8]);
  }
}

TEST(RowKernel, LogSoftmaxSumsToOneAndShiftsNothing) {
  Stream stream(1);
  for (const int64_t columns : {1, 7, 8, 9, 58, 64}) {
    std::vector<float> logits = normal(stream, static_cast<size_t>(3 * columns)), out(logits.size());
    for (int64_t c = 0; c < columns; ++c) logits[static_cast<size_t>(columns + c)] += 1e4f;
    log_softmax(logits.data(), 3, columns, out.data());
    for (int64_t r = 0; r < 3; ++r) {
      double total = 0;
      for (int64_t c = 0; c < columns; ++c)
        total += std::exp(double{out[static_cast<size_t>(r * columns + c)]});
      EXPECT_NEAR(total, 1, r == 1 ? 2e-3 : 1e-5);
    }
  }
}

// Against the formula in double precision, forward, and backward by its derivative.
TEST(RowKernel, NormalisationAndItsGradient) {
  Stream stream(2);
  for (const int64_t width : {8, 12, 20, 96}) {
    const size_t w = static_cast<size_t>(width);
    const auto x = normal(stream, w), gain = normal(stream, w), bias = normal(stream, w),
               dy = normal(stream, w);
    std::vector<float> unit(w), y(w), dx(w, 1), dgain(w, 2), dbias(w, 3);
    float inverse = 0;
    normalise(x.data(), 1, width, {gain.data(), bias.data()}, {unit.data(), &inverse}, y.data());
    normalise_backward(dy.data(), 1, width, {gain.data(), bias.data()}, {unit.data(), &inverse},
                       {dx.data(), dgain.data(), dbias.data()});
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(width);
    double variance = 1e-5, scaled = 0, along = 0;
    for (const float v : x) variance += (v - mean) * (v - mean) / static_cast<double>(width);
    for (size_t d = 0; d < w; ++d) {
      const double u = (x[d] - mean) / std::sqrt(variance);
      EXPECT_NEAR(y[d], u * gain[d] + bias[d], 1e-5);
      scaled += double{dy[d]} * gain[d] / static_cast<double>(width);
      along += double{dy[d]} * gain[d] * u / static_cast<double>(width);
    }
    for (size_t d = 0; d < w; ++d) {
      const double u = (x[d] - mean) / std::sqrt(variance);
      EXPECT_NEAR(dx[d], 1 + (double{dy[d]} * gain[d] - scaled - u * along) / std::sqrt(variance), 1e-4);
      EXPECT_NEAR(dgain[d], 2 + dy[d] * u, 1e-4);
      EXPECT_NEAR(dbias[d], 3 + dy[d], 1e-5);
    }
  }
}

TEST(RowKernel, AdamFollowsThePaper) {
  Stream stream(3);
  std::vector<float> weight = normal(stream, 11), gradient = normal(stream, 11), mean(11), square(11);
  const std::vector<float> w = weight, g = gradient;
  adam(weight.data(), gradient.data(), mean.data(), square.data(), 11,
       {.gradient = 0.5f, .rate = 0.01f, .mean = 10, .square = 1000, .decay = 0.001f});
  for (size_t i = 0; i < 11; ++i) {
    const double half = 0.5 * g[i];
    EXPECT_NEAR(mean[i], 0.1 * half, 1e-7);
    EXPECT_NEAR(square[i], 0.001 * half * half, 1e-8);
    EXPECT_NEAR(weight[i], w[i] * 0.999 - 0.01 * half / (std::abs(half) + 1e-8), 1e-5);
    EXPECT_EQ(gradient[i], 0);
  }
}

TEST(RowKernel, SumsAndProductsOfRows) {
  std::vector<float> x(22), sums(11, 1), row(11, 5);
  std::iota(x.begin(), x.end(), 0.0f);
  add_columns(x.data(), 2, 11, sums.data());
  add_row(x.data(), 2, 11, row.data());
  multiply_by(x.data(), x.data(), 22);
  add_to(x.data(), x.data(), 22);
  for (size_t c = 0; c < 11; ++c) {
    const float top = static_cast<float>(c), low = static_cast<float>(c + 11);
    EXPECT_EQ(sums[c], 1 + top + low);
    EXPECT_EQ(x[c], 2 * (top + 5) * (top + 5));
    EXPECT_EQ(x[c + 11], 2 * (low + 5) * (low + 5));
  }
  EXPECT_EQ(sum_of_squares(row.data(), 11), 275);
}

}  // namespace
}  // namespace gradus
