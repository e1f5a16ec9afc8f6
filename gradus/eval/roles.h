// The role of a metric for an arm, computed from evaluator ids and never declared by hand.
//
//   optimised   a reward channel that reaches the arm's advantage has the metric's evaluator
//   proximal    another evaluator, but a shared component (the same model, rule family, tool or label source)
//   held-out    disjoint evaluator and components
//
//   std::vector<EvaluatorUse> paid = {{"visible-tests", {"tests"}}};
//   role_for(metric, paid);   // Role::optimised, Role::proximal or Role::held_out
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/env/environment.h"

namespace gradus {

enum class Role { optimised, proximal, held_out };

std::string_view role_name(Role role);  // as written in results.json

// An evaluator behind a reward that reaches an arm's advantage with non-zero weight. Ids only: evaluation
// never reads how the reward is configured.
struct EvaluatorUse {
  std::string evaluator;
  std::vector<std::string> components;
};

Role role_for(const MetricSpec& metric, std::span<const EvaluatorUse> paid);

bool is_process(const MetricSpec& metric);  // its axis is one of the process axes

}  // namespace gradus
