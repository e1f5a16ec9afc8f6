#include "gradus/base/halves.h"

#include <gtest/gtest.h>
#include <numeric>
#include <set>
#include <vector>

namespace gradus {
namespace {

TEST(InHalves, FindsWhatFailsAndNothingElse) {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  const std::vector<std::set<int>> cases{{}, {0}, {99}, {3, 4, 70}, {items.begin(), items.end()}};
  for (const std::set<int>& bad : cases) {
    std::set<int> found;
    std::vector<int> done;
    size_t tries = 0;
    in_halves(
        std::span<const int>(items),
        [&](std::span<const int> some) {
          ++tries;
          for (const int item : some) {
            if (bad.count(item)) return false;
          }
          done.insert(done.end(), some.begin(), some.end());
          return true;
        },
        [&](int item) { found.insert(item); });
    EXPECT_EQ(found, bad);
    EXPECT_EQ(done.size() + found.size(), items.size());
    EXPECT_LE(tries, bad.size() * 2 * 8 + 1);
  }
  in_halves(
      std::span<const int>(), [](std::span<const int>) { return ADD_FAILURE(), false; },
      [](int) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace gradus
