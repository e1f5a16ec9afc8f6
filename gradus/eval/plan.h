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
#include <map>
#include <string>
#include <vector>

#include "gradus/eval/construct.h"
#include "gradus/eval/effect.h"
#include "gradus/eval/roles.h"

namespace gradus {

struct ArmPlan {
  std::string id;
  std::string label;
  std::vector<EvaluatorUse> paid;  // evaluators that reach the arm's advantage with non-zero weight
  std::string primary;             // metric id by which this arm is judged; "": the plan's
  // What the channels that pay the arm explain of a metric before any training, by metric id. A metric that
  // is not here was not measured: its role follows from structure alone.
  std::map<std::string, Explained> explained;
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
const std::string& primary_of(const AnalysisPlan& plan, const ArmPlan& arm);

// The role of a metric for an arm: by structure, and by what was measured.
Role role_of(const MetricSpec& metric, const ArmPlan& arm);

// Throws Error::input naming the field where the plan cannot be analysed: unknown arm or metric, fewer than
// two arms, a constraint that is not an outcome, no process metric that is held-out for an arm and for the
// baseline.
void check_plan(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics);

// One reason per arm whose ranking against the baseline by its primary metric is refused, because the metric
// is not held out for one of the two.
std::vector<std::string> check_headline(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics);

// The refusal for one arm; "" where the comparison is fair.
std::string headline_refusal(const AnalysisPlan& plan, const MetricSpec& primary, const ArmPlan& arm);

// Throws Error::refused where the arm under test is not ranked: such a study answers nothing. Names the
// metrics that are held out for it.
void check_ranked(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics);

}  // namespace gradus
