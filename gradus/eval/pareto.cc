#include "gradus/eval/pareto.h"

#include <algorithm>

#include "gradus/eval/curves.h"
#include "gradus/eval/pairing.h"

namespace gradus {

namespace {

double orientation(const MetricSpec& metric) {
  return metric.higher_is_better ? 1.0 : -1.0;
}

std::optional<ParetoPoint> arm_point(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                                     const std::string& arm) {
  const Pairing x = single_arm(table, {arm, update}, table.metric_index(plan.constraint));
  const Pairing y = single_arm(table, {arm, update}, table.metric_index(plan.primary));
  if (x.differences.empty() || y.differences.empty()) return std::nullopt;
  return ParetoPoint{.arm = arm,
                     .x = sample_mean(x.differences),
                     .y = sample_mean(y.differences),
                     .x_interval = interval_of(x, plan),
                     .y_interval = interval_of(y, plan)};
}

// The effect of arm - other in both directions of reading: first that of `arm`, then that of `other`.
struct BothWays {
  AxisEffect forward, backward;
};

std::optional<BothWays> axis_effects(const EvalTable& table, const AnalysisPlan& plan, const ArmPair& pair,
                                     const std::string& metric, double margin) {
  const Pairing pairing = pair_arms(table, pair, table.metric_index(metric), Condition::all);
  const std::optional<Effect> effect = effect_of(pairing.study, plan.looks);
  if (!effect) return std::nullopt;
  const AxisEffect up{effect->low, effect->lower_bound, margin};
  const AxisEffect down{-effect->high, -effect->upper_bound, margin};
  return table.metric(metric).higher_is_better ? BothWays{up, down} : BothWays{down, up};
}

// Which of the points some other arm dominates.
std::vector<bool> dominated_points(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                                   const std::vector<ParetoPoint>& points) {
  const MetricSpec& x = table.metric(plan.constraint);
  const MetricSpec& y = table.metric(plan.primary);
  const double y_margin = plan.margin * (y.high - y.low) / (x.high - x.low);
  std::vector<bool> dominated(points.size(), false);
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t j = i + 1; j < points.size(); ++j) {
      const ArmPair pair{{points[i].arm, update}, {points[j].arm, update}};
      const auto on_x = axis_effects(table, plan, pair, plan.constraint, plan.margin);
      const auto on_y = axis_effects(table, plan, pair, plan.primary, y_margin);
      if (!on_x || !on_y) continue;  // one seed shows nothing
      if (dominates(on_x->forward, on_y->forward)) dominated[j] = true;
      if (dominates(on_x->backward, on_y->backward)) dominated[i] = true;
    }
  }
  return dominated;
}

void add_volume(ParetoPlane& plane, double x_sign, double y_sign) {
  if (plane.points.empty()) return;
  PlanePoint worst{x_sign * plane.points[0].x, y_sign * plane.points[0].y};
  std::vector<PlanePoint> front;
  for (const ParetoPoint& point : plane.points) {
    const PlanePoint up{x_sign * point.x, y_sign * point.y};
    worst = {std::min(worst.x, up.x), std::min(worst.y, up.y)};
    if (point.on_front) front.push_back(up);
  }
  plane.hypervolume = hypervolume(front, worst);
  plane.reference_x = x_sign * worst.x;
  plane.reference_y = y_sign * worst.y;
}

}  // namespace

bool dominates(const AxisEffect& x, const AxisEffect& y) {
  const bool nowhere_worse = x.lower_bound > -x.margin && y.lower_bound > -y.margin;
  return nowhere_worse && (x.low > 0 || y.low > 0);
}

double hypervolume(std::vector<PlanePoint> points, PlanePoint reference) {
  std::sort(points.begin(), points.end(),
            [](const PlanePoint& a, const PlanePoint& b) { return a.x != b.x ? a.x > b.x : a.y > b.y; });
  double area = 0, height = reference.y;
  for (const PlanePoint& point : points) {
    if (point.y <= height || point.x <= reference.x) continue;
    area += (point.x - reference.x) * (point.y - height);
    height = point.y;
  }
  return area;
}

ParetoPlane pareto_plane(const EvalTable& table, const AnalysisPlan& plan, int64_t update) {
  ParetoPlane plane;
  for (const ArmPlan& arm : plan.arms) {
    if (auto point = arm_point(table, plan, update, arm.id)) plane.points.push_back(std::move(*point));
  }
  const std::vector<bool> dominated = dominated_points(table, plan, update, plane.points);
  for (size_t i = 0; i < plane.points.size(); ++i) plane.points[i].on_front = !dominated[i];
  const size_t x = table.metric_index(plan.constraint);
  const size_t y = table.metric_index(plan.primary);
  const auto base_x = base_value(table, plan, x), base_y = base_value(table, plan, y);
  if (base_x && base_y) {
    plane.points.push_back({kBaseArm, base_x->mean, base_y->mean, base_x->interval, base_y->interval, false});
  }
  add_volume(plane, orientation(table.metrics()[x]), orientation(table.metrics()[y]));
  return plane;
}

}  // namespace gradus
