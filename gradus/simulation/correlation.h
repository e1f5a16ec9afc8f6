// Pearson's and Spearman's correlation; 0 where one side does not vary.
//
//   correlation(a, b);          // of the values
//   rank_correlation(a, b);     // of their ranks, ties sharing the mean rank
#pragma once

#include <span>

namespace gradus {

double correlation(std::span<const double> a, std::span<const double> b);
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace gradus
