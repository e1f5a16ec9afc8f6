#include "gradus/eval/curves.h"

namespace gradus {

namespace {

std::optional<CurvePoint> point_of(const EvalTable& table, const AnalysisPlan& plan, const ArmPoint& at,
                                   size_t metric) {
  Pairing values = single_arm(table, at, metric);
  if (values.differences.empty()) return std::nullopt;
  return CurvePoint{.update = at.update,
                    .cost = at.arm == kBaseArm ? TrainingCost{} : table.mean_cost(at.arm, at.update),
                    .mean = sample_mean(values.differences),
                    .interval = interval_of(values, plan),
                    .seeds = std::move(values.differences)};
}

// The first update at which the curve is at least as good as `value`.
std::optional<int64_t> first_reach(const Curve& curve, double value, bool higher_is_better) {
  for (const CurvePoint& point : curve.points) {
    if (higher_is_better ? point.mean >= value : point.mean <= value) return point.update;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Curve> learning_curves(const EvalTable& table, const AnalysisPlan& plan) {
  std::vector<std::optional<CurvePoint>> base;
  for (size_t metric = 0; metric < table.metrics().size(); ++metric) {
    base.push_back(point_of(table, plan, {kBaseArm, 0}, metric));
  }
  std::vector<Curve> curves;
  for (const ArmPlan& arm : plan.arms) {
    const std::vector<int64_t> updates = table.updates(arm.id);
    for (size_t metric = 0; metric < table.metrics().size(); ++metric) {
      Curve curve{.arm = arm.id, .metric = table.metrics()[metric].id};
      if (base[metric]) curve.points.push_back(*base[metric]);
      for (const int64_t update : updates) {
        if (auto point = point_of(table, plan, {arm.id, update}, metric))
          curve.points.push_back(std::move(*point));
      }
      if (!updates.empty()) curve.rise = rise(table, plan, arm.id, 0, updates.back(), metric);
      curves.push_back(std::move(curve));
    }
  }
  return curves;
}

const Curve& curve_of(const std::vector<Curve>& curves, const std::string& arm, const std::string& metric) {
  for (const Curve& curve : curves) {
    if (curve.arm == arm && curve.metric == metric) return curve;
  }
  throw Error::internal("no curve of arm '" + arm + "' for metric '" + metric + "'");
}

std::optional<BaseValue> base_value(const EvalTable& table, const AnalysisPlan& plan, size_t metric) {
  const std::optional<CurvePoint> point = point_of(table, plan, {kBaseArm, 0}, metric);
  if (!point) return std::nullopt;
  return BaseValue{point->mean, point->interval};
}

std::optional<Interval> rise(const EvalTable& table, const AnalysisPlan& plan, const std::string& arm,
                             int64_t from, int64_t to, size_t metric) {
  const ArmPoint start{from == 0 ? kBaseArm : arm, from};
  const Pairing pairing = pair_arms(table, {{arm, to}, start}, metric, Condition::all);
  const std::optional<Interval> interval = interval_of(pairing, plan);
  if (!interval || table.metrics()[metric].higher_is_better) return interval;
  return Interval{-interval->high, -interval->low};
}

std::optional<Sooner> time_to_quality(const Curve& baseline, const Curve& arm, bool higher_is_better) {
  if (baseline.points.empty() || !baseline.rise || baseline.rise->low <= 0) return std::nullopt;
  const double target = baseline.points.back().mean;
  const std::optional<int64_t> by_baseline = first_reach(baseline, target, higher_is_better);
  const std::optional<int64_t> by_arm = first_reach(arm, target, higher_is_better);
  if (!by_baseline || !by_arm || *by_arm == 0 || *by_arm >= *by_baseline) return std::nullopt;
  return Sooner{*by_arm, *by_baseline, static_cast<double>(*by_baseline) / static_cast<double>(*by_arm)};
}

}  // namespace gradus
