#include "gradus/eval/regression_tree.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "gradus/base/error.h"

namespace gradus {

namespace {

struct Sum {
  double count = 0, total = 0;
  double score() const { return count == 0 ? 0 : total * total / count; }
};

struct Cut {
  double gain = 0;
  size_t feature = 0;
  uint8_t cut = 0;
};

// The best cut of one feature: what the sum of squared errors falls by.
void best_cut(const BinnedFeature& feature, size_t index, std::span<const float> target,
              std::span<const uint32_t> rows, const Sum& all, size_t leaf, Cut& best) {
  std::array<Sum, kBins + 1> bins{};
  for (const uint32_t row : rows) {
    bins[feature[row]].count += 1;
    bins[feature[row]].total += target[row];
  }
  Sum left;
  for (size_t cut = 0; cut < kBins; ++cut) {
    if (bins[cut].count == 0) continue;
    left.count += bins[cut].count;
    left.total += bins[cut].total;
    const Sum right{all.count - left.count, all.total - left.total};
    if (left.count < static_cast<double>(leaf)) continue;
    if (right.count < static_cast<double>(leaf)) break;
    const double gain = left.score() + right.score() - all.score();
    if (gain > best.gain) best = {gain, index, static_cast<uint8_t>(cut)};
  }
}

}  // namespace

BinnedFeature binned(std::span<const float> values) {
  std::vector<float> there;
  for (const float value : values) {
    if (!std::isnan(value)) there.push_back(value);
  }
  std::sort(there.begin(), there.end());
  std::vector<float> edges = there;  // the largest value of each bin
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  if (edges.size() > kBins) {
    edges.clear();
    for (size_t i = 1; i <= kBins; ++i) edges.push_back(there[i * there.size() / kBins - 1]);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  BinnedFeature out;
  for (const float value : values) {
    const auto edge = std::lower_bound(edges.begin(), edges.end(), value);
    out.push_back(std::isnan(value) ? 0 : static_cast<uint8_t>(edge - edges.begin() + 1));
  }
  return out;
}

RegressionTree::RegressionTree(std::span<const BinnedFeature> features, std::span<const float> target,
                               std::vector<uint32_t> rows, TreeLimits limits) {
  require(!rows.empty(), "a tree needs rows");
  nodes_.emplace_back();
  grow(0, features, target, rows, limits.depth, limits.leaf);
}

void RegressionTree::grow(size_t node, std::span<const BinnedFeature> features, std::span<const float> target,
                          std::span<uint32_t> rows, int depth, size_t leaf) {
  Sum all;
  for (const uint32_t row : rows) all.total += target[row];
  all.count = static_cast<double>(rows.size());
  nodes_[node].mean = all.total / all.count;
  if (depth == 0 || rows.size() < 2 * leaf) return;
  // Rounding alone makes gains of 1e-12 of the score where nothing is gained.
  Cut best{.gain = 1e-9 * std::max(1.0, std::abs(all.score()))};
  for (size_t i = 0; i < features.size(); ++i) best_cut(features[i], i, target, rows, all, leaf, best);
  if (best.gain <= 1e-9 * std::max(1.0, std::abs(all.score()))) return;
  const BinnedFeature& chosen = features[best.feature];
  const auto middle =
      std::stable_partition(rows.begin(), rows.end(), [&](uint32_t row) { return chosen[row] <= best.cut; });
  const auto count = static_cast<size_t>(middle - rows.begin());
  const size_t left = nodes_.size();
  nodes_.resize(left + 2);
  nodes_[node].feature = best.feature;
  nodes_[node].cut = best.cut;
  nodes_[node].left = left;
  nodes_[node].right = left + 1;
  grow(left, features, target, rows.first(count), depth - 1, leaf);
  grow(left + 1, features, target, rows.subspan(count), depth - 1, leaf);
}

double RegressionTree::predict(std::span<const BinnedFeature> features, size_t row) const {
  size_t node = 0;
  while (nodes_[node].left != 0) {
    node = features[nodes_[node].feature][row] <= nodes_[node].cut ? nodes_[node].left : nodes_[node].right;
  }
  return nodes_[node].mean;
}

}  // namespace gradus
