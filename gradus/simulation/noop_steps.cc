#include "gradus/simulation/noop_steps.h"

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Action : size_t { kWork, kNothing, kAnswer, kActions };

class NoopSteps : public Simulation {
 public:
  explicit NoopSteps(const Params& params)
      : needed_(static_cast<size_t>(params.integer("needed"))),
        limit_(static_cast<size_t>(params.integer("limit"))),
        evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        slip_(params.number("slip")),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = 1,
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Play play = [&](const TabularPolicy& policy, int64_t, Stream stream) {
      return episode(policy, stream);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      TabularPolicy policy(needed_ + 1, kActions);
      train(policy, play, {.rollout = {"outcome"}, .step = {"prm", "progress"}}, arm.pipeline, plan_, random);
      double correct = 0, steps = 0;
      for (size_t i = 0; i < evaluations_; ++i) {
        Stream stream = random.child("evaluation").child(i);
        const Episode one = episode(policy, stream);
        correct += one.values[0];
        steps += static_cast<double>(one.turns.size());
      }
      out[arm.id + ".accuracy"] = correct / static_cast<double>(evaluations_);
      out[arm.id + ".steps"] = steps / static_cast<double>(evaluations_);
    }
    return out;
  }

 private:
  Episode episode(const TabularPolicy& policy, Stream& random) const {
    Episode out;
    size_t progress = 0;
    bool error = false, correct = false;
    while (out.turns.size() < limit_) {
      Turn turn;
      turn.state = static_cast<int>(progress);
      turn.action = policy.sample(progress, random);
      turn.values = {0.8, static_cast<double>(progress)};
      if (turn.action == kWork) {
        const bool slipped = random.chance(slip_);
        turn.values[0] = slipped ? 0.1 : 0.9;
        error = error || slipped;
        progress = std::min(progress + 1, needed_);
      } else if (turn.action == kAnswer) {
        correct = progress == needed_ && !error;
        turn.values[0] = correct ? 0.9 : 0.2;
        turn.kind = StepKind::answer;
      }
      out.turns.push_back(turn);
      if (turn.action == kAnswer) break;
    }
    out.values = {correct ? 1.0 : 0.0};
    return out;
  }

  size_t needed_, limit_, evaluations_;
  double slip_;
  TrainingPlan plan_;
};

}  // namespace

void register_noop_steps(SimulationRegistry& registry) {
  registry.add({.name = "noop_steps",
                .summary = "a step that does nothing and is scored well all the same",
                .paper = "2410.15115",
                .params = {integer_param("needed", 2, "pieces of progress before a correct answer", 1, 100),
                           integer_param("limit", 60, "steps of an episode at most", 2, 1000),
                           number_param("slip", 0.1, "probability of an error in a step of work", 0, 1),
                           integer_param("updates", 400, "updates of the policy", 1, 100000),
                           integer_param("group", 16, "episodes per update", 2, 4096),
                           number_param("rate", 0.3, "learning rate", 0, 100),
                           integer_param("evaluations", 500, "episodes of the final policy", 1, 1000000)},
                .reads = {"token.advantage"},
                .writes = {"rollout.outcome", "step.prm", "step.progress"}},
               [](const Params& params) { return std::make_unique<NoopSteps>(params); });
}

}  // namespace gradus
