// What the rewards of a study already see before it trains: the base policy's rollouts, paid by every arm and
// judged by every metric (gradus/eval/construct.h).
//
//   const std::vector<ArmView> views = seen_by_rewards(context);     // one per arm, from all seeds
//   AnalysisPlan plan = measured_plan(spec, info, views);            // roles by structure and by measurement
//   check_ranked(plan, metrics);                                     // refused before anything is trained
#pragma once

#include "gradus/eval/plan.h"
#include "gradus/study/run.h"

namespace gradus {

struct ArmView {
  std::set<std::string> channels;  // of `view`, which reach the arm's advantage
  RewardView view;
};

// Pays the base rollouts of one seed as every arm would; kept in the store.
void see_base_rollouts(const RunContext& context, size_t seed);

// By the order of the study's arms. All seeds must have been seen.
std::vector<ArmView> seen_by_rewards(const RunContext& context);

AnalysisPlan measured_plan(const StudySpec& spec, const EnvironmentInfo& environment,
                           const std::vector<ArmView>& views);

// The matrix metrics x channels of results.json; what all channels of an arm explain stands in the plan.
Json seen_json(const AnalysisPlan& plan, const EnvironmentInfo& environment,
               const std::vector<ArmView>& views);

}  // namespace gradus
