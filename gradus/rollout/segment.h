// Where the steps of a response end: at every separator token, and at its last token.
//
//   step_ends(tokens, {9});      // 5 6 9 7 9 8 -> 2 4 5
//   step_ends({}, {9});          // no tokens, no steps
//
// Separators are given as a set of token ids: those of the vocabulary whose text ends in "\n\n", say (PURE,
// arXiv 2504.15275). A response whose last token is a separator ends there once.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

namespace gradus {

std::vector<size_t> step_ends(std::span<const int32_t> tokens, const std::unordered_set<int32_t>& separators);

}  // namespace gradus
