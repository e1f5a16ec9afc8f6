// shape.schedule: weigh a channel by how far the training has come.
//
//   r' = scale(u) * r,     u = updates of the policy so far
//
//   form = "linear"   scale runs straight from point to point, first and last value outside them
//   form = "stage"    scale[i] from at[i] on, scale[0] before
//
// A smooth rescaling beats an abrupt change (ToolRL, arXiv 2504.13958): correctness weighs 2/3 at the start
// and 1 from update 150 on.
//
//   [[operator]]
//   name = "shape.schedule"
//   channel = "correctness"
//   level = "rollout"
//   at = [0, 150]
//   scale = [0.6667, 1.0]
#pragma once

#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

class Schedule {
 public:
  // `at` rises strictly and is as long as `scale`, at least 1; throws Error::input where it is not so.
  Schedule(std::vector<double> at, std::vector<double> scale, bool stages);
  double operator()(double updates) const;

 private:
  std::vector<double> at_, scale_;
  bool stages_;
};

void register_schedule(OperatorRegistry& registry);

}  // namespace gradus
