#include "gradus/base/parallel.h"

#include <atomic>
#include <gtest/gtest.h>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gradus {
namespace {

TEST(ParallelFor, CallsEveryIndexOnceForAnyNumberOfThreads) {
  for (const int threads : {-1, 0, 1, 2, 7}) {
    for (const size_t count : {size_t{0}, size_t{1}, size_t{3}, size_t{1000}}) {
      std::vector<std::atomic<int>> calls(count);
      parallel_for(count, threads, [&](size_t i) { ++calls[i]; });
      for (size_t i = 0; i < count; ++i) EXPECT_EQ(calls[i], 1) << threads << " threads, index " << i;
    }
  }
}

TEST(ParallelFor, WritesOfTheWorkersAreSeenAfterIt) {
  std::vector<size_t> squares(5000);
  parallel_for(squares.size(), 4, [&](size_t i) { squares[i] = i * i; });
  size_t wrong = 0;
  for (size_t i = 0; i < squares.size(); ++i) wrong += squares[i] != i * i;
  EXPECT_EQ(wrong, 0u);
}

TEST(ParallelFor, RethrowsAndStopsHandingOutWork) {
  constexpr size_t kCount = size_t{1} << 32;  // a pool that went on would be at it for a minute
  for (const int threads : {1, 4}) {
    std::atomic<size_t> calls{0};
    try {
      parallel_for(kCount, threads, [&](size_t i) {
        ++calls;
        if (i == 3) throw std::runtime_error("index 3");
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "index 3");
    }
    EXPECT_GE(calls, 4u);
    EXPECT_LT(calls, kCount);
    if (threads == 1) {
      EXPECT_EQ(calls, 4u);
    }
  }
}

TEST(ParallelFor, OfSeveralExceptionsTheLowestIndexWins) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> waiting{0};
    try {
      parallel_for(2, 2, [&](size_t i) {
        ++waiting;
        while (waiting < 2) std::this_thread::yield();  // both are running: both throw
        throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "0");
    }
  }
}

}  // namespace
}  // namespace gradus
