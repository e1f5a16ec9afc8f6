// The two networks are one function: on the same weights, logits, gradients and whole trainings agree up to
// rounding. torch's autograd is the reference of our own backward pass.
#include "gradus/model/torch/torch_transformer.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/model/cpu/cpu_transformer.h"
#include "gradus/model/generation.h"

namespace gradus {
namespace {

std::vector<int32_t> tokens(Stream& stream, int64_t least, int64_t most, int vocabulary) {
  std::vector<int32_t> out(static_cast<size_t>(stream.between(least, most)));
  for (int32_t& token : out) token = static_cast<int32_t>(stream.between(kFirstSayable, vocabulary - 1));
  return out;
}

class TwoNetworks : public testing::TestWithParam<TransformerShape> {
 protected:
  std::unique_ptr<Network> ours = make_cpu_transformer(GetParam(), 7);
  std::unique_ptr<Network> reference = make_torch_transformer(GetParam(), torch::Device(torch::kCPU), 7);

  // Prompts that are shared, responses of which not every token is wanted.
  PackedRows rows(uint64_t seed) const {
    Stream stream(seed);
    PackedRows out;
    for (int i = 0; i < 12; ++i) {
      const auto prompt = tokens(stream, 1, 9, GetParam().vocabulary);
      for (int64_t copies = stream.between(1, 3); copies > 0; --copies) {
        const auto response = tokens(stream, 1, 20, GetParam().vocabulary);
        std::vector<uint8_t> wanted;
        for (size_t t = 0; t < response.size(); ++t) wanted.push_back(stream.chance(0.7));
        out.add(prompt, response, wanted);
      }
    }
    return out;
  }
};

void expect_near(std::span<const float> a, std::span<const float> b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  double scale = 0, worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    scale = std::max(scale, std::abs(double{b[i]}));
    worst = std::max(worst, std::abs(double{a[i]} - b[i]));
  }
  EXPECT_GT(scale, 0);
  EXPECT_LE(worst, tolerance * scale);
}

TEST_P(TwoNetworks, HaveTheSameLogitsAndGradients) {
  for (const uint64_t seed : {1u, 2u}) {
    const PackedRows packed = rows(seed);
    const auto logits = ours->logits(packed, Network::For::training);
    expect_near(logits, reference->logits(packed, Network::For::training), 1e-5);
    Stream stream(seed);
    std::vector<float> slopes(logits.size());
    for (float& slope : slopes) slope = static_cast<float>(stream.normal());
    for (Network* network : {ours.get(), reference.get()}) network->backward(slopes);
  }
  const double norm = ours->step({.learning_rate = 0, .clip_norm = 1e9});
  EXPECT_NEAR(reference->step({.learning_rate = 0, .clip_norm = 1e9}) / norm, 1, 1e-5);
  const std::vector<float> a = ours->state().mean, b = reference->state().mean;
  const TransformerLayout layout(GetParam());
  for (const TransformerLayout::Slot& slot : layout.slots()) {
    const auto part = [&](const std::vector<float>& all) {
      return std::span(all).subspan(static_cast<size_t>(slot.at), static_cast<size_t>(slot.size()));
    };
    expect_near(part(a), part(b), 1e-4);
  }
}

TEST_P(TwoNetworks, StayTogetherOverStepsOfTraining) {
  for (uint64_t step = 1; step <= 5; ++step) {
    const PackedRows packed = rows(step);
    std::vector<float> slopes(static_cast<size_t>(packed.targets() * (GetParam().vocabulary - kFirstSayable)),
                              0.1f);
    for (size_t i = 0; i < slopes.size(); i += 3) slopes[i] = -0.3f;
    for (Network* network : {ours.get(), reference.get()}) {
      network->logits(packed, Network::For::training);
      network->backward(slopes);
      network->step({.learning_rate = 1e-3, .clip_norm = 1.0, .weight_decay = 0.1});
    }
  }
  EXPECT_EQ(ours->state().steps, 5);
  expect_near(ours->state().weights, reference->state().weights, 1e-3);
}

TEST_P(TwoNetworks, SampleTheSameTokens) {
  Stream stream(3);
  std::vector<std::vector<int32_t>> prompts;
  for (int i = 0; i < 6; ++i) prompts.push_back(tokens(stream, 1, 9, GetParam().vocabulary));
  std::vector<SampleRequest> requests;
  for (size_t i = 0; i < 24; ++i) requests.push_back({prompts[i % 6], stream.next()});
  const auto a = generate(*ours, requests, {.max_tokens = 12}, {});
  const auto b = generate(*reference, requests, {.max_tokens = 12}, {});
  for (size_t r = 0; r < a.size(); ++r) {
    EXPECT_EQ(a[r].tokens, b[r].tokens);
    for (size_t t = 0; t < a[r].logprob.size(); ++t) EXPECT_NEAR(a[r].logprob[t], b[r].logprob[t], 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, TwoNetworks,
    testing::Values(TransformerShape{.vocabulary = 60, .context = 40, .layers = 3, .heads = 4, .width = 96},
                    TransformerShape{.vocabulary = 11, .context = 40, .layers = 1, .heads = 1, .width = 9},
                    TransformerShape{.vocabulary = 20, .context = 40, .layers = 2, .heads = 3, .width = 36}));

}  // namespace
}  // namespace gradus
