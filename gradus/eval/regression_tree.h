// A regression tree (Breiman, Friedman, Olshen and Stone 1984) on binned features: greedy splits by squared
// error, no pruning.
//
//   const BinnedFeature bins = binned(values);                     // NaN: missing, a bin of its own
//   RegressionTree tree({&bins, 1}, target, rows, {.depth = 6, .leaf = 20});
//   double p = tree.predict({&bins, 1}, row);
//
// Results depend on the values alone: ties go to the first feature and the lowest cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

// Bin of every row: 0 is missing, 1 .. kBins are quantiles of the values that are there.
using BinnedFeature = std::vector<uint8_t>;
inline constexpr size_t kBins = 63;

// Each value its own bin where there are at most kBins distinct ones, otherwise bins of about equal count.
BinnedFeature binned(std::span<const float> values);

struct TreeLimits {
  int depth = 6;
  size_t leaf = 20;  // fewest rows of a leaf
};

class RegressionTree {
 public:
  // Grown on `rows` of `target`, one or more.
  RegressionTree(std::span<const BinnedFeature> features, std::span<const float> target,
                 std::vector<uint32_t> rows, TreeLimits limits);

  double predict(std::span<const BinnedFeature> features, size_t row) const;

 private:
  struct Node {
    double mean = 0;
    size_t feature = 0, left = 0, right = 0;  // left == 0: a leaf
    uint8_t cut = 0;                          // left where bin <= cut
  };

  void grow(size_t node, std::span<const BinnedFeature> features, std::span<const float> target,
            std::span<uint32_t> rows, int depth, size_t leaf);

  std::vector<Node> nodes_;
};

}  // namespace gradus
