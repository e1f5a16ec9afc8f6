// The one quantile of the engine.
#include "gradus/base/quantile.h"

#include <gtest/gtest.h>

#include "gradus/base/error.h"

namespace gradus {
namespace {

double of(std::vector<double> values, double probability) {
  return quantile(values, probability);
}

TEST(Quantile, LinearBetweenRanks) {
  EXPECT_EQ(of({4, 1, 3, 2}, 0), 1);
  EXPECT_EQ(of({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_EQ(of({4, 1, 3, 2}, 0.75), 3.25);
  EXPECT_EQ(of({4, 1, 3, 2}, 1), 4);
  EXPECT_EQ(of({7}, 0.95), 7);
  EXPECT_THROW(of({}, 0.5), Error);
}

}  // namespace
}  // namespace gradus
