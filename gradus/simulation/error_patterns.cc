#include "gradus/simulation/error_patterns.h"

#include <array>
#include <cmath>

#include "gradus/base/logistic.h"
#include "gradus/eval/benchmarks/prmbench.h"
#include "gradus/simulation/episode.h"

namespace gradus {

namespace {

constexpr size_t kStepsOfASolution = 10;
constexpr int kRounds = 200;
constexpr double kRate = 0.5;  // of plain gradient descent on the mean loss

enum Pattern : size_t { sound, deduction, decomposition };

struct Step {
  Pattern pattern = sound;
  std::vector<double> x;
};

class Scorer {
 public:
  explicit Scorer(size_t features) : weights_(features) {}

  double operator()(const std::vector<double>& x) const {
    double sum = bias_;
    for (size_t i = 0; i < x.size(); ++i) sum += weights_[i] * x[i];
    return sigmoid(sum);
  }

  void fit(const std::vector<Step>& steps) {
    const double rate = kRate / static_cast<double>(steps.size());
    for (int round = 0; round < kRounds; ++round) {
      std::vector<double> slope(weights_.size());
      double bias_slope = 0;
      for (const Step& step : steps) {
        const double miss = (*this)(step.x) - (step.pattern == sound ? 1.0 : 0.0);
        for (size_t i = 0; i < slope.size(); ++i) slope[i] += miss * step.x[i];
        bias_slope += miss;
      }
      for (size_t i = 0; i < slope.size(); ++i) weights_[i] -= rate * slope[i];
      bias_ -= rate * bias_slope;
    }
  }

 private:
  std::vector<double> weights_;
  double bias_ = 0;
};

class ErrorPatterns : public Simulation {
 public:
  explicit ErrorPatterns(const Params& params)
      : features_(static_cast<size_t>(params.integer("features"))),
        train_(static_cast<size_t>(params.integer("train"))),
        test_(static_cast<size_t>(params.integer("test"))),
        shift_(params.number("shift")),
        overlap_(params.number("overlap")),
        wrong_(params.number("wrong")) {}

  Numbers draw(const std::vector<Arm>& arms, const Stream& random) const override {
    Scorer narrow(features_), wide(features_);
    narrow.fit(steps(train_, 0.5, {deduction, deduction}, random.child("train")));
    wide.fit(steps(train_, 0.5, {deduction, decomposition}, random.child("train")));
    const std::vector<Step> tested = steps(test_, wrong_, {deduction, decomposition}, random.child("test"));
    std::vector<Episode> episodes;
    for (size_t i = 0; i < tested.size(); ++i) {
      if (i % kStepsOfASolution == 0) episodes.push_back({.group = static_cast<int64_t>(episodes.size())});
      Turn turn;
      turn.kind = StepKind::reason;
      turn.values = {narrow(tested[i].x), wide(tested[i].x)};
      episodes.back().turns.push_back(turn);
    }
    Numbers out;
    for (const Arm& arm : arms) {
      RolloutBatch batch = batch_of(episodes, {.rollout = {}, .step = {"deduction_only", "both"}});
      arm.pipeline.apply(batch, {.random = random.child("operators")});
      const double first = negative_f1(batch.column("step.prm"), tested, deduction);
      const double second = negative_f1(batch.column("step.prm"), tested, decomposition);
      out[arm.id + ".deduction"] = first;
      out[arm.id + ".decomposition"] = second;
      out[arm.id + ".gap"] = first - second;
    }
    return out;
  }

 private:
  std::vector<Step> steps(size_t count, double wrong, std::array<Pattern, 2> patterns,
                          const Stream& random) const {
    std::vector<Step> out;
    for (size_t i = 0; i < count; ++i) {
      Stream stream = random.child(i);
      Step step;
      if (stream.chance(wrong)) step.pattern = patterns[stream.below(2)];
      for (size_t k = 0; k < features_; ++k) step.x.push_back(stream.normal());
      if (step.pattern == deduction) step.x[0] += shift_;
      if (step.pattern == decomposition) {
        step.x[0] += shift_ * overlap_;
        step.x[1] += shift_ * std::sqrt(1 - overlap_ * overlap_);
      }
      out.push_back(std::move(step));
    }
    return out;
  }

  // In percent, over the right steps and the wrong ones of this pattern.
  static double negative_f1(const Column& scores, const std::vector<Step>& steps, Pattern pattern) {
    Confusion counts;
    for (size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].pattern != sound && steps[i].pattern != pattern) continue;
      counts.add(steps[i].pattern == sound, scores[i] > kValidityThreshold);
    }
    return 100 * counts.negative_f1().value_or(0);
  }

  size_t features_, train_, test_;
  double shift_, overlap_, wrong_;
};

}  // namespace

void register_error_patterns(SimulationRegistry& registry) {
  registry.add(
      {.name = "error_patterns",
       .summary = "step scorers that have seen errors of one reasoning pattern, on another",
       .paper = "2505.23474",
       .params = {integer_param("features", 8, "of a step", 2, 1000),
                  integer_param("train", 2000, "steps that a scorer is fitted on", 10, 1000000),
                  integer_param("test", 5000, "steps that it is tested on", 10, 1000000),
                  number_param("shift", 3.0, "of a wrong step along its direction, in deviations", 0, 100),
                  number_param("overlap", 0.3, "cosine of the two directions", 0, 1),
                  number_param("wrong", 0.3, "share of wrong steps in the test", 0, 1)},
       .reads = {"step.prm"},
       .writes = {"step.deduction_only", "step.both"}},
      [](const Params& params) { return std::make_unique<ErrorPatterns>(params); });
}

}  // namespace gradus
