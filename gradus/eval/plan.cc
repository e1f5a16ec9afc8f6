#include "gradus/eval/plan.h"

#include <algorithm>
#include <set>

#include "gradus/eval/table.h"

namespace gradus {

namespace {

const MetricSpec& metric_of(const std::vector<MetricSpec>& metrics, const std::string& id,
                            const std::string& field) {
  std::vector<std::string> known;
  for (const MetricSpec& metric : metrics) {
    if (metric.id == id) return metric;
    known.push_back(metric.id);
  }
  throw Error::input("unknown metric '" + id + "'").field(field).found(id).hint(suggest(id, known));
}

void check_arms(const AnalysisPlan& plan) {
  std::set<std::string> seen;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == kBaseArm) {
      throw Error::input("'" + kBaseArm + "' names the policy before training")
          .field("arms")
          .expected("another id");
    }
    if (!seen.insert(arm.id).second) throw Error::input("arm '" + arm.id + "' is there twice").field("arms");
  }
  arm_of(plan, plan.baseline);
  if (plan.arms.size() < 2) {
    throw Error::input("nothing to compare the baseline with").field("arms").expected("at least two arms");
  }
}

void check_held_out(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics, const ArmPlan& arm) {
  const ArmPlan& baseline = arm_of(plan, plan.baseline);
  const bool found = std::any_of(metrics.begin(), metrics.end(), [&](const MetricSpec& metric) {
    return is_process(metric) && role_for(metric, arm.paid) == Role::held_out &&
           role_for(metric, baseline.paid) == Role::held_out;
  });
  if (found) return;
  throw Error::input("no process metric is held out for arm '" + arm.id + "' and for the baseline '" +
                     plan.baseline + "'")
      .field("metrics")
      .expected("at least one process metric whose evaluator shares nothing with the rewards of either arm")
      .hint("add such a metric, or take its evaluator out of the rewards");
}

}  // namespace

const ArmPlan& arm_of(const AnalysisPlan& plan, const std::string& id) {
  std::vector<std::string> known;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == id) return arm;
    known.push_back(arm.id);
  }
  throw Error::input("unknown arm '" + id + "'").field("arms").hint(suggest(id, known));
}

const ArmPlan& arm_under_test(const AnalysisPlan& plan) {
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id != plan.baseline) return arm;
  }
  throw Error::input("nothing to compare the baseline with").field("arms").expected("at least two arms");
}

void check_plan(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics) {
  check_arms(plan);
  metric_of(metrics, plan.primary, "primary");
  const MetricSpec& constraint = metric_of(metrics, plan.constraint, "constraint");
  if (constraint.axis != "outcome") {
    throw Error::input("the constraint is not an outcome metric")
        .field("constraint")
        .found("'" + constraint.id + "' on axis " + constraint.axis)
        .expected("a metric on axis outcome");
  }
  if (!(plan.margin > 0)) {
    throw Error::input("the non-inferiority margin must be above 0")
        .field("margin")
        .found(std::to_string(plan.margin))
        .expected("for example 0.01");
  }
  if (plan.draws < 100) {
    throw Error::input("too few draws for a test at 5 %")
        .field("draws")
        .found(std::to_string(plan.draws))
        .expected("at least 100");
  }
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id != plan.baseline) check_held_out(plan, metrics, arm);
  }
}

std::string headline_refusal(const AnalysisPlan& plan, const MetricSpec& primary, const ArmPlan& arm) {
  const ArmPlan& baseline = arm_of(plan, plan.baseline);
  const bool by_arm = role_for(primary, arm.paid) == Role::optimised;
  const bool by_baseline = role_for(primary, baseline.paid) == Role::optimised;
  if (by_arm == by_baseline) return "";
  const std::string& paid = by_arm ? arm.id : baseline.id;
  const std::string& unpaid = by_arm ? baseline.id : arm.id;
  return "arms '" + arm.id + "' and '" + baseline.id + "' are not ranked by '" + primary.id + "': arm '" +
         paid + "' was trained on its evaluator '" + primary.evaluator + "' and arm '" + unpaid +
         "' was not; rank them by a metric that is held out for both";
}

std::vector<std::string> check_headline(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics) {
  const MetricSpec& primary = metric_of(metrics, plan.primary, "primary");
  std::vector<std::string> refusals;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == plan.baseline) continue;
    std::string refusal = headline_refusal(plan, primary, arm);
    if (!refusal.empty()) refusals.push_back(std::move(refusal));
  }
  return refusals;
}

}  // namespace gradus
