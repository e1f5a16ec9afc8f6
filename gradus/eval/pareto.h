// Arms in the plane outcome x held-out process quality.
//
//   X dominates Y iff X is non-inferior on both axes (one-sided 95 % bound above -margin) and the lower end
//   of the 95 % interval of X - Y is above 0 on at least one.
//
//   ParetoPlane plane = pareto_plane(table, plan, update);
//   plane.points[0].on_front;  plane.hypervolume;  plane.reference_x;
//
// Hypervolume: area between the front and the reference point, the worst value seen on each axis (base policy
// included). The margin of the y axis is the plan's margin scaled by the ratio of the two metrics' ranges.
#pragma once

#include "gradus/eval/plan.h"
#include "gradus/eval/table.h"

namespace gradus {

struct ParetoPoint {
  std::string arm;
  double x = 0, y = 0;  // in the metrics' own units
  std::optional<Interval> x_interval, y_interval;
  bool on_front = false;
};

struct ParetoPlane {
  std::vector<ParetoPoint> points;  // arms in the plan's order, then the base policy (never on the front)
  std::optional<double> hypervolume;
  std::optional<double> reference_x, reference_y;
};

// The effect of X - Y on one axis, oriented so that up is good.
struct AxisEffect {
  double low = 0;          // of the two-sided 95 % interval
  double lower_bound = 0;  // one-sided 95 %
  double margin = 0;
};

bool dominates(const AxisEffect& x, const AxisEffect& y);

struct PlanePoint {
  double x = 0, y = 0;
};

// Area dominated by the points (up is good) above the reference.
double hypervolume(std::vector<PlanePoint> points, PlanePoint reference);

ParetoPlane pareto_plane(const EvalTable& table, const AnalysisPlan& plan, int64_t update);

}  // namespace gradus
