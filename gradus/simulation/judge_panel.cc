#include "gradus/simulation/judge_panel.h"

#include <algorithm>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

struct PanelSolution {
  Episode episode;          // the judges' labels, then the selected one's
  std::vector<bool> wrong;  // the truth, by step
};

class JudgePanel : public Simulation {
 public:
  explicit JudgePanel(const Params& params)
      : judges_(params.texts("judges")),
        solutions_(static_cast<size_t>(params.integer("solutions"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        wrong_(params.number("wrong")),
        false_alarm_(params.number("false_alarm")),
        miss_(params.number("miss")),
        verdict_(params.number("verdict")),
        spread_(params.number("spread")),
        shared_(params.number("shared")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<bool> truth;
    std::vector<Episode> episodes;
    for (size_t i = 0; i < solutions_; ++i) {
      PanelSolution solution = judged(random.child("solution").child(i));
      truth.insert(truth.end(), solution.wrong.begin(), solution.wrong.end());
      episodes.push_back(std::move(solution.episode));
    }
    Channels channels{.rollout = {}, .step = judges_};
    channels.step.push_back("selected");
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, channels);
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Column& label = batch.column("step.label");
      double hits = 0, found = 0, real = 0;
      for (size_t s = 0; s < truth.size(); ++s) {
        const bool said = label.valid(s) && label[s] > 0.5;
        hits += said && truth[s];
        found += said;
        real += truth[s];
      }
      out[arm.id + ".precision"] = found > 0 ? hits / found : 0;
      out[arm.id + ".recall"] = real > 0 ? hits / real : 0;
      out[arm.id + ".f1"] = found + real > 0 ? 2 * hits / (found + real) : 0;
    }
    return out;
  }

 private:
  PanelSolution judged(Stream random) const {
    Stream alike = random.child("shared"), skills = random.child("skill");
    PanelSolution out;
    std::vector<double> worse;  // by judge
    for (size_t j = 0; j < judges_.size(); ++j) worse.push_back(spread_ * (2 * skills.uniform() - 1));
    for (size_t k = 0; k < steps_; ++k) {
      out.wrong.push_back(random.chance(wrong_));
      const double error = out.wrong[k] ? miss_ : false_alarm_;
      const bool all_alike = alike.chance(shared_), all_err = alike.chance(error);
      Turn turn;
      turn.kind = StepKind::reason;
      for (size_t j = 0; j < judges_.size(); ++j) {
        const bool errs = random.chance(std::clamp(error + worse[j], 0.0, 1.0));
        turn.values.push_back((all_alike ? all_err : errs) != out.wrong[k] ? 1.0 : 0.0);
      }
      out.episode.turns.push_back(turn);
    }
    const bool flawed = std::any_of(out.wrong.begin(), out.wrong.end(), [](bool wrong) { return wrong; });
    std::vector<bool> says_flawed;
    for (size_t j = 0; j < judges_.size(); ++j) {
      says_flawed.push_back(random.chance(std::clamp(verdict_ - worse[j], 0.0, 1.0)) == flawed);
    }
    const auto votes = static_cast<size_t>(std::count(says_flawed.begin(), says_flawed.end(), true));
    const bool consensus = 2 * votes >= judges_.size();
    const auto chosen = std::find(says_flawed.begin(), says_flawed.end(), consensus) - says_flawed.begin();
    for (Turn& turn : out.episode.turns) turn.values.push_back(turn.values[static_cast<size_t>(chosen)]);
    return out;
  }

  std::vector<std::string> judges_;
  size_t solutions_, steps_;
  double wrong_, false_alarm_, miss_, verdict_, spread_, shared_;
};

}  // namespace

void register_judge_panel(SimulationRegistry& registry) {
  registry.add(
      {.name = "judge_panel",
       .summary = "known wrong steps and several noisy judgements: what a voting rule is worth",
       .paper = "2508.02298, 2512.03244",
       .params = {texts_param("judges", Json{"judge_1", "judge_2", "judge_3", "judge_4"},
                              "step channels of the judges"),
                  integer_param("solutions", 1000, "solutions per seed", 1, 1000000),
                  integer_param("steps", 8, "steps of a solution", 1, 1000),
                  number_param("wrong", 0.2, "probability that a step is wrong", 0, 1),
                  number_param("false_alarm", 0.1, "probability that a right step is called wrong", 0, 1),
                  number_param("miss", 0.1, "probability that a wrong step is called right", 0, 1),
                  number_param("verdict", 0.7, "accuracy of a judge's verdict on the whole", 0, 1),
                  number_param("spread", 0.0, "how much better or worse a judgement is", 0, 1),
                  number_param("shared", 0.0, "share of steps that all judges see alike", 0, 1)},
       .reads = {"step.label"},
       .writes = {"step.{judges}", "step.selected"}},
      [](const Params& params) { return std::make_unique<JudgePanel>(params); });
}

}  // namespace gradus
