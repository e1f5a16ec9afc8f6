// Attention over packed rows as differentiable tensor operations on any device: padded, masked, multiplied in
// batches. On the CPU gradus/model/cpu/attention_kernel.h does the same without padding.
//
//   torch::Tensor out = padded_attention(query, key, value, segments, heads);   // [queries, width]
#pragma once

#include <span>
#include <torch/torch.h>

#include "gradus/model/attention_segment.h"

namespace gradus {

// key and value [rows, width], query [queries, width].
torch::Tensor padded_attention(const torch::Tensor& query, const torch::Tensor& key,
                               const torch::Tensor& value, std::span<const AttentionSegment> segments,
                               int heads);

}  // namespace gradus
