// Metrics against training cost, and how much sooner an arm gets to the place where the baseline ends.
//
//   std::vector<Curve> curves = learning_curves(table, plan);
//   auto sooner = time_to_quality(curve_of(curves, "outcome", id), curve_of(curves, "process", id), true);
//   if (sooner) sooner->factor;      // "same place, 5 times sooner"
#pragma once

#include "gradus/eval/pairing.h"

namespace gradus {

struct CurvePoint {
  int64_t update = 0;
  std::optional<TrainingCost> cost;  // mean over seeds
  double mean = 0;
  std::optional<Interval> interval;  // 95 %, of the mean
  std::vector<double> seeds;         // one mean per seed, by ascending seed
};

struct Curve {
  std::string arm, metric;
  std::vector<CurvePoint> points;  // by ascending update; updates with no value are left out
  std::optional<Interval> rise;    // from the base policy to the end, in the metric's good direction
};

// Arms in the order of the plan, metrics in the order of the table.
std::vector<Curve> learning_curves(const EvalTable& table, const AnalysisPlan& plan);

const Curve& curve_of(const std::vector<Curve>& curves, const std::string& arm, const std::string& metric);

// Mean of a metric of the base policy over seeds; none where it was not measured.
struct BaseValue {
  double mean = 0;
  std::optional<Interval> interval;
};
std::optional<BaseValue> base_value(const EvalTable& table, const AnalysisPlan& plan, size_t metric);

struct Sooner {
  int64_t arm_update = 0, baseline_update = 0;
  double factor = 0;  // baseline_update / arm_update
};

// How far training moved an arm in the metric's good direction between two updates (0: the base policy),
// paired by seed; none for fewer than two base policies.
std::optional<Interval> rise(const EvalTable& table, const AnalysisPlan& plan, const std::string& arm,
                             int64_t from, int64_t to, size_t metric);

// The first checkpoints at which the arm and the baseline reach the baseline's final value. None where the
// baseline itself did not rise beyond its interval (then there is no place to be at sooner), where the arm
// never gets there or is not sooner, or where the policy before training is there already.
std::optional<Sooner> time_to_quality(const Curve& baseline, const Curve& arm, bool higher_is_better);

}  // namespace gradus
