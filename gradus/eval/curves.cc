#include "gradus/eval/curves.h"

#include "gradus/eval/pairing.h"

namespace gradus {

namespace {

std::optional<CurvePoint> trained_point(const EvalTable& table, const std::string& arm, int64_t update,
                                        size_t metric) {
  Pairing values = single_arm(table, arm, update, metric);
  if (values.differences.empty()) return std::nullopt;
  return CurvePoint{.update = update,
                    .cost = table.mean_cost(arm, update),
                    .mean = sample_mean(values.differences),
                    .interval = paired_t_interval(values.differences),
                    .seeds = std::move(values.differences)};
}

std::optional<CurvePoint> base_point(const EvalTable& table, const AnalysisPlan& plan, size_t metric) {
  const std::optional<BaseValue> value = base_value(table, plan, metric);
  if (!value) return std::nullopt;
  return CurvePoint{.update = 0,
                    .cost = TrainingCost{},
                    .mean = value->mean,
                    .interval = value->interval,
                    .seeds = single_arm(table, kBaseArm, 0, metric).differences};
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
    base.push_back(base_point(table, plan, metric));
  }
  std::vector<Curve> curves;
  for (const ArmPlan& arm : plan.arms) {
    const std::vector<int64_t> updates = table.updates(arm.id);
    for (size_t metric = 0; metric < table.metrics().size(); ++metric) {
      Curve curve{.arm = arm.id, .metric = table.metrics()[metric].id};
      if (base[metric]) curve.points.push_back(*base[metric]);
      for (const int64_t update : updates) {
        if (auto point = trained_point(table, arm.id, update, metric))
          curve.points.push_back(std::move(*point));
      }
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
  struct Sum {
    double sum = 0, count = 0;
  };
  std::map<std::string, Sum> by_task;
  for (const auto& [key, entry] : table.slice(kBaseArm, 0)) {
    const std::optional<float>& value = entry.values[metric];
    if (!value) continue;
    Sum& task = by_task[key.task];
    task.sum += *value;
    ++task.count;
  }
  if (by_task.empty()) return std::nullopt;
  std::vector<double> means;
  for (const auto& [task, sum] : by_task) means.push_back(sum.sum / sum.count);
  const Stream stream = Stream(plan.stream_key).child("base").child(table.metrics()[metric].id);
  const auto mean_of = [&](std::span<const size_t> picked) -> std::optional<double> {
    double sum = 0;
    for (const size_t task : picked) sum += means[task];
    return sum / static_cast<double>(picked.size());
  };
  return BaseValue{sample_mean(means), bootstrap_over_tasks(means.size(), plan.draws, stream, mean_of)};
}

std::optional<Sooner> time_to_quality(const Curve& baseline, const Curve& arm, bool higher_is_better) {
  if (baseline.points.empty()) return std::nullopt;
  const double target = baseline.points.back().mean;
  const std::optional<int64_t> by_baseline = first_reach(baseline, target, higher_is_better);
  const std::optional<int64_t> by_arm = first_reach(arm, target, higher_is_better);
  if (!by_baseline || !by_arm || *by_arm == 0 || *by_arm >= *by_baseline) return std::nullopt;
  return Sooner{*by_arm, *by_baseline, static_cast<double>(*by_baseline) / static_cast<double>(*by_arm)};
}

}  // namespace gradus
