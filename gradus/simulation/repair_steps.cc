#include "gradus/simulation/repair_steps.h"

#include "gradus/simulation/training.h"

namespace gradus {

namespace {

enum Action : size_t { kFix, kNothing, kSuppress, kDelete, kPreview, kActions };

constexpr double kEditSure = 0.9;

struct Program {
  size_t diagnostics = 0, suppressions = 0;
  bool safe = false;
};

class RepairSteps : public Simulation {
 public:
  explicit RepairSteps(const Params& params)
      : faults_(static_cast<size_t>(params.integer("faults"))),
        callers_(static_cast<size_t>(params.integer("callers"))),
        limit_(static_cast<size_t>(params.integer("limit"))),
        evaluations_(static_cast<size_t>(params.integer("evaluations"))),
        skill_(params.number("skill")),
        plan_{.updates = static_cast<int>(params.integer("updates")),
              .groups = 1,
              .samples = static_cast<int>(params.integer("group")),
              .rate = params.number("rate")} {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    const Play play = [&](const TabularPolicy& policy, int64_t, Stream stream) {
      return episode(policy, stream);
    };
    const Channels channels{.rollout = {"before"},
                            .step = {"diagnostics", "safe", "confidence", "suppressions", "open"}};
    Numbers out;
    for (const Arm& arm : arms) {
      TabularPolicy policy(2 * (most() + 1), kActions);
      train(policy, play, channels, arm.pipeline, plan_, random);
      evaluate(policy, arm.id, random.child("evaluation"), out);
    }
    return out;
  }

 private:
  size_t most() const { return faults_ + callers_ * limit_; }

  void evaluate(const TabularPolicy& policy, const std::string& arm, const Stream& random,
                Numbers& out) const {
    std::vector<double> taken(kActions, 0.0);
    double steps = 0, left = 0;
    for (size_t i = 0; i < evaluations_; ++i) {
      Stream stream = random.child(i);
      const Episode one = episode(policy, stream);
      for (const Turn& turn : one.turns) taken[turn.action] += 1;
      steps += static_cast<double>(one.turns.size());
      left += one.turns.back().values[0] + one.turns.back().values[3];
    }
    out[arm + ".preview_share"] = taken[kPreview] / steps;
    out[arm + ".suppress_share"] = taken[kSuppress] / steps;
    out[arm + ".delete_share"] = taken[kDelete] / steps;
    out[arm + ".diagnostics"] = left / static_cast<double>(evaluations_);
    out[arm + ".steps"] = steps / static_cast<double>(evaluations_);
  }

  Episode episode(const TabularPolicy& policy, Stream& random) const {
    Program program{.diagnostics = faults_};
    Episode out;
    while (program.diagnostics > 0 && out.turns.size() < limit_) {
      const size_t state = 2 * program.diagnostics + (program.safe ? 1 : 0);
      Turn turn;
      turn.state = static_cast<int>(state);
      turn.action = policy.sample(state, random);
      act(turn.action, program, random);
      const bool edits = turn.action != kNothing;
      const bool sure = turn.action == kNothing || turn.action == kPreview;
      turn.values = {static_cast<double>(program.diagnostics),
                     edits ? static_cast<double>(program.safe) : kMissing, sure ? 1.0 : kEditSure,
                     static_cast<double>(program.suppressions), static_cast<double>(state)};
      out.turns.push_back(turn);
    }
    out.values = {static_cast<double>(faults_)};
    return out;
  }

  void act(size_t action, Program& program, Stream& random) const {
    if (action == kNothing) return;
    program.safe = action != kFix || random.chance(skill_);
    if (action == kFix && program.safe) --program.diagnostics;
    if (action == kDelete) program.diagnostics += callers_ - 1;
    if (action != kSuppress) return;
    --program.diagnostics;
    ++program.suppressions;
  }

  size_t faults_, callers_, limit_, evaluations_;
  double skill_;
  TrainingPlan plan_;
};

}  // namespace

void register_repair_steps(SimulationRegistry& registry) {
  registry.add({.name = "repair_steps",
                .summary = "repairing undefined names, paid by a language server's facts about every step",
                .paper = "Lanser-CLI, section on process rewards",
                .params = {integer_param("faults", 3, "undefined names", 1, 100),
                           integer_param("callers", 2, "calls of deleted code", 1, 10),
                           integer_param("limit", 20, "steps of an episode at most", 2, 1000),
                           number_param("skill", 0.8, "probability that a fix is one", 0, 1),
                           integer_param("updates", 400, "updates of the policy", 1, 100000),
                           integer_param("group", 16, "episodes per update", 2, 4096),
                           number_param("rate", 0.3, "learning rate", 0, 100),
                           integer_param("evaluations", 500, "episodes of the final policy", 1, 1000000)},
                .reads = {"token.advantage"},
                .writes = {"step.diagnostics", "step.safe", "step.confidence", "step.suppressions",
                           "step.open", "rollout.before"}},
               [](const Params& params) { return std::make_unique<RepairSteps>(params); });
}

}  // namespace gradus
