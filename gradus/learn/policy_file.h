// The bytes of a saved policy: shape, weights and optimiser state, checked on reading.
//
//   std::string bytes = write_policy(config, {.steps = 3, .weights = w, .mean = m, .square = s});
//   NetworkState read = read_policy(bytes, config, w.size());   // throws Error::input on anything else
//
// Layout, little-endian: "GRADUSPL", u32 version = 1, five i32 of the shape (vocabulary, context, layers,
// heads, width), i64 optimiser steps, u64 n, then three times n float32 (weights, first and second moments),
// then the SHA-256 of all that, 64 hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

#include "gradus/learn/policy.h"
#include "gradus/model/network.h"

namespace gradus {

std::string write_policy(const PolicyConfig& config, const NetworkState& state);

// `size`: how many weights a policy of this shape has; nothing is allocated before the size of `bytes` fits
// it.
NetworkState read_policy(std::string_view bytes, const PolicyConfig& config, size_t size);

}  // namespace gradus
