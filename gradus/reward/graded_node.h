// Which step of a graded search to go back to, or to hand out (WebGen-Agent, arXiv 2509.22644; released code
// mnluzimu/WebGen-Agent at ba86ef1, src/agent/webgen_agent.py).
//
//   std::vector<GradedNode> nodes = {{.step = 0, .appearance = 4, .function = 2}, ...};
//   BestNode best = best_node(nodes);   // nodes[best.index]; start again from nothing where !best.valid
//
// Candidates are nodes without an error whose appearance is graded 3 of 5 or better; all nodes where there is
// none. The best has the highest grade of function, then of appearance, then the latest step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

struct GradedNode {
  int64_t step = 0;
  double appearance = 0, function = 0;  // grades from 0 (not measured, too) to 5
  int64_t previous = -1;                // step that it was made from; -1: none
  bool error = false;
};

struct BestNode {
  size_t index = 0;
  bool valid = false;  // one of the candidates; false: the best of a bad lot
  size_t errors = 0;   // nodes with an error from here back to the first without one
};

BestNode best_node(std::span<const GradedNode> nodes);  // throws Error::input without nodes

}  // namespace gradus
