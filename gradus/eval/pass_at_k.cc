#include "gradus/eval/pass_at_k.h"

#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

constexpr uint64_t kMostSamples = 100'000'000;  // one multiplication each

double pass_at_k(uint64_t n, uint64_t c, uint64_t k) {
  if (c > n) {
    throw Error::input("more right samples than samples")
        .found(fmt::format("{} right", c))
        .expected(fmt::format("at most {}", n));
  }
  if (n > kMostSamples) {
    throw Error::input("more samples than pass@k takes")
        .found(fmt::format("{}", n))
        .expected(fmt::format("at most {}", kMostSamples));
  }
  if (n - c < k) return 1;
  double none = 1;
  for (uint64_t i = n - c + 1; i <= n; ++i) none *= 1 - static_cast<double>(k) / static_cast<double>(i);
  return 1 - none;
}

}  // namespace gradus
