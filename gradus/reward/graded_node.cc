#include "gradus/reward/graded_node.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "gradus/base/error.h"

namespace gradus {

namespace {

constexpr double kGoodAppearance = 3;

// Stops where a step is not among the nodes and, were they a circle, after all of them.
size_t errors_back_from(std::span<const GradedNode> nodes, size_t index) {
  std::map<int64_t, const GradedNode*> of_step;
  for (const GradedNode& node : nodes) of_step.emplace(node.step, &node);
  size_t errors = 0;
  const GradedNode* node = &nodes[index];
  while (node->error && errors < nodes.size()) {
    ++errors;
    const auto before = of_step.find(node->previous);
    if (before == of_step.end()) break;
    node = before->second;
  }
  return errors;
}

}  // namespace

BestNode best_node(std::span<const GradedNode> nodes) {
  if (nodes.empty()) throw Error::input("no graded node to choose from").expected("one node or more");
  const auto good = [](const GradedNode& node) { return !node.error && node.appearance >= kGoodAppearance; };
  const bool valid = std::any_of(nodes.begin(), nodes.end(), good);
  const auto rank = [&](const GradedNode& node) {
    return std::make_tuple(!valid || good(node), node.function, node.appearance, node.step);
  };
  const auto best =
      std::max_element(nodes.begin(), nodes.end(),
                       [&](const GradedNode& a, const GradedNode& b) { return rank(a) < rank(b); });
  const auto index = static_cast<size_t>(best - nodes.begin());
  return {index, valid, errors_back_from(nodes, index)};
}

}  // namespace gradus
