#include "gradus/reward/reward_range.h"

#include <algorithm>

namespace gradus {

namespace {

constexpr double kSecondStage = 30;  // updates
constexpr double kHorizon = 150;     // updates
constexpr double kStart = 2;         // both rewards are in [-2, 2] at first

RewardRange scaled(RewardRange range, double factor) {
  return {range.low * factor, range.high * factor};
}

RangeSchedule schedule_from_name(const std::string& name) {
  if (name == "two_stage") return RangeSchedule::two_stage;
  return name == "smooth" ? RangeSchedule::smooth : RangeSchedule::smooth_released;
}

}  // namespace

RewardRange format_range(RewardRange range, const std::vector<RangeSchedule>& schedules, double update) {
  for (const RangeSchedule schedule : schedules) {
    if (schedule == RangeSchedule::two_stage) {
      if (update >= kSecondStage) range = scaled(range, 0.5);
      continue;
    }
    range.high = std::max(1.0, kStart - (kStart - range.high) * update / kHorizon);
    if (schedule == RangeSchedule::smooth_released) {
      range.low = std::min(-1.0, -kStart + (kStart + range.low) * update / kHorizon);
    }
  }
  return range;
}

RewardRange match_range(RewardRange range, const std::vector<RangeSchedule>& schedules, double update) {
  for (const RangeSchedule schedule : schedules) {
    if (schedule == RangeSchedule::two_stage) {
      if (update < kSecondStage) range = {range.low / 3, range.high / 3};
      continue;
    }
    range.high = std::min(3.0, (range.high - kStart) * update / kHorizon + kStart);
    range.low = std::max(-3.0, (range.low + kStart) * update / kHorizon - kStart);
  }
  return range;
}

ScheduledRange::ScheduledRange(const Params& params, Rule rule)
    : range_{params.number("low"), params.number("high")}, rule_(rule) {
  for (const std::string& name : params.texts("schedule")) schedules_.push_back(schedule_from_name(name));
}

RewardRange ScheduledRange::after(int64_t updates) const {
  return rule_(range_, schedules_, static_cast<double>(updates));
}

std::vector<ParamSpec> range_params(double low, double high, std::vector<std::string> schedules) {
  return {number_param("low", low, "value of the worst", -1000, 1000),
          number_param("high", high, "value of the best", -1000, 1000),
          texts_param("schedule", Json::array(),
                      "how low and high change with the updates done, in this order", std::move(schedules))};
}

}  // namespace gradus
