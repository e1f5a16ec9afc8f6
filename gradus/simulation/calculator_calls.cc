#include "gradus/simulation/calculator_calls.h"

#include <algorithm>

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

constexpr size_t kOperations = 3, kLines = 2 * kOperations, kLineTokens = 10;
constexpr double kHeadSpread = 0.2;

struct Kind {
  size_t operations = 1;
  double head = 0, slip = 0;
};

class CalculatorCalls : public Simulation {
 public:
  explicit CalculatorCalls(const Params& params)
      : kinds_(static_cast<size_t>(params.integer("kinds"))),
        evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        head_(params.number("head")),
        slip_(params.number("slip")),
        exact_(params.number("exact")),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = static_cast<int>(params.integer("groups")),
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Channels channels{.rollout = {"outcome"}, .step = {"call_ok"}};
    std::vector<Kind> kinds;
    for (size_t k = 0; k < kinds_; ++k) kinds.push_back(drawn(k, random.child("kind").child(k)));
    const Play play = [&](const TabularPolicy& policy, int64_t task, Stream stream) {
      const size_t kind = kind_of(task);
      return episode(kinds[kind], kind, policy.sample(kind, stream), stream);
    };
    const Play no_code = [&](const TabularPolicy&, int64_t task, Stream stream) {
      return episode(kinds[kind_of(task)], kind_of(task), 0, stream);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      TabularPolicy policy(kinds_, kLines + 1);
      RolloutBatch batch = sample_batch(policy, no_code, channels, plan_, 0, random.child("no code"));
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      double reward = 0;
      for (size_t r = 0; r < batch.rollouts(); ++r) reward += batch.column("rollout.reward")[r];
      out[arm.id + ".no_code_reward"] = reward / static_cast<double>(batch.rollouts());
      train(policy, play, channels, arm.pipeline, plan_, random);
      evaluate(policy, kinds, random.child("evaluation"), arm.id + ".", out);
    }
    return out;
  }

 private:
  size_t kind_of(int64_t task) const { return static_cast<size_t>(task) % kinds_; }

  Kind drawn(size_t index, Stream random) const {
    return {1 + index % kOperations, std::clamp(head_ + kHeadSpread * (2 * random.uniform() - 1), 0.0, 1.0),
            std::clamp(2 * slip_ * random.uniform(), 0.0, 1.0)};
  }

  Episode episode(const Kind& kind, size_t state, size_t lines, Stream& random) const {
    bool ran = lines > 0;
    for (size_t line = 0; line < lines; ++line) ran = !random.chance(kind.slip) && ran;
    const size_t in_code = ran ? std::min(lines, kind.operations) : 0;
    const size_t checked = std::min(lines - std::min(lines, kind.operations), kind.operations);
    bool right = true;
    for (size_t k = 0; k < kind.operations; ++k) {
      const double chance = k >= in_code ? kind.head : k < checked ? 1.0 : exact_;
      right = random.chance(chance) && right;
    }
    Episode out;
    Turn decision, output, answer;
    decision.state = static_cast<int>(state);
    decision.action = lines;
    decision.values = {lines == 0 ? kMissing : ran ? 1.0 : 0.0};
    decision.kind = lines == 0 ? StepKind::reason : StepKind::act;
    decision.tokens = std::max<size_t>(1, lines * kLineTokens);
    out.turns.push_back(decision);
    output.kind = StepKind::observe;
    output.values = answer.values = {kMissing};
    output.tokens = 3;
    if (lines > 0) out.turns.push_back(output);
    answer.kind = StepKind::answer;
    out.turns.push_back(answer);
    out.values = {right ? 1.0 : -1.0};
    return out;
  }

  void evaluate(const TabularPolicy& policy, const std::vector<Kind>& kinds, const Stream& random,
                const std::string& name, Numbers& out) const {
    double right = 0, code = 0, lines = 0, failed = 0;
    for (size_t i = 0; i < evaluations_; ++i) {
      Stream stream = random.child(i);
      const size_t kind = i % kinds_;
      const Episode one = episode(kinds[kind], kind, policy.sample(kind, stream), stream);
      right += one.values[0] > 0;
      code += one.turns[0].action > 0;
      lines += static_cast<double>(one.turns[0].action);
      failed += one.turns[0].values[0] == 0;
    }
    out[name + "accuracy"] = right / static_cast<double>(evaluations_);
    out[name + "code_tokens"] = code > 0 ? static_cast<double>(kLineTokens) * lines / code : 0;
    out[name + "code_share"] = code / static_cast<double>(evaluations_);
    out[name + "failed_share"] = code > 0 ? failed / code : 0;
  }

  size_t kinds_, evaluations_;
  double head_, slip_, exact_;
  TrainingPlan plan_;
};

}  // namespace

void register_calculator_calls(SimulationRegistry& registry) {
  registry.add(
      {.name = "calculator_calls",
       .summary = "tasks that a calculator solves, and any number of lines of code for it",
       .paper = "2503.23383",
       .params = {integer_param("kinds", 6, "kinds of tasks, of 1, 2, 3, 1, ... operations", 1, 1000),
                  number_param("head", 0.6, "an operation in the head is right", 0, 1),
                  number_param("slip", 0.1, "probability that a line of code fails", 0, 0.5),
                  number_param("exact", 0.9, "a line that was not checked is right", 0, 1),
                  integer_param("updates", 600, "updates of the policy", 1, 100000),
                  integer_param("groups", 6, "groups per update", 1, 4096),
                  integer_param("group", 16, "episodes of a group", 2, 4096),
                  number_param("rate", 0.5, "learning rate", 0, 100),
                  integer_param("evaluations", 6000, "episodes of the final policy", 1, 1000000)},
       .reads = {"rollout.reward", "token.advantage"},
       .writes = {"rollout.outcome", "step.call_ok"}},
      [](const Params& params) { return std::make_unique<CalculatorCalls>(params); });
}

}  // namespace gradus
