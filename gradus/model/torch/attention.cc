#include "gradus/model/torch/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gradus/base/error.h"

namespace gradus {

namespace {

AttentionInput input_of(const torch::Tensor& qkv, int64_t width) {
  const float* data = qkv.data_ptr<float>();
  return {data, data + width, data + 2 * width, 3 * width, 3 * width};
}

constexpr int64_t kSegmentFields = sizeof(AttentionSegment) / sizeof(int64_t);

// Segments travel through autograd as a tensor of their six numbers.
std::span<const AttentionSegment> segments_of(const torch::Tensor& table) {
  return {reinterpret_cast<const AttentionSegment*>(table.data_ptr<int64_t>()),
          static_cast<size_t>(table.size(0))};
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& qkv,
                               const torch::Tensor& table, int64_t heads) {
    const int64_t width = qkv.size(1) / 3;
    const AttentionShape shape{static_cast<int>(heads), static_cast<int>(width / heads)};
    const auto segments = segments_of(table);
    torch::Tensor out = torch::zeros({qkv.size(0), width}, qkv.options());
    torch::Tensor probabilities = torch::empty({attention_probabilities(shape, segments)}, qkv.options());
    attention_forward(shape, segments, input_of(qkv, width), out.data_ptr<float>(),
                      probabilities.data_ptr<float>());
    context->save_for_backward({qkv, table, probabilities});
    context->saved_data["heads"] = heads;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor& qkv = saved[0];
    const int64_t heads = context->saved_data["heads"].toInt(), width = qkv.size(1) / 3;
    const torch::Tensor upstream = gradients[0].contiguous();
    torch::Tensor gradient = torch::zeros_like(qkv);
    float* data = gradient.data_ptr<float>();
    attention_backward({static_cast<int>(heads), static_cast<int>(width / heads)}, segments_of(saved[1]),
                       input_of(qkv, width), saved[2].data_ptr<float>(), upstream.data_ptr<float>(),
                       {data, data + width, data + 2 * width});
    return {gradient, torch::Tensor(), torch::Tensor()};
  }
};

torch::Tensor table_of(std::span<const AttentionSegment> segments) {
  torch::Tensor table = torch::empty({static_cast<int64_t>(segments.size()), kSegmentFields}, torch::kLong);
  static_assert(sizeof(AttentionSegment) == kSegmentFields * sizeof(int64_t));
  std::copy(segments.begin(), segments.end(), reinterpret_cast<AttentionSegment*>(table.data_ptr<int64_t>()));
  return table;
}

// Row numbers of padded segments: queries [segments * longest], keys likewise, and what each query may see.
struct Padding {
  torch::Tensor query, key, visible;
  std::vector<int64_t> kept;  // places of real queries in the padded order
  int64_t queries = 0, keys = 0;
};

Padding pad(std::span<const AttentionSegment> segments) {
  Padding out;
  for (const AttentionSegment& s : segments) {
    out.queries = std::max(out.queries, s.query_size);
    out.keys = std::max(out.keys, s.prefix_size + s.own_size);
  }
  const int64_t count = static_cast<int64_t>(segments.size());
  out.query = torch::zeros({count * out.queries}, torch::kLong);
  out.key = torch::zeros({count * out.keys}, torch::kLong);
  out.visible = torch::zeros({count, 1, out.queries, out.keys}, torch::kBool);
  out.visible.select(3, 0).fill_(true);  // padding queries see one key, so that no softmax is empty
  for (int64_t n = 0; n < count; ++n) {
    const AttentionSegment& s = segments[static_cast<size_t>(n)];
    const int64_t keys = s.prefix_size + s.own_size;
    for (int64_t j = 0; j < keys; ++j) {
      out.key.data_ptr<int64_t>()[n * out.keys + j] =
          j < s.prefix_size ? s.prefix + j : s.own + j - s.prefix_size;
    }
    for (int64_t i = 0; i < s.query_size; ++i) {
      out.query.data_ptr<int64_t>()[n * out.queries + i] = s.query + i;
      out.kept.push_back(n * out.queries + i);
      bool* row = out.visible.data_ptr<bool>() + (n * out.queries + i) * out.keys;
      std::fill(row, row + keys - s.query_size + i + 1, true);
    }
  }
  return out;
}

}  // namespace

torch::Tensor padded_attention(const torch::Tensor& query, const torch::Tensor& key,
                               const torch::Tensor& value, std::span<const AttentionSegment> segments,
                               int heads) {
  const int64_t width = query.size(1), count = static_cast<int64_t>(segments.size());
  const torch::Device device = query.device();
  const Padding padding = pad(segments);
  const torch::Tensor queries = padding.query.to(device), keys = padding.key.to(device);
  const auto by_head = [&](const torch::Tensor& rows, const torch::Tensor& index, int64_t length) {
    return torch::embedding(rows, index).view({count, length, heads, width / heads}).transpose(1, 2);
  };
  const double scale = 1.0 / std::sqrt(static_cast<double>(width) / heads);
  torch::Tensor scores = torch::matmul(by_head(query, queries, padding.queries) * scale,
                                       by_head(key, keys, padding.keys).transpose(2, 3));
  scores =
      scores.masked_fill(padding.visible.logical_not().to(device), -std::numeric_limits<float>::infinity());
  const torch::Tensor mixed = torch::matmul(torch::softmax(scores, -1), by_head(value, keys, padding.keys));
  const torch::Tensor lines = mixed.transpose(1, 2).reshape({count * padding.queries, width});
  const torch::Tensor kept = torch::tensor(padding.kept, torch::kLong).to(device);
  return torch::zeros_like(query).index_copy(0, queries.index_select(0, kept), lines.index_select(0, kept));
}

torch::Tensor packed_attention(const torch::Tensor& qkv, std::span<const AttentionSegment> segments,
                               int heads) {
  if (qkv.device().is_cpu())
    return PackedAttention::apply(qkv, table_of(segments), static_cast<int64_t>(heads));
  const auto parts = qkv.chunk(3, 1);
  return padded_attention(parts[0], parts[1], parts[2], segments, heads);
}

torch::Tensor last_attention(const torch::Tensor& query, const torch::Tensor& memory,
                             std::span<const AttentionSegment> segments, int heads) {
  const int64_t width = query.size(1);
  if (!query.device().is_cpu()) {
    const auto parts = memory.chunk(2, 1);
    return padded_attention(query, parts[0], parts[1], segments, heads);
  }
  require(query.stride(1) == 1 && memory.is_contiguous(), "attention rows are contiguous");
  torch::Tensor out = torch::zeros({query.size(0), width}, query.options());
  const float* remembered = memory.data_ptr<float>();
  attention_last({heads, static_cast<int>(width / heads)}, segments,
                 {query.data_ptr<float>(), remembered, remembered + width, query.stride(0), 2 * width},
                 out.data_ptr<float>());
  return out;
}

}  // namespace gradus
