// The post_eval protocol (two axes, paired seeds, roles computed from evaluators): from a table of
// measurements to the analysis keys of results.json (docs/results-json.md), which are metrics, roles, base,
// neutrality, rows, curves, pareto, goodhart, naive and verdict.
//
//   Json analysis = analyse(table, plan);        // throws Error::input where the plan cannot be analysed
//   analysis["verdict"]["sentences"];
//   analysis["naive"][0]["conclusion"];          // what a report of the outcome alone would say
//
// Evaluation sees evaluator ids only, never how rewards are configured. The same table and plan give the same
// bytes, whatever the order in which entries were added. Numbers that do not exist are null.
#pragma once

#include "gradus/base/json.h"
#include "gradus/eval/plan.h"
#include "gradus/eval/table.h"

namespace gradus {

Json analyse(const EvalTable& table, const AnalysisPlan& plan);

// The last update evaluated; every arm must have been evaluated there.
int64_t final_update(const EvalTable& table, const AnalysisPlan& plan);

}  // namespace gradus
