#include "gradus/simulation/labelled_errors.h"

#include <algorithm>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

constexpr int kNoError = -1;

class LabelledErrors : public Simulation {
 public:
  explicit LabelledErrors(const Params& params)
      : solutions_(static_cast<size_t>(params.integer("solutions"))),
        steps_(static_cast<int>(params.integer("steps"))),
        completions_(static_cast<int>(params.integer("completions"))),
        wrong_(params.number("wrong")),
        skill_(params.number("skill")),
        repair_(params.number("repair")),
        judge_(params.number("judge")),
        shared_(params.number("shared")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<int> truth;
    std::vector<Episode> episodes;
    for (size_t i = 0; i < solutions_; ++i) {
      Stream own = random.child(i);
      truth.push_back(first_error(own));
      Episode episode{.turns =
                          std::vector<Turn>(static_cast<size_t>(steps_), Turn{.kind = StepKind::reason})};
      const int counted = monte_carlo(truth.back(), own);
      episode.values = {static_cast<double>(counted),
                        static_cast<double>(judged(truth.back(), counted, own))};
      episodes.push_back(std::move(episode));
    }
    const auto wrong_share = [&](size_t channel) {
      double wrong = 0;
      for (size_t i = 0; i < solutions_; ++i) wrong += episodes[i].values[channel] != truth[i];
      return wrong / static_cast<double>(solutions_);
    };
    const double lowest = std::min(wrong_share(0), wrong_share(1));
    Numbers out = {{"monte_carlo.error", wrong_share(0)}, {"judge.error", wrong_share(1)}};
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {"error_monte_carlo", "error_judge"}, .step = {}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Column& kept = batch.column("rollout.kept");
      double count = 0, wrong = 0;
      for (size_t r = 0; r < solutions_; ++r) {
        if (!kept.valid(r)) continue;
        count += 1;
        wrong += episodes[r].values[0] != truth[r];
      }
      out[arm.id + ".kept"] = count / static_cast<double>(solutions_);
      out[arm.id + ".error"] = count > 0 ? wrong / count : 0;
      out[arm.id + ".error_ratio"] = lowest > 0 ? out[arm.id + ".error"] / lowest : 0;
    }
    return out;
  }

 private:
  int first_error(Stream& random) const {
    for (int k = 0; k < steps_; ++k) {
      if (random.chance(wrong_)) return k;
    }
    return kNoError;
  }

  int monte_carlo(int truth, Stream& random) const {
    for (int k = 0; k < steps_; ++k) {
      const bool sound = truth == kNoError || k < truth;
      bool any = false;
      for (int c = 0; c < completions_; ++c) any = random.chance(sound ? skill_ : repair_) || any;
      if (!any) return k;
    }
    return kNoError;
  }

  // Where it errs: what misled the other labeller, or one of the steps or "none", but for the truth.
  int judged(int truth, int monte_carlo, Stream& random) const {
    if (random.chance(judge_)) return truth;
    if (monte_carlo != truth && random.chance(shared_)) return monte_carlo;
    const int other = static_cast<int>(random.below(static_cast<uint64_t>(steps_))) - 1;
    return other < truth ? other : other + 1;
  }

  size_t solutions_;
  int steps_, completions_;
  double wrong_, skill_, repair_, judge_, shared_;
};

}  // namespace

void register_labelled_errors(SimulationRegistry& registry) {
  registry.add({.name = "labelled_errors",
                .summary = "known first errors and two labellers: what agreement of both is worth",
                .paper = "2501.07301",
                .params = {integer_param("solutions", 2000, "solutions per seed", 1, 1000000),
                           integer_param("steps", 6, "steps of a solution", 1, 100),
                           integer_param("completions", 8, "completions behind every step", 1, 1000),
                           number_param("wrong", 0.12, "probability that a step is wrong", 0, 1),
                           number_param("skill", 0.6, "a completion of a sound prefix is right", 0, 1),
                           number_param("repair", 0.2, "a completion repairs a wrong prefix", 0, 1),
                           number_param("judge", 0.85, "the judge names the true first error", 0, 1),
                           number_param("shared", 0.5, "what misled one labeller misleads the other", 0, 1)},
                .reads = {"rollout.kept"},
                .writes = {"rollout.error_monte_carlo", "rollout.error_judge"}},
               [](const Params& params) { return std::make_unique<LabelledErrors>(params); });
}

}  // namespace gradus
