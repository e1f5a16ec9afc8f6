#include "gradus/eval/calibration.h"

#include <algorithm>
#include <cmath>

namespace gradus {

size_t reliability_bin(double score, size_t bins) {
  return std::min(bins - 1, static_cast<size_t>(score * static_cast<double>(bins)));
}

Calibration calibration(std::span<const ScoredUnit> units, size_t bins) {
  Calibration out;
  const double width = 1.0 / static_cast<double>(bins);
  for (size_t b = 0; b < bins; ++b) {
    out.bins.push_back({.low = static_cast<double>(b) * width, .high = static_cast<double>(b + 1) * width});
  }
  double squares = 0;
  for (const ScoredUnit& unit : units) {
    if (!(unit.score >= 0 && unit.score <= 1)) {
      ++out.outside;
      continue;
    }
    const double right = unit.right ? 1.0 : 0.0;
    ReliabilityBin& bin = out.bins[reliability_bin(unit.score, bins)];
    ++bin.count;
    ++out.units;
    bin.mean_score += unit.score;
    bin.share_right += right;
    squares += (unit.score - right) * (unit.score - right);
  }
  if (out.units == 0) return out;
  const double n = static_cast<double>(out.units);
  double gap = 0;
  for (ReliabilityBin& bin : out.bins) {
    if (bin.count == 0) continue;
    const double count = static_cast<double>(bin.count);
    gap += std::abs(bin.share_right - bin.mean_score) / n;
    bin.mean_score /= count;
    bin.share_right /= count;
  }
  out.ece = gap;
  out.brier = squares / n;
  return out;
}

}  // namespace gradus
