// What an analysis compares, fixed before the results are seen.
//
//   AnalysisPlan plan;
//   plan.baseline = "outcome";  plan.primary = "necessity";  plan.constraint = "hidden_pass";
//   plan.arms = {{"outcome", "Outcome", {{"visible-tests", {"tests"}}}},
//                {"process", "Outcome + process", {{"visible-tests", {"tests"}}, {"lint-a", {"libclang"}}}}};
//   check_plan(plan, metrics);   // throws: unknown name, no held-out process metric, ...
//   for (const std::string& reason : check_headline(plan, metrics)) ...   // rankings that are refused
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/eval/effect.h"
#include "gradus/eval/roles.h"

namespace gradus {

struct ArmPlan {
  std::string id;
  std::string label;
  std::vector<EvaluatorUse> paid;  // evaluators that reach the arm's advantage with non-zero weight
};

struct AnalysisPlan {
  std::string baseline;       // arm id
  std::string primary;        // metric id: the quantity of interest
  std::string constraint;     // metric id: the outcome, which must not get worse
  double margin = 0.01;       // non-inferiority margin of the constraint, in its units
  int draws = 10000;          // of a sign-flip test that cannot be exact
  uint64_t stream_key = 0;    // of every random draw
  Looks looks = Looks::one;   // at the results
  std::vector<ArmPlan> arms;  // the first that is not the baseline is the arm under test
};

const ArmPlan& arm_of(const AnalysisPlan& plan, const std::string& id);  // throws with the nearest names
const ArmPlan& arm_under_test(const AnalysisPlan& plan);

// Throws Error::input naming the field where the plan cannot be analysed: unknown arm or metric, fewer than
// two arms, a constraint that is not an outcome, no process metric that is held-out for an arm and for the
// baseline.
void check_plan(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics);

// One reason per arm whose ranking against the baseline by the primary metric is refused, because the metric
// is optimised by one of the two and not by the other.
std::vector<std::string> check_headline(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics);

// The refusal for one arm; "" where the comparison is fair.
std::string headline_refusal(const AnalysisPlan& plan, const MetricSpec& primary, const ArmPlan& arm);

}  // namespace gradus
