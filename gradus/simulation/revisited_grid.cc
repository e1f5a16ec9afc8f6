#include "gradus/simulation/revisited_grid.h"

#include "gradus/simulation/correlation.h"
#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Move : size_t { kRight, kDown, kLeft, kUp, kMoves };

class RevisitedGrid : public Simulation {
 public:
  explicit RevisitedGrid(const Params& params)
      : side_(static_cast<size_t>(params.integer("side"))),
        horizon_(static_cast<size_t>(params.integer("horizon"))),
        spread_(params.number("spread")),
        skill_(params.number("skill")),
        gamma_(params.number("gamma")),
        plan_{.updates = 0,
              .groups = static_cast<int>(params.integer("groups")),
              .samples = static_cast<int>(params.integer("group")),
              .rate = 0} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    TabularPolicy policy(side_ * side_, kMoves);
    Stream logits = random.child("policy");
    for (size_t cell = 0; cell < policy.states(); ++cell) {
      for (double& x : policy.logits(cell)) x = spread_ * logits.normal();
      for (const size_t towards : {kRight, kDown}) policy.logits(cell)[towards] += skill_;
    }
    const std::vector<double> truth = true_advantages(policy);
    const Play play = [&](const TabularPolicy& walker, int64_t, Stream stream) {
      return walk(walker, stream);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch =
          sample_batch(policy, play, {.rollout = {"outcome"}, .step = {"reward", "cell"}}, plan_, 0, random);
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      out[arm.id + ".correlation"] = agreement(batch, truth);
    }
    return out;
  }

 private:
  size_t goal() const { return side_ * side_ - 1; }

  size_t moved(size_t cell, size_t move) const {
    const size_t row = cell / side_, column = cell % side_;
    if (move == kRight) return column + 1 < side_ ? cell + 1 : cell;
    if (move == kDown) return row + 1 < side_ ? cell + side_ : cell;
    if (move == kLeft) return column > 0 ? cell - 1 : cell;
    return row > 0 ? cell - side_ : cell;
  }

  Episode walk(const TabularPolicy& policy, Stream& random) const {
    Episode out;
    size_t cell = 0;
    for (size_t k = 0; k < horizon_ && cell != goal(); ++k) {
      const size_t move = policy.sample(cell, random), next = moved(cell, move);
      out.turns.push_back({.state = static_cast<int>(cell),
                           .action = move,
                           .values = {next == goal() ? 1.0 : 0.0, static_cast<double>(cell)},
                           .kind = StepKind::act,
                           .tokens = 1,
                           .text = ""});
      cell = next;
    }
    out.values = {cell == goal() ? 1.0 : 0.0};
    return out;
  }

  size_t place(size_t left, size_t cell, size_t move) const {
    return (left * side_ * side_ + cell) * kMoves + move;
  }

  // By moves left, cell and move.
  std::vector<double> true_advantages(const TabularPolicy& policy) const {
    std::vector<double> advantage(place(horizon_ + 1, 0, 0), 0.0);
    std::vector<double> later(side_ * side_, 0.0);  // V with one move fewer
    for (size_t left = 1; left <= horizon_; ++left) {
      std::vector<double> value(side_ * side_, 0.0);
      for (size_t cell = 0; cell < goal(); ++cell) {
        const std::vector<double> p = policy.probabilities(cell);
        for (size_t move = 0; move < kMoves; ++move) {
          const size_t next = moved(cell, move);
          advantage[place(left, cell, move)] = next == goal() ? 1.0 : gamma_ * later[next];
          value[cell] += p[move] * advantage[place(left, cell, move)];
        }
        for (size_t move = 0; move < kMoves; ++move) advantage[place(left, cell, move)] -= value[cell];
      }
      later = value;
    }
    return advantage;
  }

  double agreement(const RolloutBatch& batch, const std::vector<double>& truth) const {
    std::vector<double> credited, real;
    const Column& advantage = batch.column("token.advantage");
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        const size_t t = batch.token_begin(s), left = horizon_ - (s - batch.step_begin(r));
        if (!advantage.valid(t)) continue;
        credited.push_back(advantage[t]);
        real.push_back(truth[place(left, static_cast<size_t>(batch.column("token.state")[t]),
                                   static_cast<size_t>(batch.column("token.action")[t]))]);
      }
    }
    return correlation(credited, real);
  }

  size_t side_, horizon_;
  double spread_, skill_, gamma_;
  TrainingPlan plan_;
};

}  // namespace

void register_revisited_grid(SimulationRegistry& registry) {
  registry.add({.name = "revisited_grid",
                .summary = "walks that come back to the same cells: credit against true advantages",
                .paper = "2505.10978",
                .params = {integer_param("side", 4, "cells of a side", 2, 32),
                           integer_param("horizon", 24, "moves of a walk at most", 1, 1000),
                           number_param("spread", 0.5, "deviation of the policy's logits", 0, 10),
                           number_param("skill", 0.0, "added to the logits of moves to the goal", -10, 10),
                           number_param("gamma", 0.95, "discount of the true advantage", 0, 1),
                           integer_param("groups", 16, "groups per seed", 1, 10000),
                           integer_param("group", 8, "walks of a group", 2, 4096)},
                .reads = {"token.advantage"},
                .writes = {"rollout.outcome", "step.reward", "step.cell"}},
               [](const Params& params) { return std::make_unique<RevisitedGrid>(params); });
}

}  // namespace gradus
