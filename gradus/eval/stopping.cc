#include "gradus/eval/stopping.h"

namespace gradus {

namespace {

std::optional<Interval> gain_of(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                                const std::string& metric) {
  const ArmPair pair{{arm_under_test(plan).id, update}, {plan.baseline, update}};
  const Pairing pairing = pair_arms(table, pair, table.metric_index(metric), Condition::all);
  const std::optional<Interval> interval = interval_of(pairing, plan);
  if (!interval || table.metric(metric).higher_is_better) return interval;
  return Interval{-interval->high, -interval->low};
}

}  // namespace

Look look_at(const EvalTable& table, const AnalysisPlan& plan, int64_t update, size_t seeds) {
  const std::string& judged = primary_of(plan, arm_under_test(plan));
  Look out{.seeds = seeds,
           .primary = gain_of(table, plan, update, judged),
           .constraint = gain_of(table, plan, update, plan.constraint),
           .settled = ""};
  if (!out.primary || !out.constraint) return out;
  const MetricSpec &primary = table.metric(judged), &constraint = table.metric(plan.constraint);
  if (out.primary->high < 0) {
    out.settled = primary.label + " is worse";
  } else if (out.primary->high < scaled_margin(plan, primary, constraint)) {
    out.settled = primary.label + " has no gain worth having";
  } else if (out.primary->low > 0 && out.constraint->low > -plan.margin) {
    out.settled = primary.label + " is better and " + constraint.label + " not inferior";
  } else if (out.primary->low > 0 && out.constraint->high < -plan.margin) {
    out.settled = primary.label + " is better and " + constraint.label + " worse by more than the margin";
  }
  return out;
}

}  // namespace gradus
