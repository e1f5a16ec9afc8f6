// Work that is done for many things at once and fails for all of them where one is bad.
//
//   in_halves(std::span<const size_t>(indices),
//             [&](std::span<const size_t> some) { return judge(some); },          // false: it failed
//             [&](size_t bad) { failures[bad] = "the tool dies of it"; });
//
// What failed together is tried again in halves, until what is bad stands alone: k bad ones of n cost about
// 2 k log2(n) tries.
#pragma once

#include <span>

namespace gradus {

template <class Item, class Attempt, class Alone>
void in_halves(std::span<const Item> items, const Attempt& attempt, const Alone& alone) {
  if (items.empty() || attempt(items)) return;
  if (items.size() == 1) return alone(items[0]);
  in_halves(items.subspan(0, items.size() / 2), attempt, alone);
  in_halves(items.subspan(items.size() / 2), attempt, alone);
}

}  // namespace gradus
