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
    return is_process(metric) && role_by_structure(metric, arm.paid) == Role::held_out &&
           role_by_structure(metric, baseline.paid) == Role::held_out;
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
  for (const ArmPlan& arm : plan.arms)
    metric_of(metrics, primary_of(plan, arm), "arms." + arm.id + ".primary");
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

const std::string& primary_of(const AnalysisPlan& plan, const ArmPlan& arm) {
  return arm.primary.empty() ? plan.primary : arm.primary;
}

Role role_of(const MetricSpec& metric, const ArmPlan& arm) {
  const Role role = role_by_structure(metric, arm.paid);
  if (role == Role::optimised) return role;
  const auto measured = arm.explained.find(metric.id);
  return measured != arm.explained.end() && same_construct(measured->second) ? Role::same_construct : role;
}

std::string headline_refusal(const AnalysisPlan& plan, const MetricSpec& primary, const ArmPlan& arm) {
  for (const ArmPlan* side : {&arm, &arm_of(plan, plan.baseline)}) {
    const Role role = role_of(primary, *side);
    if (role == Role::held_out) continue;
    const std::string name = "'" + primary.id + "'", paid = "arm '" + side->id + "'";
    std::string why;
    if (role == Role::optimised) {
      why = paid + " is paid by its evaluator, or by one that decides it";
    } else if (role == Role::proximal) {
      why = paid + " is paid by a judge that shares a part with its evaluator '" + primary.evaluator + "'";
    } else {
      why = "what pays " + paid + " already explains it before any training (" +
            explained_text(side->explained.at(primary.id)) + "): it is the reward again";
    }
    return "arm '" + arm.id + "' is not ranked against '" + plan.baseline + "' by " + name + ": " + why;
  }
  return "";
}

std::vector<std::string> check_headline(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics) {
  std::vector<std::string> refusals;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == plan.baseline) continue;
    std::string refusal = headline_refusal(plan, metric_of(metrics, primary_of(plan, arm), "primary"), arm);
    if (!refusal.empty()) refusals.push_back(std::move(refusal));
  }
  return refusals;
}

void check_ranked(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics) {
  const ArmPlan &arm = arm_under_test(plan), &baseline = arm_of(plan, plan.baseline);
  const std::string refusal =
      headline_refusal(plan, metric_of(metrics, primary_of(plan, arm), "primary"), arm);
  if (refusal.empty()) return;
  std::string fair;
  for (const MetricSpec& metric : metrics) {
    const bool held_out =
        role_of(metric, arm) == Role::held_out && role_of(metric, baseline) == Role::held_out;
    if (!is_process(metric) || !held_out) continue;
    fair += (fair.empty() ? "" : ", ") + metric.id;
  }
  throw Error::refused(refusal)
      .field("evaluation.primary")
      .expected("a metric that is held out for both")
      .hint(fair.empty() ? "no process metric is: add one with a judge of its own"
                         : "held out here: " + fair);
}

}  // namespace gradus
