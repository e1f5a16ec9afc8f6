#include "gradus/model/torch/attention.h"

#include <gtest/gtest.h>
#include <torch/torch.h>
#include <vector>

#include "gradus/base/random.h"
#include "gradus/model/cpu/attention_kernel.h"

namespace gradus {
namespace {

torch::Tensor normal(Stream& stream, int64_t rows, int64_t columns) {
  torch::Tensor out = torch::empty({rows, columns});
  for (int64_t i = 0; i < out.numel(); ++i) out.data_ptr<float>()[i] = static_cast<float>(stream.normal());
  return out;
}

// A prompt of 5 rows with responses of 6 and 13 rows, and a lone sequence of 9.
const std::vector<AttentionSegment> kSegments{
    {.own = 0, .own_size = 5, .query = 0, .query_size = 5},
    {.prefix = 0, .prefix_size = 5, .own = 5, .own_size = 6, .query = 5, .query_size = 6},
    {.prefix = 0, .prefix_size = 5, .own = 11, .own_size = 13, .query = 11, .query_size = 13},
    {.own = 24, .own_size = 9, .query = 24, .query_size = 9},
};
constexpr int64_t kRows = 33;

AttentionInput input_of(const torch::Tensor& qkv, int64_t width) {
  const float* data = qkv.data_ptr<float>();
  return {data, data + width, data + 2 * width, 3 * width, 3 * width};
}

torch::Tensor kernel_attention(const torch::Tensor& qkv, int heads, torch::Tensor& probabilities) {
  const int64_t width = qkv.size(1) / 3;
  const AttentionShape shape{heads, static_cast<int>(width / heads)};
  probabilities = torch::empty({attention_probabilities(shape, kSegments)});
  torch::Tensor out = torch::empty({qkv.size(0), width});
  attention_forward(shape, kSegments, input_of(qkv, width), out.data_ptr<float>(),
                    probabilities.data_ptr<float>());
  return out;
}

// {heads, head width}: widths that fill vectors, and widths that do not.
class AttentionShapes : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(AttentionShapes, KernelAgreesWithTensorOperationsForwardAndBackward) {
  const auto [heads, head_width] = GetParam();
  const int64_t width = heads * head_width;
  Stream stream(7);
  const torch::Tensor data = normal(stream, kRows, 3 * width), upstream = normal(stream, kRows, width);
  torch::Tensor slow = data.clone().requires_grad_(true), gradient = torch::zeros_like(data);
  torch::Tensor probabilities;
  const torch::Tensor out = kernel_attention(data, heads, probabilities);
  const auto parts = slow.chunk(3, 1);
  const torch::Tensor expected = padded_attention(parts[0], parts[1], parts[2], kSegments, heads);
  EXPECT_TRUE(torch::allclose(out, expected, 1e-4, 1e-5));
  expected.backward(upstream);
  float* const to = gradient.data_ptr<float>();
  attention_backward({heads, head_width}, kSegments, input_of(data, width), probabilities.data_ptr<float>(),
                     upstream.data_ptr<float>(), {to, to + width, to + 2 * width});
  EXPECT_TRUE(torch::allclose(gradient, slow.grad(), 1e-3, 1e-5));
}

TEST_P(AttentionShapes, TensorOperationsAgreeWithTheDefinition) {
  const auto [heads, head_width] = GetParam();
  const int64_t width = heads * head_width;
  Stream stream(8);
  const torch::Tensor qkv = normal(stream, kRows, 3 * width);
  const auto parts = qkv.chunk(3, 1);
  const torch::Tensor out = padded_attention(parts[0], parts[1], parts[2], kSegments, heads);
  // Row 7 is the third row of the first response: it sees rows 0..7. Row 12 is the second of the other
  // response.
  for (const auto& [row, keys] : std::vector<std::pair<int64_t, std::vector<int64_t>>>{
           {7, {0, 1, 2, 3, 4, 5, 6, 7}}, {12, {0, 1, 2, 3, 4, 11, 12}}, {24, {24}}}) {
    const torch::Tensor seen = qkv.index_select(0, torch::tensor(keys, torch::kLong));
    for (int64_t h = 0; h < heads; ++h) {
      const auto head = [&](const torch::Tensor& x, int64_t part) {
        return x.narrow(-1, part * width + h * head_width, head_width);
      };
      const torch::Tensor scores = torch::mv(head(seen, 1), head(qkv[row], 0)) / std::sqrt(1.0 * head_width);
      const torch::Tensor expected = torch::mv(head(seen, 2).t(), torch::softmax(scores, 0));
      EXPECT_TRUE(torch::allclose(out[row].narrow(0, h * head_width, head_width), expected, 1e-4, 1e-5));
    }
  }
}

TEST_P(AttentionShapes, LastQueryAgreesWithTheWholeSequence) {
  const auto [heads, head_width] = GetParam();
  const int64_t width = heads * head_width;
  Stream stream(9);
  const torch::Tensor qkv = normal(stream, kRows, 3 * width);
  torch::Tensor probabilities;
  const torch::Tensor whole = kernel_attention(qkv, heads, probabilities);
  std::vector<AttentionSegment> last;
  std::vector<int64_t> rows;
  for (const AttentionSegment& s : kSegments) {
    last.push_back(s);
    last.back().query = static_cast<int64_t>(rows.size());
    last.back().query_size = 1;
    rows.push_back(s.query + s.query_size - 1);
  }
  const torch::Tensor index = torch::tensor(rows, torch::kLong);
  const torch::Tensor query = qkv.narrow(1, 0, width).index_select(0, index);
  const torch::Tensor memory = qkv.narrow(1, width, 2 * width).contiguous();
  torch::Tensor out = torch::empty({static_cast<int64_t>(last.size()), width});
  const float* remembered = memory.data_ptr<float>();
  attention_last({heads, head_width}, last,
                 {query.data_ptr<float>(), remembered, remembered + width, width, 2 * width},
                 out.data_ptr<float>());
  EXPECT_TRUE(torch::allclose(out, whole.index_select(0, index), 1e-4, 1e-5));
}

INSTANTIATE_TEST_SUITE_P(Widths, AttentionShapes,
                         testing::Values(std::pair{4, 24}, std::pair{2, 8}, std::pair{3, 5},
                                         std::pair{1, 12}));

TEST(Attention, ExtremeScoresStayFinite) {
  torch::Tensor qkv = torch::zeros({kRows, 24});
  qkv.narrow(1, 0, 16).fill_(300.0);
  qkv[3].fill_(-300.0);
  torch::Tensor probabilities;
  EXPECT_TRUE(kernel_attention(qkv, 1, probabilities).isfinite().all().item<bool>());
}

}  // namespace
}  // namespace gradus
