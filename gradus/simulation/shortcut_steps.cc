#include "gradus/simulation/shortcut_steps.h"

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Action : size_t { kDerive, kGuess, kSkip, kActions };

class ShortcutSteps : public Simulation {
 public:
  explicit ShortcutSteps(const Params& params)
      : judges_(params.texts("judges")),
        steps_(static_cast<size_t>(params.integer("steps"))),
        needed_(static_cast<size_t>(params.integer("needed"))),
        evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        derive_(params.number("derive")),
        guess_(params.number("guess")),
        false_alarm_(params.number("false_alarm")),
        miss_(params.number("miss")),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = 1,
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Play play = [&](const TabularPolicy& policy, int64_t, Stream stream) {
      size_t wrong = 0;
      return episode(policy, stream, wrong);
    };
    Numbers out;
    for (const Arm& arm : arms) {
      TabularPolicy policy(steps_, kActions);
      train(policy, play, {.rollout = {"outcome"}, .step = judges_}, arm.pipeline, plan_, random);
      double right = 0;
      size_t wrong = 0;
      for (size_t i = 0; i < evaluations_; ++i) {
        Stream stream = random.child("evaluation").child(i);
        right += episode(policy, stream, wrong).values[0];
      }
      out[arm.id + ".accuracy"] = right / static_cast<double>(evaluations_);
      out[arm.id + ".step_errors"] = static_cast<double>(wrong) / static_cast<double>(evaluations_ * steps_);
    }
    return out;
  }

 private:
  // Adds its wrong steps to `wrong`.
  Episode episode(const TabularPolicy& policy, Stream& random, size_t& wrong) const {
    Episode out;
    size_t contributions = 0;
    for (size_t k = 0; k < steps_; ++k) {
      Turn turn;
      turn.state = static_cast<int>(k);
      turn.action = policy.sample(k, random);
      turn.kind = StepKind::reason;
      const double chance = turn.action == kDerive ? derive_ : turn.action == kGuess ? guess_ : 0.0;
      const bool contributes = random.chance(chance);
      const bool is_wrong = turn.action == kGuess || (turn.action == kDerive && !contributes);
      contributions += contributes;
      wrong += is_wrong;
      for (size_t j = 0; j < judges_.size(); ++j) {
        turn.values.push_back(random.chance(is_wrong ? 1 - miss_ : false_alarm_) ? 1.0 : 0.0);
      }
      out.turns.push_back(turn);
    }
    out.values = {contributions >= needed_ ? 1.0 : 0.0};
    return out;
  }

  std::vector<std::string> judges_;
  size_t steps_, needed_, evaluations_;
  double derive_, guess_, false_alarm_, miss_;
  TrainingPlan plan_;
};

}  // namespace

void register_shortcut_steps(SimulationRegistry& registry) {
  registry.add(
      {.name = "shortcut_steps",
       .summary = "steps that can be derived, guessed or skipped, and a noisy judge of wrong ones",
       .paper = "2508.02298",
       .params = {texts_param("judges", Json{"judge_1", "judge_2", "judge_3", "judge_4"},
                              "step channels of the judges"),
                  integer_param("steps", 4, "steps of an episode", 1, 100),
                  integer_param("needed", 3, "contributions that a right outcome needs", 1, 100),
                  number_param("derive", 0.75, "probability that a derived step contributes", 0, 1),
                  number_param("guess", 0.85, "probability that a guessed step contributes", 0, 1),
                  number_param("false_alarm", 0.1, "probability that a right step is called wrong", 0, 1),
                  number_param("miss", 0.1, "probability that a wrong step is called right", 0, 1),
                  integer_param("updates", 600, "updates of the policy", 1, 100000),
                  integer_param("group", 16, "episodes per update", 2, 4096),
                  number_param("rate", 0.3, "learning rate", 0, 100),
                  integer_param("evaluations", 1000, "episodes of the final policy", 1, 1000000)},
       .reads = {"token.advantage"},
       .writes = {"rollout.outcome", "step.{judges}"}},
      [](const Params& params) { return std::make_unique<ShortcutSteps>(params); });
}

}  // namespace gradus
