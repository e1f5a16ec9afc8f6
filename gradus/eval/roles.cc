#include "gradus/eval/roles.h"

#include <algorithm>

namespace gradus {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::optimised:
      return "optimised";
    case Role::proximal:
      return "proximal";
    case Role::held_out:
      return "held-out";
  }
  throw Error::internal("a metric role without a name");
}

Role role_for(const MetricSpec& metric, std::span<const EvaluatorUse> paid) {
  Role role = Role::held_out;
  for (const EvaluatorUse& use : paid) {
    if (use.evaluator == metric.evaluator) return Role::optimised;
    for (const std::string& part : use.components) {
      const bool shared = part == metric.evaluator ||
                          std::count(metric.components.begin(), metric.components.end(), part) > 0;
      if (shared) role = Role::proximal;
    }
    // A reward judge may itself be a part of the metric.
    if (std::count(metric.components.begin(), metric.components.end(), use.evaluator) > 0)
      role = Role::proximal;
  }
  return role;
}

bool is_process(const MetricSpec& metric) {
  return metric.axis.starts_with("process");
}

}  // namespace gradus
