// Do probabilities mean what they say? Bins of equal width over [0, 1] (Guo et al. 2017, 15 bins there; 10
// here).
//
//   Calibration c = calibration(units);      // units with scores in [0, 1]; others are counted, not used
//   c.ece;      // sum over bins of n_b / n * |share right in b - mean score in b|
//   c.brier;    // mean of (score - right)^2
//   c.bins[3].mean_score; c.bins[3].share_right; c.bins[3].count;
//
// A score of exactly 1 belongs to the last bin, one on an inner edge to the bin above.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gradus/eval/ranking.h"

namespace gradus {

struct ReliabilityBin {
  double low = 0, high = 0;
  size_t count = 0;
  double mean_score = 0, share_right = 0;  // 0 in an empty bin
};

struct Calibration {
  std::optional<double> ece, brier;  // nothing without units
  std::vector<ReliabilityBin> bins;
  size_t units = 0, outside = 0;
};

inline constexpr size_t kReliabilityBins = 10;

// The bin of a score in [0, 1].
size_t reliability_bin(double score, size_t bins);

Calibration calibration(std::span<const ScoredUnit> units, size_t bins = kReliabilityBins);

}  // namespace gradus
