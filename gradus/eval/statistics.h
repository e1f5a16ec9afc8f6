// Statistics of paired seeds. The unit of inference is the seed: d_i = m_i(arm) - m_i(baseline), one per
// seed.
//
//   const std::vector<double> d = {1, 2, 3, 4, 5};
//   paired_t_interval(d);            // mean 3, [1.04, 4.96]
//   sign_flip_p(d, 10000, stream);   // 0.0625: with 5 seeds no two-sided p of this test is smaller
//   cohens_dz(d);                    // 1.897;  hedges_g(d) = 1.518
//
// d_z = mean / sd (n-1);  g = J d_z, J = 1 - 3 / (4 (n-1) - 1)  (Hedges 1981, approximate form).
// Cliff's delta = (#(b>a) - #(b<a)) / (n_a n_b)  (Cliff 1993).
// Holm 1979.
// Results do not depend on the order of the values.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gradus/base/random.h"

namespace gradus {

struct Interval {
  double low = 0, high = 0;
};

double sample_mean(std::span<const double> values);               // needs at least one value
std::optional<double> sample_sd(std::span<const double> values);  // n-1; none for fewer than two

// True where the values are all equal up to rounding: then no effect size and no t statistic exists.
bool degenerate(std::span<const double> values);

std::optional<Interval> paired_t_interval(std::span<const double> differences);  // 95 %

// Two-sided p of the sign-flip permutation test on the mean: exact over all 2^n flips for n <= 20, beyond
// that (1 + hits) / (1 + draws) over random flips.
double sign_flip_p(std::span<const double> differences, int draws, Stream stream);

std::optional<double> cohens_dz(std::span<const double> differences);  // none if degenerate
double hedges_correction(size_t n);                                    // J
std::optional<double> hedges_g(std::span<const double> differences);   // none below three, or if degenerate

double cliffs_delta(std::span<const double> arm, std::span<const double> baseline);
// P(arm > baseline) + 0.5 P(tie) over all pairs.
double probability_of_improvement(std::span<const double> arm, std::span<const double> baseline);

std::vector<double> holm(std::span<const double> p);  // adjusted p, in the order given

}  // namespace gradus
