// Causal self-attention on the CPU over ragged rows: no padding, no mask tensors, a prompt shared by many
// responses.
//
//   // rows 0..4 are a prompt, rows 5..9 a response to it: own keys are rows 5..9, keys 0..4 come before
//   const AttentionSegment response{.prefix = 0, .prefix_size = 5, .own = 5, .own_size = 5,
//                                   .query = 5, .query_size = 5};
//   attention_forward({.heads = 4, .head_width = 24}, {&response, 1}, input, out, probabilities);
//
// A row of the output depends on its own segment alone, in a fixed order of additions: not on the other rows.
// Hand-written, because a batch of ragged 60 x 60 x 24 products costs more in padding, copies and calls than
// in arithmetic.
#pragma once

#include <cstdint>
#include <span>

#include "gradus/model/attention_segment.h"

namespace gradus {

struct AttentionShape {
  int heads = 1;
  int head_width = 1;
};

struct AttentionInput {
  const float* query;
  const float* key;
  const float* value;
  int64_t query_stride;  // floats from a row to the next
  int64_t key_stride;    // of keys and of values
};

// Floats that `probabilities` takes.
int64_t attention_probabilities(const AttentionShape& shape, std::span<const AttentionSegment> segments);

// out: rows of heads * head_width floats. probabilities: kept for the backward pass.
void attention_forward(const AttentionShape& shape, std::span<const AttentionSegment> segments,
                       const AttentionInput& in, float* out, float* probabilities);

// Adds to the three gradients, which have the layout of the inputs.
struct AttentionGradient {
  float* query;
  float* key;
  float* value;
};
void attention_backward(const AttentionShape& shape, std::span<const AttentionSegment> segments,
                        const AttentionInput& in, const float* probabilities, const float* out_gradient,
                        const AttentionGradient& gradient);

// Segments of one query each (generation): no packing of keys, every key is read once.
void attention_last(const AttentionShape& shape, std::span<const AttentionSegment> segments,
                    const AttentionInput& in, float* out);

}  // namespace gradus
