// pass@k: how likely at least one of k samples is right, from n samples of which c are.
//
//   pass@k = 1 - C(n - c, k) / C(n, k) = 1 - product over i = n - c + 1 .. n of (1 - k / i)
//            1 where n - c < k
//
// Unbiased for k <= n (Chen et al. 2021, arXiv 2107.03374), and no binomial coefficient overflows. What a
// rule of choice (majority, best of k) has at k has no such form: take subsets.
//
//   pass_at_k(10, 3, 5);   // 0.9166...
#pragma once

#include <cstdint>

namespace gradus {

// Throws Error::input where c > n, or n is beyond a hundred million.
double pass_at_k(uint64_t n, uint64_t c, uint64_t k);

}  // namespace gradus
