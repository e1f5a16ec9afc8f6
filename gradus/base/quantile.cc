#include "gradus/base/quantile.h"

#include <algorithm>

#include "gradus/base/error.h"

namespace gradus {

double quantile(std::vector<double>& values, double probability) {
  require(!values.empty(), "a quantile of no values was asked for");
  const double place = probability * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(place);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  const double low = *at;
  if (below + 1 == values.size()) return low;
  const double high = *std::min_element(at + 1, values.end());
  return low + (place - static_cast<double>(below)) * (high - low);
}

}  // namespace gradus
