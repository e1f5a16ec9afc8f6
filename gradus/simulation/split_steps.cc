#include "gradus/simulation/split_steps.h"

#include <algorithm>
#include <cmath>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

class SplitSteps : public Simulation {
 public:
  explicit SplitSteps(const Params& params)
      : groups_(static_cast<size_t>(params.integer("groups"))),
        group_(static_cast<size_t>(params.integer("group"))),
        steps_(static_cast<uint64_t>(params.integer("steps"))) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<Episode> whole, cut;
    for (size_t r = 0; r < groups_ * group_; ++r) {
      Stream stream = random.child("rollout").child(r);
      whole.push_back(sample(static_cast<int64_t>(r / group_), stream));
      cut.push_back(cut_in_two(whole.back(), stream));
    }
    Numbers out;
    for (const Arm& arm : arms) {
      const auto credited = [&](const std::vector<Episode>& episodes) {
        RolloutBatch batch = batch_of(episodes, {.rollout = {"outcome"}, .step = {"correct"}});
        arm.pipeline.apply(batch, {.random = random.child("operators")});
        return batch.column("token.advantage");
      };
      const Column before = credited(whole), after = credited(cut);
      double change = 0, sum_before = 0, sum_after = 0;
      for (size_t t = 0; t < before.size(); ++t) {
        change = std::max(change, std::abs(after[t] - before[t]));
        sum_before += std::abs(before[t]);
        sum_after += std::abs(after[t]);
      }
      out[arm.id + ".change"] = change;
      out[arm.id + ".factor"] = sum_after / sum_before;
    }
    return out;
  }

 private:
  Episode sample(int64_t group, Stream& random) const {
    Episode out{.group = group, .turns = {}, .values = {random.chance(0.5) ? 1.0 : 0.0}};
    bool correct = random.chance(0.5);
    for (uint64_t k = 1 + random.below(steps_); k > 0; --k) {
      Turn turn;
      turn.values = {correct ? 1.0 : 0.0};
      turn.kind = StepKind::reason;
      turn.tokens = 2 + random.below(6);
      out.turns.push_back(turn);
      if (random.chance(0.3)) correct = !correct;
    }
    return out;
  }

  static Episode cut_in_two(const Episode& whole, Stream& random) {
    Episode out = whole;
    out.turns.clear();
    for (const Turn& turn : whole.turns) {
      Turn first = turn, second = turn;
      first.tokens = 1 + random.below(turn.tokens - 1);
      second.tokens = turn.tokens - first.tokens;
      out.turns.push_back(first);
      out.turns.push_back(second);
    }
    return out;
  }

  size_t groups_, group_;
  uint64_t steps_;
};

}  // namespace

void register_split_steps(SimulationRegistry& registry) {
  registry.add({.name = "split_steps",
                .summary = "judged texts cut into steps more finely: how far credit changes",
                .paper = "2507.23317",
                .params = {integer_param("groups", 16, "groups per seed", 1, 10000),
                           integer_param("group", 8, "rollouts of a group", 2, 4096),
                           integer_param("steps", 8, "a rollout has 1 to this many steps", 1, 1000)},
                .reads = {"token.advantage"},
                .writes = {"step.correct", "rollout.outcome"}},
               [](const Params& params) { return std::make_unique<SplitSteps>(params); });
}

}  // namespace gradus
