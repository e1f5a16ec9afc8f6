// Who attends to whom among packed rows: the rows of one sequence, and the rows that stand before it and are
// shared with others.
//
//   // rows 0..4 are a prompt, rows 5..9 a response to it: own keys are rows 5..9, keys 0..4 come before
//   const AttentionSegment response{.prefix = 0, .prefix_size = 5, .own = 5, .own_size = 5,
//                                   .query = 5, .query_size = 5};
#pragma once

#include <cstdint>

namespace gradus {

// Query i of a segment stands at own position own_size - query_size + i; it sees the whole prefix and the own
// keys up to that position.
struct AttentionSegment {
  int64_t prefix = 0, prefix_size = 0;  // key rows shared with others
  int64_t own = 0, own_size = 0;        // key rows of this segment
  int64_t query = 0, query_size = 0;    // query and output rows
};

}  // namespace gradus
