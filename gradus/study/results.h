// From the run store to results.json: reads every evaluation back in a fixed order, analyses it, adds what
// was run and the rollouts that a reader can look at. See docs/results-json.md.
#pragma once

#include "gradus/eval/stopping.h"
#include "gradus/study/run.h"

namespace gradus {

// What will be compared, from evaluator ids alone: nothing of how an arm's rewards are configured reaches
// evaluation.
AnalysisPlan analysis_plan(const StudySpec& spec, const EnvironmentInfo& environment);

// Everything that the store holds of the study, in the order of seeds and arms.
EvalTable read_table(const RunContext& context);

// `plan`: with roles as measured (gradus/study/seen_by_reward.h); `looks`: those of a study that was looked
// at after every seed.
Json assemble_results(const RunContext& context, const AnalysisPlan& plan, const std::vector<Look>& looks);

// The same rollouts as files, one per arm and one for the base policy: FOLDER/ARM.jsonl, with the reward
// columns.
void write_study_rollouts(const RunContext& context, const std::string& folder);

}  // namespace gradus
