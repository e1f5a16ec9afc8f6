#include "gradus/model/torch/transformer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>
#include <vector>

#include "gradus/base/error.h"

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
  // Along the gradient itself the difference quotient is its squared norm.
  const double step = 1e-3, norm = gradient.norm().item<double>();
  model.weights().add_(gradient, step / norm);
  const double up = loss().item<double>();
  model.weights().add_(gradient, -2 * step / norm);
  const double down = loss().item<double>();
  EXPECT_NEAR((up - down) / (2 * step), norm, 2e-2 * norm);
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
