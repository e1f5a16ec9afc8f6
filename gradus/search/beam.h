// Beam search over steps with a process reward model, as compute-optimal-tts runs it (RyanLiu112, 0ee2578,
// SearchTree.beam_search; Liu et al., arXiv 2502.06703).
//
//   the root gets `width` children, every later node width / beam (at least 1), each with a score
//   every living node offers its k best children, k = beam - finished (computed anew per parent)
//   the k best of all offered are expanded; one that is terminal or `depth` steps long is finished
//   ends where `beam` are finished
//
// Ties: the child that was proposed first. DVTS is `width / 4` runs with beam = 1 and width = 4. What is
// expanded in the round in which the last place is taken is paid for and thrown away, as released.
//
//   Beam beam{.width = 8, .beam = 2, .depth = 4};
//   const auto found = beam_search(beam, [&](const std::vector<size_t>& path, size_t count) {
//     return proposals_at(path, count);   // {score, terminal} per child
//   });
//   found.paths[0].children; found.paths[0].scores; found.proposals;
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace gradus {

struct Beam {
  size_t width = 4;  // children of the root: the budget N
  size_t beam = 1;   // paths kept: N / 4 in the published runs
  size_t depth = 40;
};

struct Proposal {
  double score = 0;
  bool terminal = false;
};

struct FoundPath {
  std::vector<size_t> children;  // which child, step by step
  std::vector<double> scores;    // of each step; the last one is the value of the path
};

struct BeamResult {
  std::vector<FoundPath> paths;  // in the order in which they were finished
  size_t proposals = 0;          // steps that were sampled
};

// `count` proposals for the step behind `path`.
using Propose = std::function<std::vector<Proposal>(const std::vector<size_t>& path, size_t count)>;

// Throws Error::input for a beam of 0, a width below the beam, or a parent without proposals.
BeamResult beam_search(const Beam& beam, const Propose& propose);

}  // namespace gradus
