#include "gradus/simulation/calculator_calls.h"

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Action : size_t { kNoCode, kShort, kLong, kActions };

constexpr double kRuns[] = {0, 0.95, 0.80}, kRight[] = {0.30, 0.88, 1.0};
constexpr size_t kTokens[] = {0, 10, 40};

class CalculatorCalls : public Simulation {
 public:
  explicit CalculatorCalls(const Params& params)
      : evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = static_cast<int>(params.integer("groups")),
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Channels channels{.rollout = {"outcome"}, .step = {"call_ok"}};
    const Play play = [](const TabularPolicy& policy, int64_t, Stream stream) {
      return episode(policy.sample(0, stream), stream);
    };
    const Play no_code = [](const TabularPolicy&, int64_t, Stream stream) {
      return episode(kNoCode, stream);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      TabularPolicy policy(1, kActions);
      RolloutBatch batch = sample_batch(policy, no_code, channels, plan_, 0, random.child("no code"));
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      double reward = 0;
      for (size_t r = 0; r < batch.rollouts(); ++r) reward += batch.column("rollout.reward")[r];
      out[arm.id + ".no_code_reward"] = reward / static_cast<double>(batch.rollouts());
      train(policy, play, channels, arm.pipeline, plan_, random);
      evaluate(policy, random.child("evaluation"), arm.id + ".", out);
    }
    return out;
  }

 private:
  static Episode episode(size_t action, Stream& random) {
    Episode out;
    Turn decision;
    decision.state = 0;
    decision.action = action;
    decision.values = {kMissing};
    decision.kind = StepKind::reason;
    bool ran = false;
    if (action != kNoCode) {
      ran = random.chance(kRuns[action]);
      decision.kind = StepKind::act;
      decision.values = {ran ? 1.0 : 0.0};
      decision.tokens = kTokens[action];
    }
    out.turns.push_back(decision);
    if (action != kNoCode) {
      Turn output;
      output.kind = StepKind::observe;
      output.values = {kMissing};
      output.tokens = 3;
      out.turns.push_back(output);
    }
    Turn answer;
    answer.kind = StepKind::answer;
    answer.values = {kMissing};
    out.turns.push_back(answer);
    out.values = {random.chance(kRight[ran ? action : size_t{kNoCode}]) ? 1.0 : -1.0};
    return out;
  }

  void evaluate(const TabularPolicy& policy, const Stream& random, const std::string& name,
                Numbers& out) const {
    double right = 0, code = 0, tokens = 0;
    for (size_t i = 0; i < evaluations_; ++i) {
      Stream stream = random.child(i);
      const Episode one = episode(policy.sample(0, stream), stream);
      right += one.values[0] > 0;
      code += one.turns[0].action != kNoCode;
      tokens += static_cast<double>(kTokens[one.turns[0].action]);
    }
    out[name + "accuracy"] = right / static_cast<double>(evaluations_);
    out[name + "code_tokens"] = code > 0 ? tokens / code : 0;
    out[name + "code_share"] = code / static_cast<double>(evaluations_);
  }

  size_t evaluations_;
  TrainingPlan plan_;
};

}  // namespace

void register_calculator_calls(SimulationRegistry& registry) {
  registry.add({.name = "calculator_calls",
                .summary = "a digit task that a calculator solves: no code, short code, or long code",
                .paper = "2503.23383",
                .params = {integer_param("updates", 300, "updates of the policy", 1, 100000),
                           integer_param("groups", 8, "groups per update", 1, 4096),
                           integer_param("group", 16, "episodes of a group", 2, 4096),
                           number_param("rate", 0.3, "learning rate", 0, 100),
                           integer_param("evaluations", 4000, "episodes of the final policy", 1, 1000000)},
                .reads = {"rollout.reward", "token.advantage"},
                .writes = {"rollout.outcome", "step.call_ok"}},
               [](const Params& params) { return std::make_unique<CalculatorCalls>(params); });
}

}  // namespace gradus
