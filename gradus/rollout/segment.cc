#include "gradus/rollout/segment.h"

namespace gradus {

std::vector<size_t> step_ends(std::span<const int32_t> tokens,
                              const std::unordered_set<int32_t>& separators) {
  std::vector<size_t> ends;
  for (size_t t = 0; t < tokens.size(); ++t) {
    if (t + 1 == tokens.size() || separators.count(tokens[t])) ends.push_back(t);
  }
  return ends;
}

}  // namespace gradus
