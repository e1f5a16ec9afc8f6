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
    : range_{params.number("low"), params.number("high")}, update_(params.text("update")), rule_(rule) {
  for (const std::string& name : params.texts("schedule")) schedules_.push_back(schedule_from_name(name));
  if (!schedules_.empty() && update_.empty()) {
    throw Error::input("a schedule needs the number of updates done")
        .field("update")
        .found("\"\"")
        .expected("a rollout channel")
        .hint("name the channel in which the trainer counts its updates");
  }
}

RewardRange ScheduledRange::of(const RolloutBatch& batch, size_t rollout) const {
  if (schedules_.empty()) return range_;
  return rule_(range_, schedules_, updates_done(batch, update_, rollout));
}

std::vector<ParamSpec> range_params(double low, double high, std::vector<std::string> schedules) {
  return {number_param("low", low, "value of the worst", -1000, 1000),
          number_param("high", high, "value of the best", -1000, 1000),
          texts_param("schedule", Json::array(),
                      "how low and high change with the updates done, in this order", std::move(schedules)),
          update_param()};
}

ParamSpec update_param() {
  return text_param("update", "", "rollout channel with the number of updates done; only schedules need it");
}

double updates_done(const RolloutBatch& batch, const std::string& channel, size_t rollout) {
  const Column& column = batch.column("rollout." + channel);
  if (!column.valid(rollout)) {
    throw Error::input("the number of updates done is missing for a rollout")
        .field("rollout." + channel)
        .expected("a value for every rollout");
  }
  return column[rollout];
}

}  // namespace gradus
