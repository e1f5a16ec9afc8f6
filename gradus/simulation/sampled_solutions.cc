#include "gradus/simulation/sampled_solutions.h"

#include <cmath>

#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

class SampledSolutions : public Simulation {
 public:
  explicit SampledSolutions(const Params& params)
      : problems_(static_cast<size_t>(params.integer("problems"))),
        samples_(static_cast<size_t>(params.integer("samples"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        wrong_answers_(static_cast<uint64_t>(params.integer("wrong_answers"))),
        step_accuracy_(params.number("step_accuracy")),
        gap_(params.number("gap")),
        noise_(params.number("noise")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<Episode> episodes;
    for (size_t p = 0; p < problems_; ++p) {
      for (size_t s = 0; s < samples_; ++s) {
        episodes.push_back(solution(static_cast<int64_t>(p), random.child(p).child(s)));
      }
    }
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {"answer"}, .step = {"prm"}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const Column& chosen = batch.column("rollout.chosen");
      double right = 0;
      for (size_t r = 0; r < episodes.size(); ++r) {
        right += chosen.valid(r) && chosen[r] == 1 && episodes[r].values[0] == 0;
      }
      out[arm.id + ".accuracy"] = right / static_cast<double>(problems_);
    }
    return out;
  }

 private:
  Episode solution(int64_t problem, Stream random) const {
    Episode out{.group = problem};
    bool right = true;
    for (size_t k = 0; k < steps_; ++k) {
      right = right && random.chance(step_accuracy_);
      const double logit = (right ? gap_ : -gap_) / 2 + noise_ * random.normal();
      out.turns.push_back({.values = {1 / (1 + std::exp(-logit))}, .kind = StepKind::reason});
    }
    out.values = {right ? 0.0 : static_cast<double>(1 + random.below(wrong_answers_))};
    return out;
  }

  size_t problems_, samples_, steps_;
  uint64_t wrong_answers_;
  double step_accuracy_, gap_, noise_;
};

}  // namespace

void register_sampled_solutions(SimulationRegistry& registry) {
  registry.add(
      {.name = "sampled_solutions",
       .summary = "n solutions per problem with noisy step scores: what a rule of choice is worth",
       .paper = "2203.11171, 2305.20050",
       .params = {integer_param("problems", 1000, "problems per seed", 1, 1000000),
                  integer_param("samples", 16, "solutions of a problem", 1, 1024),
                  integer_param("steps", 6, "steps of a solution", 1, 100),
                  integer_param("wrong_answers", 6, "how many wrong answers there are", 1, 1000000),
                  number_param("step_accuracy", 0.85, "probability that the next step is right", 0, 1),
                  number_param("gap", 4.0, "logits between right and wrong", 0, 100),
                  number_param("noise", 2.0, "standard deviation of the logits", 0, 100)},
       .reads = {"rollout.chosen"},
       .writes = {"step.prm", "rollout.answer"}},
      [](const Params& params) { return std::make_unique<SampledSolutions>(params); });
}

}  // namespace gradus
