#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "tests/refused.h"

#include "gradus/base/random.h"
#include "gradus/model/cpu/cpu_transformer.h"
#include "gradus/model/cpu/kernels.h"

namespace gradus {
namespace {

constexpr TransformerShape kShape{.vocabulary = 12, .context = 24, .layers = 2, .heads = 2, .width = 20};

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

// Sum of the targets' logits times fixed slopes: a loss with a known gradient in the logits.
struct LinearLoss {
  PackedRows rows;
  std::vector<float> slopes;

  double at(Network& network) const {
    const auto logits = network.logits(rows, Network::For::scoring);
    double sum = 0;
    for (size_t i = 0; i < logits.size(); ++i) sum += static_cast<double>(slopes[i]) * logits[i];
    return sum;
  }
};

LinearLoss make_loss() {
  LinearLoss out;
  out.rows.add(std::vector<int32_t>{3, 4, 5}, std::vector<int32_t>{6, 7, 2}, {});
  out.rows.add(std::vector<int32_t>{3, 4, 5}, std::vector<int32_t>{8, 2}, {});
  out.rows.add(std::vector<int32_t>{9}, std::vector<int32_t>{8, 3, 11, 2}, {});
  Stream stream(4);
  for (int64_t i = 0; i < out.rows.targets() * 10; ++i)
    out.slopes.push_back(static_cast<float>(stream.normal()));
  return out;
}

// Adam's first mean is a tenth of the gradient.
std::vector<double> gradient_of(Network& network, const LinearLoss& loss) {
  const NetworkState before = network.state();
  network.logits(loss.rows, Network::For::training);
  network.backward(loss.slopes);
  network.step({.learning_rate = 0, .clip_norm = 1e9});
  std::vector<double> out;
  for (const float mean : network.state().mean) out.push_back(mean / 0.1);
  network.restore(before);
  return out;
}

TEST(CpuTransformer, GradientAgreesWithFiniteDifferences) {
  const auto network = make_cpu_transformer(kShape, 3);
  const LinearLoss loss = make_loss();
  const NetworkState start = network->state();
  const std::vector<double> gradient = gradient_of(*network, loss);
  double squares = 0;
  for (const double g : gradient) squares += g * g;
  const double norm = std::sqrt(squares), step = 1e-2;
  ASSERT_GT(norm, 1);
  const auto slope_along = [&](const std::vector<double>& direction) {
    double values[2];
    for (const int side : {0, 1}) {
      NetworkState moved = start;
      for (size_t w = 0; w < direction.size(); ++w)
        moved.weights[w] += static_cast<float>((side ? step : -step) * direction[w]);
      network->restore(moved);
      values[side] = loss.at(*network);
    }
    return (values[1] - values[0]) / (2 * step);
  };
  std::vector<double> direction;
  for (const double g : gradient) direction.push_back(g / norm);
  EXPECT_NEAR(slope_along(direction), norm, 1e-2 * norm);
  Stream stream(
      4);  // directions of random signs feel every weight: a part left out of the gradient would show
  for (int i = 0; i < 8; ++i) {
    double expected = 0;
    for (size_t w = 0; w < direction.size(); ++w) {
      direction[w] = (stream.chance(0.5) ? 1 : -1) / std::sqrt(static_cast<double>(direction.size()));
      expected += direction[w] * gradient[w];
    }
    EXPECT_NEAR(slope_along(direction), expected, 1e-3 * norm);
  }
}

TEST(CpuTransformer, GradientsOfTwoPassesAddUp) {
  const auto network = make_cpu_transformer(kShape, 3);
  const LinearLoss loss = make_loss();
  const std::vector<double> once = gradient_of(*network, loss);
  network->logits(loss.rows, Network::For::training);
  network->backward(loss.slopes);
  const std::vector<double> twice = gradient_of(*network, loss);
  for (size_t w = 0; w < once.size(); ++w) ASSERT_NEAR(twice[w], 2 * once[w], 1e-4 * (1 + std::abs(once[w])));
}

TEST(CpuTransformer, TokenByTokenEqualsTheWholeSequence) {
  const auto network = make_cpu_transformer(kShape, 5);
  const std::vector<int32_t> prompt{3, 4, 5, 6}, response{7, 8, 9, 10, 2};
  PackedRows whole;
  whole.add(prompt, response, {});
  const auto logits = network->logits(whole, Network::For::scoring);
  const std::vector<float> expected(logits.begin(), logits.end());
  PackedRows head;
  head.add_prompt(std::span(prompt).first(3));
  network->remember(head, 3 + 5);
  for (size_t t = 0; t < response.size(); ++t) {
    const int64_t place = 3 + static_cast<int64_t>(t);
    NextTokens next;
    next.tokens = {t == 0 ? prompt.back() : response[t - 1]};
    next.positions = next.places = {place};
    next.segments = {
        {.prefix = 0, .prefix_size = 3, .own = 3, .own_size = place - 2, .query = 0, .query_size = 1}};
    const auto line = network->next(next);
    for (size_t c = 0; c < 10; ++c) EXPECT_NEAR(line[c], expected[t * 10 + c], 1e-5) << t << ", " << c;
  }
}

// To the bit: a row's logits are the same alone, between others, and at any place.
TEST(CpuTransformer, ASequenceDoesNotDependOnThoseBesideIt) {
  for (const int width : {8, 20, 96}) {
    const auto network = make_cpu_transformer(
        {.vocabulary = 60, .context = 64, .layers = 2, .heads = width / 4, .width = width}, 5);
    Stream stream(6);
    std::vector<std::vector<int32_t>> prompts, responses;
    for (int i = 0; i < 30; ++i) {
      const auto draw = [&](int64_t most) {
        std::vector<int32_t> out(static_cast<size_t>(stream.between(1, most)));
        for (int32_t& token : out) token = static_cast<int32_t>(stream.between(3, 59));
        return out;
      };
      prompts.push_back(draw(20));
      responses.push_back(draw(40));
    }
    PackedRows together;
    for (size_t i = 0; i < prompts.size(); ++i) together.add(prompts[i], responses[i], {});
    const auto all = network->logits(together, Network::For::training);
    const std::vector<float> expected(all.begin(), all.end());
    size_t at = 0;
    for (size_t i = 0; i < prompts.size(); ++i) {
      PackedRows alone;
      alone.add(prompts[i], responses[i], {});
      const auto logits = network->logits(alone, Network::For::scoring);
      ASSERT_TRUE(std::equal(logits.begin(), logits.end(), expected.begin() + static_cast<ptrdiff_t>(at)));
      at += logits.size();
    }
    EXPECT_EQ(at, expected.size());
  }
}

TEST(CpuTransformer, WeightDecayIsOfTheMatricesAlone) {
  const auto network = make_cpu_transformer(kShape, 3);
  const NetworkState before = network->state();
  network->step({.learning_rate = 0.5, .weight_decay = 0.2});  // no gradient: decay is all that moves
  const NetworkState after = network->state();
  const TransformerLayout layout(kShape);
  for (const TransformerLayout::Slot& slot : layout.slots()) {
    for (int64_t i = slot.at; i < slot.at + slot.size(); ++i) {
      const size_t w = static_cast<size_t>(i);
      ASSERT_NEAR(after.weights[w], before.weights[w] * (slot.decay ? 0.9 : 1.0), 1e-6);
    }
  }
}

TEST(CpuTransformer, AGradientThatIsNotFiniteChangesNothing) {
  const auto network = make_cpu_transformer(kShape, 3);
  LinearLoss loss = make_loss();
  const NetworkState before = network->state();
  loss.slopes[3] = std::numeric_limits<float>::infinity();
  network->logits(loss.rows, Network::For::training);
  network->backward(loss.slopes);
  try {
    network->step({});
    FAIL() << "an infinite gradient was applied";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::outside);
  }
  EXPECT_EQ(network->state().weights, before.weights);
  EXPECT_EQ(network->state().steps, 0);
}

TEST(CpuTransformer, InitialWeightsDependOnTheSeedAlone) {
  const TransformerLayout layout(kShape);
  EXPECT_EQ(layout.initial(3), layout.initial(3));
  EXPECT_NE(layout.initial(3), layout.initial(4));
  EXPECT_EQ(make_cpu_transformer(kShape, 3)->state().weights, layout.initial(3));
}

TEST(CpuTransformer, RefusesShapesItCannotBuild) {
  TransformerShape odd = kShape;
  odd.heads = 3;
  EXPECT_THROW(make_cpu_transformer(odd, 1), Error);
  odd = kShape;
  odd.vocabulary = 2;
  EXPECT_THROW(make_cpu_transformer(odd, 1), Error);
}

TEST(Kernels, AProcessorWithoutThemIsRefusedByName) {
  EXPECT_NO_THROW(require_kernels({.name = "New", .avx2 = true, .fma = true}));
  for (const auto& [avx2, fma, missing] :
       std::vector<std::tuple<bool, bool, std::string>>{{false, true, "Old without AVX2"},
                                                        {true, false, "Old without FMA"},
                                                        {false, false, "Old without AVX2 and FMA"}}) {
    try {
      require_kernels({.name = "Old", .avx2 = avx2, .fma = fma});
      FAIL() << missing;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::outside);
      EXPECT_NE(std::string(error.what()).find(missing + ";"), std::string::npos) << error.what();
    }
  }
}

TEST(Kernels, WhatStaysUnusedIsSaid) {
  const Processor plain{.name = "Plain", .avx2 = true, .fma = true};
  const Processor wide{.name = "Wide", .avx2 = true, .fma = true, .avx512 = true};
  EXPECT_EQ(describe_kernels(plain).find("AVX-512"), std::string::npos);
  EXPECT_NE(describe_kernels(wide).find("AVX-512 stays unused"), std::string::npos);
  for (const Processor& processor : {plain, wide}) {
    EXPECT_NE(describe_kernels(processor).find(kCpuKernels), std::string::npos);
    EXPECT_NE(describe_kernels(processor).find(processor.name), std::string::npos);
  }
}

}  // namespace
}  // namespace gradus
