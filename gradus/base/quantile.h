// The value below which a share of the values lies, linear between neighbouring ranks (type 7 of Hyndman and
// Fan 1996, the default of numpy and R).
//
//   std::vector<double> values{4, 1, 3, 2};
//   quantile(values, 0.5);   // 2.5
#pragma once

#include <vector>

namespace gradus {

// `probability` from 0 to 1; reorders the values, of which there must be one at least.
double quantile(std::vector<double>& values, double probability);

}  // namespace gradus
