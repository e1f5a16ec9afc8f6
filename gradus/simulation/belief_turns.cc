#include "gradus/simulation/belief_turns.h"

#include <algorithm>
#include <cmath>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

struct Belief {
  Episode episode;
  std::vector<double> known;  // P_0, P_1, ...
};

class BeliefTurns : public Simulation {
 public:
  explicit BeliefTurns(const Params& params)
      : rollouts_(static_cast<size_t>(params.integer("rollouts"))),
        turns_(static_cast<uint64_t>(params.integer("turns"))) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<Belief> beliefs;
    std::vector<Episode> episodes;
    for (size_t r = 0; r < rollouts_; ++r) {
      beliefs.push_back(sample(random.child("rollout").child(r)));
      episodes.push_back(beliefs.back().episode);
    }
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {"start_belief", "outcome"}, .step = {"belief"}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      double telescoping = 0, returns = 0;
      for (size_t r = 0; r < rollouts_; ++r) {
        telescoping = std::max(telescoping, telescoping_gap(batch, r, beliefs[r]));
        returns = std::max(returns, return_gap(batch, r, beliefs[r]));
      }
      out[arm.id + ".telescoping_gap"] = telescoping;
      out[arm.id + ".return_gap"] = returns;
    }
    return out;
  }

 private:
  Belief sample(Stream random) const {
    Belief out{{.group = 0, .turns = {}, .values = {random.uniform(), random.chance(0.5) ? 1.0 : 0.0}}, {}};
    out.known = {out.episode.values[0]};
    for (uint64_t k = random.below(turns_); k > 0; --k) {
      out.known.push_back(random.uniform());
      Turn turn, observation;
      turn.values = {out.known.back()};
      turn.tokens = 1 + random.below(5);
      observation.values = {kMissing};
      observation.kind = StepKind::observe;
      observation.tokens = random.below(8);
      out.episode.turns.push_back(turn);
      out.episode.turns.push_back(observation);
    }
    Turn answer;
    answer.values = {kMissing};
    answer.kind = StepKind::answer;
    out.episode.turns.push_back(answer);
    return out;
  }

  static double telescoping_gap(const RolloutBatch& batch, size_t rollout, const Belief& belief) {
    double sum = 0;
    for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
      if (batch.column("step.belief").valid(s)) sum += batch.column("step.belief")[s];
    }
    return std::abs(sum - (belief.known.back() - belief.known.front()));
  }

  static double return_gap(const RolloutBatch& batch, size_t rollout, const Belief& belief) {
    const Column& returns = batch.column("step.return");
    double gap = 0;
    size_t turn = 0;
    for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
      if (batch.kind(s) == StepKind::observe) continue;
      const double expected = belief.known.back() - belief.known[turn] + belief.episode.values[1];
      gap = std::max(gap, returns.valid(s) ? std::abs(returns[s] - expected) : 1.0);
      ++turn;
    }
    return gap;
  }

  size_t rollouts_;
  uint64_t turns_;
};

}  // namespace

void register_belief_turns(SimulationRegistry& registry) {
  registry.add({.name = "belief_turns",
                .summary = "turns with a known belief in the answer: identities of information gains",
                .paper = "2510.14967",
                .params = {integer_param("rollouts", 64, "rollouts per seed", 1, 100000),
                           integer_param("turns", 8, "turns of a rollout at most", 1, 1000)},
                .reads = {"step.belief", "step.return"},
                .writes = {"step.belief", "rollout.start_belief", "rollout.outcome"}},
               [](const Params& params) { return std::make_unique<BeliefTurns>(params); });
}

}  // namespace gradus
