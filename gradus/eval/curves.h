// Metrics against training cost, and how much sooner an arm gets to the place where the baseline ends.
//
//   std::vector<Curve> curves = learning_curves(table, plan);
//   auto sooner = time_to_quality(curve_of(curves, "outcome", id), curve_of(curves, "process", id), true);
//   if (sooner) sooner->factor;      // "same place, 5 times sooner"
//
// A point's interval is the t interval over seeds; that of the base policy (update 0) is a bootstrap over
// tasks.
#pragma once

#include "gradus/eval/bootstrap.h"
#include "gradus/eval/plan.h"
#include "gradus/eval/table.h"

namespace gradus {

struct CurvePoint {
  int64_t update = 0;
  std::optional<TrainingCost> cost;  // mean over seeds
  double mean = 0;
  std::optional<Interval> interval;
  std::vector<double> seeds;  // one mean per seed, by ascending seed
};

struct Curve {
  std::string arm, metric;
  std::vector<CurvePoint> points;  // by ascending update; updates with no value are left out
};

// Arms in the order of the plan, metrics in the order of the table.
std::vector<Curve> learning_curves(const EvalTable& table, const AnalysisPlan& plan);

const Curve& curve_of(const std::vector<Curve>& curves, const std::string& arm, const std::string& metric);

// Mean of a metric of the base policy over tasks; none where it was not measured.
struct BaseValue {
  double mean = 0;
  std::optional<Interval> interval;
};
std::optional<BaseValue> base_value(const EvalTable& table, const AnalysisPlan& plan, size_t metric);

struct Sooner {
  int64_t arm_update = 0, baseline_update = 0;
  double factor = 0;  // baseline_update / arm_update
};

// The first checkpoints at which the arm and the baseline reach the baseline's final value. None where the
// arm never does, is not sooner, or where the policy before training is there already.
std::optional<Sooner> time_to_quality(const Curve& baseline, const Curve& arm, bool higher_is_better);

}  // namespace gradus
