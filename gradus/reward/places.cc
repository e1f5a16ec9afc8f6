#include "gradus/reward/places.h"

#include <fmt/format.h>
#include <numeric>

namespace gradus {

std::vector<size_t> trained_places(const RolloutBatch& batch, Level level, size_t rollout) {
  std::vector<size_t> places;
  for_each_trained_place(batch, level, rollout, [&](size_t i) { places.push_back(i); });
  return places;
}

std::vector<size_t> holders(const RolloutBatch& batch, Level level, Level holder) {
  if (holder > level) {
    throw Error::input(
        fmt::format("a {} has no one {} to take a value from", level_name(level), level_name(holder)))
        .expected(fmt::format("a channel of level {} or coarser", level_name(level)));
  }
  std::vector<size_t> out(batch.size(level));
  if (holder == level) {
    std::iota(out.begin(), out.end(), size_t{0});
    return out;
  }
  const size_t count = batch.size(holder);
  for (size_t h = 0; h < count; ++h) {
    const auto [begin, end] = holder == Level::rollout ? batch.range(level, h)
                                                       : std::pair(batch.token_begin(h), batch.token_end(h));
    for (size_t i = begin; i < end; ++i) out[i] = h;
  }
  return out;
}

}  // namespace gradus
