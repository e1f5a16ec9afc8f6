#include "gradus/simulation/filler_corridor.h"

#include <algorithm>

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Action : size_t { kSolve, kFiller, kWrong, kAnswer, kActions };

constexpr double kNoise = 0.1;

class FillerCorridor : public Simulation {
 public:
  explicit FillerCorridor(const Params& params)
      : positions_(static_cast<size_t>(params.integer("positions"))),
        evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = 1,
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Numbers out;
    const Play play = [&](const TabularPolicy& policy, int64_t, Stream stream) {
      return episode(policy, stream);
    };
    for (const Arm& arm : arms) {
      TabularPolicy policy(positions_ - 1, kActions);  // the last position decides nothing
      train(policy, play, {.rollout = {"outcome"}, .step = {"prm"}}, arm.pipeline, plan_, random);
      evaluate(policy, random.child("evaluation"), arm.id + ".", out);
    }
    return out;
  }

 private:
  Episode episode(const TabularPolicy& policy, Stream& random) const {
    Episode out;
    size_t solves = 0;
    bool wrong = false, correct = false;
    for (size_t position = 0; position < positions_; ++position) {
      const bool last = position + 1 == positions_;
      const size_t action = last ? size_t{kAnswer} : policy.sample(position, random);
      solves += action == kSolve;
      wrong = wrong || action == kWrong;
      correct = solves >= 2 && !wrong;
      const double score = action == kSolve    ? 0.6
                           : action == kFiller ? 0.9
                           : action == kWrong  ? -0.8
                           : correct           ? 0.8
                                               : -0.9;
      out.turns.push_back({.state = last ? kNoDecision : static_cast<int>(position),
                           .action = action,
                           .values = {std::clamp(score + kNoise * random.normal(), -1.0, 1.0)},
                           .kind = action == kAnswer ? StepKind::answer : StepKind::reason,
                           .text = ""});
      if (action == kAnswer) break;
    }
    out.values = {correct ? 1.0 : 0.0};
    return out;
  }

  void evaluate(const TabularPolicy& policy, const Stream& random, const std::string& arm,
                Numbers& out) const {
    double correct = 0, filler = 0, steps = 0;
    for (size_t i = 0; i < evaluations_; ++i) {
      Stream stream = random.child(i);
      const Episode one = episode(policy, stream);
      correct += one.values[0];
      steps += static_cast<double>(one.turns.size());
      for (const Turn& turn : one.turns) filler += turn.action == kFiller;
    }
    out[arm + "accuracy"] = correct / static_cast<double>(evaluations_);
    out[arm + "filler_share"] = filler / steps;
    out[arm + "steps"] = steps / static_cast<double>(evaluations_);
  }

  size_t positions_, evaluations_;
  TrainingPlan plan_;
};

}  // namespace

void register_filler_corridor(SimulationRegistry& registry) {
  registry.add({.name = "filler_corridor",
                .summary = "a corridor where a step that does nothing looks best to the process reward model",
                .paper = "2504.15275",
                .params = {integer_param("positions", 6, "length of the corridor", 3, 100),
                           integer_param("updates", 400, "updates of the policy", 1, 100000),
                           integer_param("group", 8, "episodes per update", 2, 4096),
                           number_param("rate", 0.3, "learning rate", 0, 100),
                           integer_param("evaluations", 300, "episodes of the final policy", 1, 1000000)},
                .reads = {"token.advantage"},
                .writes = {"rollout.outcome", "step.prm"}},
               [](const Params& params) { return std::make_unique<FillerCorridor>(params); });
}

}  // namespace gradus
