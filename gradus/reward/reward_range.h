// From what to what a rule pays, and how that changes while training goes on (ToolRL, arXiv 2504.13958;
// constants of the released verl/utils/reward_score/rlla.py). u: updates done.
//
//   two_stage         format: [low, high], halved from u = 30 on; match: a third before u = 30, whole after
//   smooth            high = 2 + (high - 2) * u / 150, never below 1 (format) or above 3 (match); match: low
//                     likewise, -2 + (low + 2) * u / 150, never below -3. The format keeps its low
//   smooth_released   the same, but a failed format costs 2 first and 1 later: -2 + (2 + low) * u / 150,
//                     never above -1. The paper does not say so, the released code does
//
//   RewardRange range = match_range({-3, 3}, {RangeSchedule::smooth}, 75);   // {-2.5, 2.5}
//   range.at(0.5);                                                           // 0
//
// Schedules are applied in the order given, two_stage first in the released code.
#pragma once

#include <string>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

struct RewardRange {
  double low = 0, high = 1;
  double at(double share) const { return (high - low) * share + low; }
};

enum class RangeSchedule { two_stage, smooth, smooth_released };

RewardRange format_range(RewardRange range, const std::vector<RangeSchedule>& schedules, double update);
RewardRange match_range(RewardRange range, const std::vector<RangeSchedule>& schedules, double update);

// The range at some update, for operators with the parameters low, high and schedule.
class ScheduledRange {
 public:
  using Rule = RewardRange (*)(RewardRange, const std::vector<RangeSchedule>&, double);

  ScheduledRange(const Params& params, Rule rule);
  RewardRange after(int64_t updates) const;

 private:
  RewardRange range_;
  std::vector<RangeSchedule> schedules_;
  Rule rule_;
};

std::vector<ParamSpec> range_params(double low, double high, std::vector<std::string> schedules);

}  // namespace gradus
