// The role of a metric for an arm, computed and never declared by hand: from evaluator ids, from what a
// metric is a function of, and from measurement.
//
//   optimised        a reward channel that reaches the arm's advantage has the metric's evaluator, or one
//   that
//                    the metric is a function of
//   same construct   other evaluators, but on rollouts of the base policy, before any training, the channels
//                    that pay the arm already explain the metric (gradus/eval/construct.h): no evidence
//   proximal         another evaluator, but a shared component (the same model, rule family, tool or label
//                    source)
//   held-out         none of these
//
//   std::vector<EvaluatorUse> paid = {{"visible-tests", {"tests"}}};
//   role_by_structure(metric, paid);   // never same_construct: role_of() in plan.h adds what was measured
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/env/environment.h"

namespace gradus {

// From what says least about an arm to what says most.
enum class Role { optimised, same_construct, proximal, held_out };

std::string_view role_name(Role role);  // as written in results.json

// An evaluator behind a reward that reaches an arm's advantage with non-zero weight. Ids only: evaluation
// never reads how the reward is configured.
struct EvaluatorUse {
  std::string evaluator;
  std::vector<std::string> components;
};

Role role_by_structure(const MetricSpec& metric, std::span<const EvaluatorUse> paid);

bool is_process(const MetricSpec& metric);  // its axis is one of the process axes

}  // namespace gradus
