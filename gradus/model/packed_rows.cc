#include "gradus/model/packed_rows.h"

#include <algorithm>

#include "gradus/base/error.h"

namespace gradus {

int64_t PackedRows::add_prompt(std::span<const int32_t> prompt) {
  require(!prompt.empty(), "a prompt has at least one token");
  if (last_prompt_row_ >= 0 && std::ranges::equal(last_prompt_, prompt)) return last_prompt_row_;
  const int64_t first = rows(), size = static_cast<int64_t>(prompt.size());
  for (int64_t i = 0; i < size; ++i) {
    tokens.push_back(prompt[static_cast<size_t>(i)]);
    positions.push_back(i);
  }
  segments.push_back({.own = first, .own_size = size, .query = first, .query_size = size});
  last_prompt_.assign(prompt.begin(), prompt.end());
  last_prompt_row_ = first;
  return first;
}

void PackedRows::add(std::span<const int32_t> prompt, std::span<const int32_t> response,
                     std::span<const uint8_t> wanted) {
  require(wanted.empty() || wanted.size() == response.size(), "one flag per response token");
  size_t used = response.size();  // what follows the last wanted token predicts nothing
  while (used > 0 && !wanted.empty() && !wanted[used - 1]) --used;
  if (used == 0) return;
  const int64_t prefix = add_prompt(prompt), prefix_size = static_cast<int64_t>(prompt.size());
  const int64_t first = rows(),
                size = static_cast<int64_t>(used) - 1;  // the last token is predicted, never read
  for (int64_t i = 0; i < size; ++i) {
    tokens.push_back(response[static_cast<size_t>(i)]);
    positions.push_back(prefix_size + i);
  }
  if (size > 0) {
    segments.push_back({.prefix = prefix,
                        .prefix_size = prefix_size,
                        .own = first,
                        .own_size = size,
                        .query = first,
                        .query_size = size});
  }
  for (size_t i = 0; i < used; ++i) {
    if (!wanted.empty() && !wanted[i]) continue;
    target_rows.push_back(i == 0 ? prefix + prefix_size - 1 : first + static_cast<int64_t>(i) - 1);
    target_tokens.push_back(response[i]);
  }
}

}  // namespace gradus
