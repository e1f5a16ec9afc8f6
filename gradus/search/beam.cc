#include "gradus/search/beam.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

struct Node {
  FoundPath path;
  double parent_score = 0;
  bool terminal = false;
  std::vector<Proposal> children;
  double score() const { return path.scores.empty() ? 0 : path.scores.back(); }
};

void keep_best(std::vector<Node>& nodes, size_t count) {
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
    return a.score() > b.score() || (a.score() == b.score() && a.parent_score > b.parent_score);
  });
  if (nodes.size() > count) nodes.resize(count);
}

// The children of a node as nodes of their own, the best `count` of them.
std::vector<Node> best_children(const Node& parent, size_t count) {
  std::vector<Node> out;
  for (size_t i = 0; i < parent.children.size(); ++i) {
    Node child{.path = parent.path, .parent_score = parent.score(), .terminal = parent.children[i].terminal};
    child.path.children.push_back(i);
    child.path.scores.push_back(parent.children[i].score);
    out.push_back(std::move(child));
  }
  keep_best(out, count);
  return out;
}

class Search {
 public:
  Search(const Beam& beam, const Propose& propose) : beam_(beam), propose_(propose) {}

  BeamResult run() {
    std::vector<Node> living(1);
    expand(living[0], beam_.width);
    size_t places = beam_.beam;
    for (size_t round = 0; round <= beam_.depth && out_.paths.size() < beam_.beam; ++round) {
      std::vector<Node> offered;
      for (Node& node : living) {
        if (node.terminal) {
          out_.paths.push_back(std::move(node.path));
          if (out_.paths.size() == beam_.beam) break;
          continue;
        }
        places = beam_.beam - out_.paths.size();
        for (Node& child : best_children(node, places)) offered.push_back(std::move(child));
      }
      keep_best(offered, places);
      for (Node& node : offered) {
        if (node.terminal) continue;
        node.terminal = node.path.children.size() >= beam_.depth;
        if (!node.terminal) expand(node, std::max<size_t>(1, beam_.width / beam_.beam));
      }
      living = std::move(offered);
    }
    return std::move(out_);
  }

 private:
  void expand(Node& node, size_t count) {
    node.children = propose_(node.path.children, count);
    if (node.children.empty()) {
      throw Error::input("a step that does not end has no proposal behind it")
          .found(fmt::format("a path of {} steps", node.path.children.size()))
          .expected(fmt::format("{} proposals", count));
    }
    out_.proposals += node.children.size();
  }

  const Beam& beam_;
  const Propose& propose_;
  BeamResult out_;
};

}  // namespace

BeamResult beam_search(const Beam& beam, const Propose& propose) {
  if (beam.beam == 0 || beam.width < beam.beam || beam.depth == 0) {
    throw Error::input("a beam search needs a depth, a beam and a width of at least the beam")
        .found(fmt::format("width {}, beam {}, depth {}", beam.width, beam.beam, beam.depth));
  }
  return Search(beam, propose).run();
}

}  // namespace gradus
