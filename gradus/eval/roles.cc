#include "gradus/eval/roles.h"

#include <algorithm>

namespace gradus {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::optimised:
      return "optimised";
    case Role::same_construct:
      return "same construct";
    case Role::proximal:
      return "proximal";
    case Role::held_out:
      return "held-out";
  }
  throw Error::internal("a metric role without a name");
}

Role role_by_structure(const MetricSpec& metric, std::span<const EvaluatorUse> paid) {
  const auto among = [](const std::vector<std::string>& ids, const std::string& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  Role role = Role::held_out;
  for (const EvaluatorUse& use : paid) {
    if (use.evaluator == metric.evaluator || among(metric.function_of, use.evaluator)) return Role::optimised;
    for (const std::string& part : use.components) {
      if (part == metric.evaluator || among(metric.components, part)) role = Role::proximal;
    }
    // A reward judge may itself be a part of the metric.
    if (among(metric.components, use.evaluator)) role = Role::proximal;
  }
  return role;
}

bool is_process(const MetricSpec& metric) {
  return metric.axis.starts_with("process");
}

}  // namespace gradus
