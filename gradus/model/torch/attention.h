// Attention over packed rows as a differentiable tensor operation. On the CPU it runs the kernel of
// attention_kernel.h; on other devices it pads, masks and multiplies in batches.
//
//   torch::Tensor out = packed_attention(qkv, segments, heads);            // qkv: [rows, 3 * width]
//   torch::Tensor last = last_attention(query, memory, segments, heads);   // memory: [rows, 2 * width]
//
// A row of qkv is query, key and value side by side, a row of the memory key and value.
#pragma once

#include <span>
#include <torch/torch.h>

#include "gradus/model/torch/attention_kernel.h"

namespace gradus {

// Keys, values and queries are rows of one matrix; differentiable.
torch::Tensor packed_attention(const torch::Tensor& qkv, std::span<const AttentionSegment> segments,
                               int heads);

// One query per segment against remembered keys and values; not differentiable on the CPU.
torch::Tensor last_attention(const torch::Tensor& query, const torch::Tensor& memory,
                             std::span<const AttentionSegment> segments, int heads);

// The device-independent form: key and value [rows, width], query [queries, width].
torch::Tensor padded_attention(const torch::Tensor& query, const torch::Tensor& key,
                               const torch::Tensor& value, std::span<const AttentionSegment> segments,
                               int heads);

}  // namespace gradus
