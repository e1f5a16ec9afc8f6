#include "gradus/model/torch/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace gradus {

namespace {

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

}  // namespace gradus
