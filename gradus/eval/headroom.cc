#include "gradus/eval/headroom.h"

#include <array>
#include <fmt/format.h>

namespace gradus {

namespace {

// A value is at a bound within a hundredth of the metric's range; or within a twentieth, where its interval
// holds the bound. Effects smaller than that are below what studies of this size can see (power.h).
constexpr double kAt = 0.01, kNear = 0.05;

struct Value {
  double mean = 0;
  std::optional<Interval> interval;
};

std::optional<Value> value_of(const EvalTable& table, const AnalysisPlan& plan, const ArmPoint& point,
                              size_t metric) {
  const Pairing pairing = single_arm(table, point, metric);
  if (pairing.differences.empty()) return std::nullopt;
  return Value{sample_mean(pairing.differences), interval_of(pairing, plan)};
}

enum class Bound { worst, best };

// The bound in the metric's units: what a policy that guesses gets, or the end of the range.
double bound_of(const MetricSpec& metric, Bound bound) {
  if (bound == Bound::worst && metric.chance) return *metric.chance;
  return (bound == Bound::best) == metric.higher_is_better ? metric.high : metric.low;
}

// A guess may also be worse than chance; a value cannot be beyond the best.
bool is_at(const Value& value, const MetricSpec& metric, Bound bound) {
  const double at = bound_of(metric, bound), range = metric.high - metric.low;
  const bool from_above = (bound == Bound::worst) == metric.higher_is_better;
  const double away = from_above ? value.mean - at : at - value.mean;
  if (away <= kAt * range) return true;
  const bool held = value.interval && value.interval->low <= at && at <= value.interval->high;
  return held && away <= kNear * range;
}

// The base policy, and both arms at the end.
bool all_at(const EvalTable& table, const AnalysisPlan& plan, int64_t update, size_t metric, Bound bound) {
  const std::array<ArmPoint, 3> points = {
      {{kBaseArm, 0}, {plan.baseline, update}, {arm_under_test(plan).id, update}}};
  for (const ArmPoint& point : points) {
    const std::optional<Value> value = value_of(table, plan, point, metric);
    if (!value || !is_at(*value, table.metrics()[metric], bound)) return false;
  }
  return true;
}

std::string sentence(const EvalTable& table, const AnalysisPlan& plan, size_t metric, Bound bound,
                     const std::string& what) {
  const MetricSpec& spec = table.metrics()[metric];
  const Value base = *value_of(table, plan, {kBaseArm, 0}, metric);
  const bool chance = bound == Bound::worst;
  return fmt::format(
      "Cannot tell: the base policy is at {} in {} ({:.3f}, {} {:.3f}), and both arms ended there: {}",
      chance ? "chance" : "the ceiling", spec.label, base.mean, chance ? "chance" : "best",
      bound_of(spec, bound), what);
}

}  // namespace

std::optional<std::string> no_room(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                                   const Comparison& primary) {
  const size_t outcome = table.metric_index(plan.constraint);
  if (all_at(table, plan, update, outcome, Bound::worst)) {
    return sentence(
        table, plan, outcome, Bound::worst,
        "an outcome that is never reached cannot get worse, and pays nobody. Train the base policy "
        "longer, or take easier tasks.");
  }
  if (primary.verdict != Verdict::inconclusive) return std::nullopt;
  const size_t metric = table.metric_index(primary.metric.id);
  for (const Bound bound : {Bound::best, Bound::worst}) {
    if (!all_at(table, plan, update, metric, bound)) continue;
    return sentence(table, plan, metric, bound,
                    bound == Bound::best ? "nothing was left to gain. Take harder tasks, or demonstrations "
                                           "that leave more to gain."
                                         : "no arm got off the ground. Train longer, or take easier tasks.");
  }
  return std::nullopt;
}

}  // namespace gradus
