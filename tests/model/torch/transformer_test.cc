#include "gradus/model/torch/transformer.h"

#include <cmath>
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <vector>

#include "gradus/base/error.h"
#include "gradus/base/random.h"

namespace gradus {
namespace {

constexpr TransformerShape kShape{.vocabulary = 12, .context = 24, .layers = 2, .heads = 2, .width = 16};

TEST(PackedRows, EqualNeighbouringPromptsAreStoredOnce) {
  const std::vector<int32_t> prompt{3, 4, 5}, other{3, 4, 6}, response{7, 8, 2};
  PackedRows rows;
  rows.add(prompt, response, {});
  rows.add(prompt, response, {});
  rows.add(other, response, {});
  EXPECT_EQ(rows.rows(), 3 + 2 + 2 + 3 + 2);  // the last response token is predicted, never read
  EXPECT_EQ(rows.targets(), 9);
  EXPECT_EQ(rows.target_rows[0], 2);
  EXPECT_EQ(rows.target_rows[3], 2);  // the first tokens of both responses follow the same row
  EXPECT_EQ(rows.target_rows[6], 9);
}

TEST(PackedRows, OnlyWantedTokensAreTargets) {
  const std::vector<int32_t> prompt{3}, response{7, 8, 9, 2};
  const std::vector<uint8_t> wanted{0, 1, 0, 0}, none{0, 0, 0, 0};
  PackedRows rows;
  rows.add(prompt, response, none);
  EXPECT_EQ(rows.rows(), 0);
  rows.add(prompt, response, wanted);
  EXPECT_EQ(rows.target_tokens, std::vector<int64_t>{8});
  EXPECT_EQ(rows.rows(), 2);  // what follows the last target is left out
}

TEST(Transformer, GradientAgreesWithFiniteDifferences) {
  Transformer model(kShape, "cpu", 3);
  PackedRows rows;
  rows.add(std::vector<int32_t>{3, 4, 5}, std::vector<int32_t>{6, 7, 2}, {});
  rows.add(std::vector<int32_t>{3, 4, 5}, std::vector<int32_t>{8, 2}, {});
  const auto loss = [&] {
    const torch::Tensor picked =
        torch::log_softmax(model.logits(rows), 1)
            .gather(1, (torch::tensor(rows.target_tokens, torch::kLong) - kFirstSayable).unsqueeze(1));
    return picked.sum();
  };
  loss().backward();
  torch::NoGradGuard no_gradient;
  const torch::Tensor gradient = model.gradient().clone();
  const torch::Tensor weights = model.weights().clone();
  const double step = 1e-2, norm = gradient.norm().item<double>();
  const auto slope_along = [&](const torch::Tensor& direction) {
    model.weights().copy_(weights + step * direction);
    const double up = loss().item<double>();
    model.weights().copy_(weights - step * direction);
    return (up - loss().item<double>()) / (2 * step);
  };
  EXPECT_NEAR(slope_along(gradient / norm), norm, 2e-2 * norm);
  Stream stream(
      4);  // directions of random signs feel every weight: a part left out of the gradient would show
  for (int i = 0; i < 8; ++i) {
    torch::Tensor direction = torch::empty_like(weights);
    const float size = 1.0f / std::sqrt(static_cast<float>(weights.numel()));
    for (int64_t w = 0; w < weights.numel(); ++w)
      direction.data_ptr<float>()[w] = stream.chance(0.5) ? size : -size;
    EXPECT_NEAR(slope_along(direction), (gradient * direction).sum().item<double>(), 2e-2 * norm / 10);
  }
}

TEST(Transformer, InitialWeightsDependOnTheSeedAlone) {
  const Transformer a(kShape, "cpu", 3), b(kShape, "cpu", 3), c(kShape, "cpu", 4);
  EXPECT_TRUE(torch::equal(a.weights(), b.weights()));
  EXPECT_FALSE(torch::equal(a.weights(), c.weights()));
}

TEST(Transformer, RefusesShapesAndDevicesItCannotBuild) {
  TransformerShape odd = kShape;
  odd.heads = 3;
  EXPECT_THROW(Transformer(odd, "cpu", 1), Error);
  odd = kShape;
  odd.vocabulary = 2;
  EXPECT_THROW(Transformer(odd, "cpu", 1), Error);
  try {
    Transformer(kShape, "tpu", 1);
    FAIL() << "an unknown device was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.field_name(), "device");
    EXPECT_EQ(error.kind(), ErrorKind::input);
  }
}

}  // namespace
}  // namespace gradus
