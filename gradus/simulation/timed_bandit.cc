#include "gradus/simulation/timed_bandit.h"

#include "gradus/simulation/episode.h"
#include "gradus/simulation/tabular_policy.h"

namespace gradus {

namespace {

enum Action : size_t { kFast, kSlow, kActions };

class TimedBandit : public Simulation {
 public:
  explicit TimedBandit(const Params& params)
      : workers_(static_cast<size_t>(params.integer("workers"))),
        updates_(static_cast<uint64_t>(params.integer("updates"))),
        window_(params.number("window")),
        rate_(params.number("rate")),
        rewards_{params.number("fast_reward"), params.number("slow_reward")},
        seconds_{params.number("fast_seconds"), params.number("slow_seconds")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    for (const Arm& arm : arms) {
      const auto credited = [&](const std::vector<size_t>& actions, uint64_t update) {
        RolloutBatch batch = batch_of(finished(actions), {.rollout = {"outcome"}, .step = {"duration"}});
        arm.pipeline.apply(batch, {.random = random.child("operators").child(update)});
        return batch;
      };
      out[arm.id + ".drift_ratio"] = drift_ratio(credited({kFast, kSlow}, 0));
      TabularPolicy policy(1, kActions);
      for (uint64_t update = 0; update < updates_; ++update) {
        Stream choices = random.child("choices").child(update);
        std::vector<size_t> actions;
        for (size_t w = 0; w < workers_; ++w) actions.push_back(policy.sample(0, choices));
        policy.update(credited(actions, update), rate_);
      }
      out[arm.id + ".final_slow"] = policy.probabilities(0)[kSlow];
    }
    return out;
  }

 private:
  std::vector<Episode> finished(const std::vector<size_t>& actions) const {
    std::vector<Episode> out;
    for (const size_t action : actions) {
      Turn turn;
      turn.state = 0;
      turn.action = action;
      turn.values = {seconds_[action]};
      for (double end = seconds_[action]; end <= window_; end += seconds_[action]) {
        out.push_back({.group = 0, .turns = {turn}, .values = {rewards_[action]}});
      }
    }
    return out;
  }

  double drift_ratio(const RolloutBatch& batch) const {
    double pull[kActions] = {0, 0};
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      const size_t t = batch.first_token(r);
      const auto action = static_cast<size_t>(batch.column("token.action")[t]);
      pull[action] += batch.column("token.advantage")[t] / rewards_[action];
    }
    return pull[kSlow] / pull[kFast];
  }

  size_t workers_;
  uint64_t updates_;
  double window_, rate_;
  double rewards_[kActions], seconds_[kActions];
};

}  // namespace

void register_timed_bandit(SimulationRegistry& registry) {
  registry.add({.name = "timed_bandit",
                .summary = "a fast poor action and a slow good one, collected in wall time",
                .paper = "2509.01684",
                .params = {integer_param("workers", 32, "workers", 1, 100000),
                           integer_param("updates", 40, "windows, one update each", 0, 100000),
                           number_param("window", 10.0, "seconds of a window", 0.001, 1e6),
                           number_param("rate", 1.0, "learning rate", 0, 100),
                           number_param("fast_reward", 0.5, "reward of the fast action", 0.001, 1e6),
                           number_param("slow_reward", 1.0, "reward of the slow action", 0.001, 1e6),
                           number_param("fast_seconds", 1.0, "duration of the fast action", 0.001, 1e6),
                           number_param("slow_seconds", 10.0, "duration of the slow action", 0.001, 1e6)},
                .reads = {"token.advantage"},
                .writes = {"rollout.outcome", "step.duration"}},
               [](const Params& params) { return std::make_unique<TimedBandit>(params); });
}

}  // namespace gradus
