#include "gradus/credit/group_baseline.h"

#include "gradus/reward/pool.h"

namespace gradus {

namespace {

enum class Baseline { none, mean, leave_one_out };

class GroupBaseline : public Operator {
 public:
  GroupBaseline(const Params& params, Baseline baseline, double epsilon)
      : reward_("rollout." + params.text("channel")),
        into_("token." + params.text("into")),
        baseline_(baseline),
        epsilon_(epsilon) {}

  void apply(RolloutBatch& batch, const OperatorContext&) const override {
    Column advantage(Level::token, batch.tokens(), {.estimates = "advantage"}, batch.precision());
    const Column& reward = batch.column(reward_);
    const std::vector<size_t> groups = group_numbers(batch);
    const std::vector<PoolStatistics> statistics = pool_statistics(reward, groups);
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      if (!reward.valid(r)) continue;
      const double value = rate(reward[r], statistics[groups[r]]);
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        if (batch.kind(s) == StepKind::observe) continue;
        for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t) advantage.set(t, value);
      }
    }
    batch.add_column(into_, advantage.info()) = std::move(advantage);
  }

 private:
  double rate(double reward, const PoolStatistics& group) const {
    if (baseline_ == Baseline::none) return reward;
    if (group.constant) return 0.0;
    const double count = static_cast<double>(group.count);
    if (baseline_ == Baseline::leave_one_out) return reward - (group.sum - reward) / (count - 1);
    const double centred = reward - group.mean;
    return epsilon_ > 0 ? centred / (group.deviation + epsilon_) : centred;
  }

  std::string reward_, into_;
  Baseline baseline_;
  double epsilon_;  // 0: not divided by the standard deviation
};

void add(OperatorRegistry& registry, const std::string& name, const std::string& summary,
         const std::string& paper, Baseline baseline, double epsilon) {
  registry.add({.name = name,
                .summary = summary,
                .paper = paper,
                .params = {text_param("channel", "outcome", "rollout channel that holds the rewards"),
                           text_param("into", "outcome_advantage", "token channel to write")},
                .reads = {"rollout.{channel}"},
                .writes = {"token.{into}"}},
               [baseline, epsilon](const Params& params) {
                 return std::make_unique<GroupBaseline>(params, baseline, epsilon);
               });
}

}  // namespace

void register_group_baseline(OperatorRegistry& registry) {
  add(registry, "credit.reinforce", "the reward itself", "Williams 1992", Baseline::none, 0);
  add(registry, "credit.rloo", "reward minus the mean of the others in the group", "2402.14740",
      Baseline::leave_one_out, 0);
  add(registry, "credit.grpo", "reward minus the group mean, over the group's standard deviation",
      "2402.03300", Baseline::mean, 1e-6);  // epsilon of verl's core_algos.py
  add(registry, "credit.dr_grpo", "reward minus the group mean", "2503.20783", Baseline::mean, 0);
}

}  // namespace gradus
