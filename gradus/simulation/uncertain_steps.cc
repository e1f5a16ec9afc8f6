#include "gradus/simulation/uncertain_steps.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

double entropy_of(const std::vector<double>& p) {
  double out = 0;
  for (const double x : p) {
    if (x > 0) out -= x * std::log(x);
  }
  return out;
}

class UncertainSteps : public Simulation {
 public:
  explicit UncertainSteps(const Params& params)
      : states_(static_cast<size_t>(params.integer("states"))),
        actions_(static_cast<size_t>(params.integer("actions"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        batches_(static_cast<int>(params.integer("batches"))),
        spread_(params.number("spread")),
        plan_{.updates = 0,
              .groups = static_cast<int>(params.integer("groups")),
              .samples = static_cast<int>(params.integer("group")),
              .rate = 0} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    TabularPolicy policy(states_, actions_);
    Stream logits = random.child("logits");
    std::vector<double> entropy;
    for (size_t s = 0; s < states_; ++s) {
      const double deviation = spread_ * static_cast<double>(s) / static_cast<double>(states_ - 1);
      for (double& x : policy.logits(s)) x = deviation * logits.normal();
      entropy.push_back(entropy_of(policy.probabilities(s)));
    }
    const Play play = [&](const TabularPolicy& actor, int64_t, Stream stream) {
      return episode(actor, entropy, stream);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      std::vector<std::vector<double>> gradients;
      for (int b = 0; b < batches_; ++b) {
        RolloutBatch batch =
            sample_batch(policy, play, {.rollout = {"outcome"}, .step = {"entropy"}}, plan_, b, random);
        arm.pipeline.apply(batch, {.random = random.child("operators").child(static_cast<uint64_t>(b))});
        gradients.push_back(policy.gradient(batch, "token.advantage"));
      }
      describe(gradients, most_uncertain(entropy), arm.id + ".", out);
    }
    return out;
  }

 private:
  Episode episode(const TabularPolicy& policy, const std::vector<double>& entropy, Stream& random) const {
    Episode out;
    size_t good = 0;
    for (size_t k = 0; k < steps_; ++k) {
      Turn turn;
      const size_t state = random.below(states_);
      turn.state = static_cast<int>(state);
      turn.action = policy.sample(state, random);
      turn.values = {entropy[state]};
      good += turn.action < actions_ / 2;
      out.turns.push_back(turn);
    }
    out.values = {2 * good > steps_ ? 1.0 : 0.0};
    return out;
  }

  std::vector<bool> most_uncertain(const std::vector<double>& entropy) const {
    std::vector<size_t> order(states_);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t i, size_t j) { return entropy[i] > entropy[j]; });
    std::vector<bool> out(states_, false);
    for (size_t i = 0; i < (states_ + 3) / 4; ++i) out[order[i]] = true;
    return out;
  }

  void describe(const std::vector<std::vector<double>>& gradients, const std::vector<bool>& top,
                const std::string& arm, Numbers& out) const {
    const double n = static_cast<double>(gradients.size());
    double variance = 0, length = 0;
    for (size_t i = 0; i < gradients[0].size(); ++i) {
      double mean = 0, squares = 0;
      for (const auto& gradient : gradients) mean += gradient[i] / n;
      for (const auto& gradient : gradients) squares += (gradient[i] - mean) * (gradient[i] - mean);
      if (top[i / actions_]) variance += squares / (n - 1);
      length += mean * mean;
    }
    out[arm + "top_variance"] = variance;
    out[arm + "norm"] = std::sqrt(length);
  }

  size_t states_, actions_, steps_;
  int batches_;
  double spread_;
  TrainingPlan plan_;
};

}  // namespace

void register_uncertain_steps(SimulationRegistry& registry) {
  registry.add(
      {.name = "uncertain_steps",
       .summary = "steps of different certainty under an outcome reward: noise of the gradient",
       .paper = "2509.09265",
       .params = {integer_param("states", 16, "states, from uniform to certain", 4, 1000),
                  integer_param("actions", 8, "actions of each", 2, 1000),
                  integer_param("steps", 6, "steps of an episode", 1, 1000),
                  integer_param("batches", 60, "batches per seed", 2, 10000),
                  number_param("spread", 4.0, "deviation of the most certain state's logits", 0, 100),
                  integer_param("groups", 4, "groups of a batch", 1, 1000),
                  integer_param("group", 8, "episodes of a group", 2, 4096)},
       .reads = {"token.advantage"},
       .writes = {"rollout.outcome", "step.entropy"}},
      [](const Params& params) { return std::make_unique<UncertainSteps>(params); });
}

}  // namespace gradus
