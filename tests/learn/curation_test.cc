#include "gradus/learn/curation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <set>
#include <vector>

#include "gradus/learn/operators.h"

namespace gradus {
namespace {

RolloutBatch rollouts(const std::vector<int64_t>& groups, const std::vector<double>& outcomes,
                      const std::vector<double>& scores = {}, size_t steps = 3) {
  RolloutBatch batch;
  for (size_t r = 0; r < groups.size(); ++r) {
    batch.add_rollout({.id = "r" + std::to_string(r), .group = groups[r]});
    for (size_t s = 0; s < steps; ++s) batch.add_step(StepKind::reason, "step");
  }
  Column& outcome = batch.add_column("rollout.outcome");
  for (size_t r = 0; r < outcomes.size(); ++r) outcome.set(r, outcomes[r]);
  if (!scores.empty()) {
    Column& score = batch.add_column("rollout.consistency");
    for (size_t r = 0; r < scores.size(); ++r) score.set(r, scores[r]);
  }
  return batch;
}

std::vector<size_t> kept(const RolloutBatch& batch) {
  std::vector<size_t> out;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (batch.column("rollout.kept").valid(r)) out.push_back(r);
  }
  return out;
}

void run(RolloutBatch& batch, const std::string& name, const Json& params, uint64_t key = 1) {
  operators().make(name, params)->apply(batch, {.random = Stream(key)});
}

using Places = std::vector<size_t>;

TEST(Groups, WithoutSpreadAreDroppedHoweverTheyRound) {
  RolloutBatch batch = rollouts({7, 7, 7, 5, 5, 9, 7, 5}, {0.7, 0.7, 0.7, 0, 1, 0.7, 0.7, 1});
  run(batch, "curate.groups", Json::object());
  EXPECT_EQ(kept(batch), (Places{3, 4, 5, 7}));  // a group of one is kept
}

TEST(Groups, MeanWithinTheRangeEndsIncluded) {
  RolloutBatch batch = rollouts({1, 1, 2, 2, 3, 3}, {0, 1, 1, 1, 0, 0.4});
  run(batch, "curate.groups", {{"low", 0.2}, {"high", 0.8}, {"spread", false}});
  EXPECT_EQ(kept(batch), (Places{0, 1, 4, 5}));
  batch.column("rollout.outcome").clear(1);
  run(batch, "curate.groups", {{"low", 0}, {"high", 0.8}, {"spread", false}});
  EXPECT_EQ(kept(batch), (Places{0, 4, 5}));  // no value: dropped, and no part of the mean
}

TEST(Balance, DropsTheLeastConsistentAndBalances) {
  // Six correct, two incorrect, four go: m+ = (4 + 4) / 2 = 4 correct.
  RolloutBatch batch =
      rollouts(std::vector<int64_t>(8, 0), {1, 1, 1, 0, 1, 1, 0, 1}, {4, 1, 3, 9, 2, 6, 8, 5});
  run(batch, "curate.balance", {{"remove", 4}});
  EXPECT_EQ(kept(batch), (Places{3, 5, 6, 7}));
  EXPECT_EQ(balanced(batch, {}, Stream(1)), (Places{7, 5, 6, 3}));
}

TEST(Balance, NothingToDropKeepsAllAsTheyCame) {
  RolloutBatch batch = rollouts({0, 0, 0}, {0, 1, 0.5}, {3, 2, 1});
  run(batch, "curate.balance", {{"remove", 0}});
  EXPECT_EQ(balanced(batch, {.remove = 0}, Stream(1)), (Places{0, 1, 2}));
  EXPECT_EQ(kept(batch), (Places{0, 1, 2}));
}

TEST(Balance, HalvesAreRoundedToEven) {
  // d = 0, m = 1: 0.5 becomes 0, so an incorrect one goes; d = 2, m = 1: 1.5 becomes 2, of at most m = 1.
  RolloutBatch even = rollouts({0, 0, 0, 0}, {1, 1, 0, 0}, {1, 2, 3, 4});
  run(even, "curate.balance", {{"remove", 1}});
  EXPECT_EQ(kept(even), (Places{0, 1, 3}));
  RolloutBatch more = rollouts({0, 0, 0, 0}, {1, 1, 1, 0}, {1, 2, 3, 4});
  run(more, "curate.balance", {{"remove", 1}});
  EXPECT_EQ(kept(more), (Places{1, 2, 3}));
}

TEST(Balance, TheCorrectKeepTheirOrderWhereNoneOfThemGoes) {
  const RolloutBatch batch = rollouts({0, 0, 0, 0}, {1, 1, 0, 0}, {2, 1, 3, 4});
  EXPECT_EQ(balanced(batch, {.remove = 1}, Stream(1)), (Places{0, 1, 3}));
}

TEST(Balance, OddNumbersOfStepsAndMissingScoresGoFirst) {
  RolloutBatch batch = rollouts({0, 0, 0}, {1, 1, 1}, {5, 1, 2});
  batch.column("rollout.consistency").clear(0);
  run(batch, "curate.balance", {{"remove", 1}});
  EXPECT_EQ(kept(batch), (Places{1, 2}));
  RolloutBatch short_ones = rollouts({0, 0}, {1, 1}, {0.5, 1}, 1);
  short_ones.add_column("rollout.consistency");  // none has a score
  run(short_ones, "curate.balance", {{"remove", 1}});
  EXPECT_EQ(kept(short_ones), (Places{1}));
}

TEST(Balance, RandomRemovalIsOfTheGroupAlone) {
  EXPECT_TRUE(rc::check([] {
    const uint64_t key = *rc::gen::arbitrary<uint64_t>();
    const std::vector<double> outcomes{1, 0, 0, 0, 0, 0}, scores{1, 2, 3, 4, 5, 6};
    RolloutBatch alone = rollouts(std::vector<int64_t>(6, 4), outcomes, scores);
    run(alone, "curate.balance", {{"remove", 3}, {"incorrect", "random"}}, key);
    std::vector<int64_t> groups(12, 4);
    std::vector<double> more = outcomes, most = scores;
    for (size_t i = 0; i < 6; ++i) groups[i + 6] = 8;
    more.insert(more.end(), outcomes.begin(), outcomes.end());
    most.insert(most.end(), scores.begin(), scores.end());
    RolloutBatch both = rollouts(groups, more, most);
    run(both, "curate.balance", {{"remove", 3}, {"incorrect", "random"}}, key);
    std::vector<size_t> first;
    for (const size_t r : kept(both)) {
      if (r < 6) first.push_back(r);
    }
    RC_ASSERT(kept(alone).size() == 3u);
    RC_ASSERT(first == kept(alone));
  }));
}

TEST(Consensus, KeepsWhatBothLabelledAlike) {
  RolloutBatch batch = rollouts({1, 1, 1, 1}, {1, 1, 1, 1});
  Column& first = batch.add_column("rollout.first");
  Column& second = batch.add_column("rollout.second");
  first.set(0, -1);
  second.set(0, -1);
  first.set(1, 2);
  second.set(1, 3);
  second.set(2, 0);  // the other has no label; and of the last there is none
  run(batch, "curate.consensus", {{"first", "first"}, {"second", "second"}});
  EXPECT_EQ(kept(batch), (Places{0}));
}

TEST(Drop, TakesTheChannelsOfDroppedRolloutsAway) {
  RolloutBatch batch = rollouts({1, 1, 2, 2}, {0, 1, 1, 1});
  Column& prm = batch.add_column("step.prm");
  for (size_t s = 0; s < batch.steps(); ++s) prm.set(s, 1);
  run(batch, "curate.groups", Json::object());
  run(batch, "curate.drop", {{"channels", {"outcome"}}});
  run(batch, "curate.drop", {{"channels", {"prm"}}, {"level", "step"}});
  EXPECT_TRUE(batch.column("rollout.outcome").valid(1));
  EXPECT_FALSE(batch.column("rollout.outcome").valid(2));
  EXPECT_EQ(batch.column("step.prm").missing(), 6u);
}

TEST(TopShare, QuantileOfTheTrainedTokensOfTheBatch) {
  RolloutBatch batch;
  batch.add_rollout({.id = "a"});
  batch.add_step(StepKind::reason, "x");
  for (int t = 0; t < 4; ++t) batch.add_token(t);
  batch.add_step(StepKind::observe, "y");
  batch.add_token(9);
  batch.add_rollout({.id = "b"});
  batch.add_step(StepKind::answer, "z");
  batch.add_token(1);
  Column& entropy = batch.add_column("token.entropy");
  const std::vector<double> values{1, 4, 2, 3, 100, 5};
  for (size_t t = 0; t < values.size(); ++t) entropy.set(t, values[t]);
  run(batch, "loss.top_share", {{"share", 0.5}});
  const Column& out = batch.column("token.importance");
  std::vector<double> got;
  for (size_t t = 0; t < 6; ++t) got.push_back(out.valid(t) ? out[t] : -1);
  EXPECT_EQ(got, (std::vector<double>{0, 1, 0, 1, -1, 1}));  // the median is 3
}

// Ten tokens; the first three and the last have a covariance inside (1, 5), two are above it.
RolloutBatch covaried() {
  RolloutBatch batch;
  batch.add_rollout({.id = "a"});
  batch.add_step(StepKind::reason, "x");
  for (int t = 0; t < 10; ++t) batch.add_token(t);
  Column &advantage = batch.add_column("token.advantage"), &logprob = batch.add_column("token.logprob");
  const std::vector<double> values{2, 2, 2, 4, -2, 0, 0, -4, -2, -2};
  for (size_t t = 0; t < 10; ++t) {
    advantage.set(t, values[t]);
    logprob.set(t, t == 4 || t == 8 ? 0 : values[t] / 2);
  }
  return batch;
}

std::vector<size_t> zeroed(double share, uint64_t seed) {
  RolloutBatch batch = covaried();
  operators().make("loss.covariance_clip", {{"share", share}})->apply(batch, {.random = Stream(seed)});
  std::vector<size_t> out;
  for (size_t t = 0; t < 10; ++t) {
    if (batch.column("token.importance")[t] == 0) out.push_back(t);
  }
  return out;
}

TEST(CovarianceClip, ZeroesAShareOfTheCandidatesAndAtLeastOne) {
  std::set<size_t> drawn;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    ASSERT_EQ(zeroed(0.0, seed).size(), 1u);
    drawn.insert(zeroed(0.0, seed)[0]);
  }
  EXPECT_EQ(drawn, (std::set<size_t>{0, 1, 2, 9}));
  EXPECT_EQ(zeroed(0.2, 1).size(), 2u);
  EXPECT_EQ(zeroed(1.0, 1), (std::vector<size_t>{0, 1, 2, 9})) << "no more than there are candidates";
}

}  // namespace
}  // namespace gradus
