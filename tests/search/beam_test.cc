#include "gradus/search/beam.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/base/error.h"
#include "gradus/base/random.h"

namespace gradus {
namespace {

// Scores that depend on the path alone.
Proposal drawn(const std::vector<size_t>& path, size_t child, double ends) {
  Stream random(7);
  for (const size_t step : path) random = random.child(step);
  random = random.child(child);
  return {random.uniform(), random.chance(ends)};
}

BeamResult search(const Beam& beam, double ends) {
  return beam_search(beam, [&](const std::vector<size_t>& path, size_t count) {
    std::vector<Proposal> out;
    for (size_t i = 0; i < count; ++i) out.push_back(drawn(path, i, ends));
    return out;
  });
}

TEST(Beam, OneStepDeepIsBestOfN) {
  const BeamResult found = search({.width = 16, .beam = 3, .depth = 1}, 0);
  ASSERT_EQ(found.paths.size(), 3u);
  EXPECT_EQ(found.proposals, 16u);
  std::vector<double> scores;
  for (size_t i = 0; i < 16; ++i) scores.push_back(drawn({}, i, 0).score);
  std::sort(scores.rbegin(), scores.rend());
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(found.paths[i].scores, std::vector<double>{scores[i]});
}

TEST(Beam, EqualScoresKeepTheOrderOfProposal) {
  const BeamResult found =
      beam_search({.width = 4, .beam = 2, .depth = 1},
                  [](const std::vector<size_t>&, size_t count) { return std::vector<Proposal>(count); });
  EXPECT_EQ(found.paths[0].children, std::vector<size_t>{0});
  EXPECT_EQ(found.paths[1].children, std::vector<size_t>{1});
}

TEST(Beam, PathsEndAtATerminalStepOrAtTheDepth) {
  EXPECT_TRUE(rc::check([] {
    const size_t beam = *rc::gen::inRange<size_t>(1, 5), depth = *rc::gen::inRange<size_t>(1, 6);
    const size_t width = beam * *rc::gen::inRange<size_t>(1, 5);
    const BeamResult found = search({.width = width, .beam = beam, .depth = depth}, 0.3);
    RC_ASSERT(found.paths.size() >= 1u && found.paths.size() <= beam);
    for (const FoundPath& path : found.paths) {
      RC_ASSERT(path.scores.size() == path.children.size());
      std::vector<size_t> parent(path.children.begin(), path.children.end() - 1);
      const bool terminal = drawn(parent, path.children.back(), 0.3).terminal;
      RC_ASSERT(terminal || path.children.size() == depth);
    }
  }));
}

TEST(Beam, RefusesWhatCannotBeSearched) {
  EXPECT_THROW(search({.width = 1, .beam = 2, .depth = 3}, 0), Error);
  EXPECT_THROW(search({.width = 4, .beam = 0, .depth = 3}, 0), Error);
  EXPECT_THROW(beam_search({.width = 4, .beam = 1, .depth = 3},
                           [](const std::vector<size_t>&, size_t) { return std::vector<Proposal>(); }),
               Error);
}

}  // namespace
}  // namespace gradus
