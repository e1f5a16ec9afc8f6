#include "gradus/simulation/labelled_traces.h"

#include "gradus/eval/benchmarks/prmbench.h"
#include "gradus/eval/benchmarks/processbench.h"
#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

class LabelledTraces : public Simulation {
 public:
  explicit LabelledTraces(const Params& params)
      : traces_(static_cast<size_t>(params.integer("traces"))),
        steps_(static_cast<size_t>(params.integer("steps"))),
        wrong_(params.number("wrong")),
        carried_(params.number("carried")),
        flip_(params.number("flip")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    std::vector<Episode> episodes;
    for (size_t t = 0; t < traces_; ++t) episodes.push_back(trace(t, random.child("trace").child(t)));
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {}, .step = {"truth", "noisy", "always", "never"}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      measure(batch, arm.id + ".", out);
    }
    return out;
  }

 private:
  Episode trace(size_t index, Stream random) const {
    Episode out{.group = static_cast<int64_t>(index)};
    const bool flawed = random.chance(wrong_);
    const size_t first = flawed ? random.below(steps_) : steps_;
    for (size_t k = 0; k < steps_; ++k) {
      const bool error = k == first || (k > first && random.chance(carried_));
      const double truth = error ? 0.0 : 1.0;
      const double noisy = random.chance(flip_) ? 1.0 - truth : truth;
      Turn turn;
      turn.kind = StepKind::reason;
      turn.values = {truth, noisy, 1.0, 0.0};
      out.turns.push_back(turn);
    }
    return out;
  }

  static void measure(const RolloutBatch& batch, const std::string& prefix, Numbers& out) {
    const Column& truth = batch.column("step.truth");
    const Column& score = batch.column("step.prm");
    ErrorAccuracy located;
    PrmbenchCounts counts;
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      std::vector<double> scores, truths;
      std::vector<int64_t> errors;
      std::vector<uint8_t> called;
      for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
        scores.push_back(score[s]);
        truths.push_back(truth[s]);
        called.push_back(score[s] > kValidityThreshold);
        if (truth[s] == 0) errors.push_back(static_cast<int64_t>(called.size()));
      }
      located.add(first_below(truths, kValidityOfAStep), first_below(scores, kValidityOfAStep));
      counts += count_labels(errors, called);
    }
    out[prefix + "f1"] = located.strict_f1().value_or(0);
    out[prefix + "error_accuracy"] = located.error().value_or(0);
    out[prefix + "correct_accuracy"] = located.correct().value_or(0);
    out[prefix + "prm_score"] =
        mean_of(counts.steps.f1().value_or(0), counts.steps.negative_f1().value_or(0)).value();
    out[prefix + "negative_f1"] = counts.steps.negative_f1().value_or(0);
    out[prefix + "wrong_share"] =
        share_of(counts.steps.tn + counts.steps.fp, counts.steps.total()).value_or(0);
  }

  size_t traces_, steps_;
  double wrong_, carried_, flip_;
};

}  // namespace

void register_labelled_traces(SimulationRegistry& registry) {
  registry.add({.name = "labelled_traces",
                .summary = "solutions with known wrong steps, judged by scorers of known error",
                .paper = "2412.06559",
                .params = {integer_param("traces", 1000, "solutions per seed", 1, 1000000),
                           integer_param("steps", 8, "of a solution", 1, 1000),
                           number_param("wrong", 0.5, "probability of a solution with an error", 0, 1),
                           number_param("carried", 0.5, "probability that a step behind it is wrong", 0, 1),
                           number_param("flip", 0.05, "probability that the noisy scorer is wrong", 0, 1)},
                .reads = {"step.prm"},
                .writes = {"step.truth", "step.noisy", "step.always", "step.never"}},
               [](const Params& params) { return std::make_unique<LabelledTraces>(params); });
}

}  // namespace gradus
