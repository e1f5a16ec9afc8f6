// A t test that may be looked at after every seed: a confidence sequence holds at all sample sizes at once,
// so a study may stop when it likes, or go on.
//
//   anytime_t(10, 0.05);    // 3.86 standard errors on each side, where the fixed interval has 2.26
//   anytime_p(4.2, 10);     // p of "no effect" that stays valid under any stopping rule
//
// The e-value of the t test with a normal prior N(0, g) on the effect size in standard deviations,
//
//   E_n = (1 + n g)^(-1/2) [(1 + t^2/(n-1)) / (1 + t^2/((n-1)(1 + n g)))]^(n/2)
//
// (Rouder et al. 2009 with a normal prior; Goenen et al. 2005) is a test martingale under "no effect"
// whatever the standard deviation (Lai 1976; Perez-Ortiz et al. 2022; Wang and Ramdas 2023), so by Ville's
// inequality it ever reaches 1/level with probability at most `level`. Solved for t this is the confidence
// sequence. Assumed: the differences of the seeds are independent and normal. An empirical-Bernstein or
// betting sequence (Waudby-Smith and Ramdas 2024) does without the second, but over differences in [-1, 1] it
// is wider than any effect of interest before a hundred seeds.
#pragma once

#include <cstddef>
#include <optional>

namespace gradus {

// Two-sided 5 % over all looks together: what a study spends on each of its two questions.
inline constexpr double kSequenceLevel = 0.05;

// Half-width in standard errors after n differences; none while n is too small to bound anything.
std::optional<double> anytime_t(size_t n, double level);

double anytime_p(double t, size_t n);  // min(1, 1 / E_n); n at least 2

}  // namespace gradus
