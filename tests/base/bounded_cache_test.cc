#include "gradus/base/bounded_cache.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(BoundedCache, ForgetsWhatWasUsedLongestAgo) {
  BoundedCache<int> cache(2);
  cache.put("a", 1);
  cache.put("b", 2);
  EXPECT_EQ(cache.find("a"), 1);
  cache.put("c", 3);
  EXPECT_EQ(cache.find("b"), std::nullopt);
  EXPECT_EQ(cache.find("a"), 1);
  EXPECT_EQ(cache.find("c"), 3);
}

}  // namespace
}  // namespace gradus
