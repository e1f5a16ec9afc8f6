// Puts two arms side by side: task means under every seed that both have, over all rollouts or over a part of
// them.
//
//   Pairing all = pair_arms(table, {"process", "outcome", 100}, metric, Condition::all);
//   effect_of(all.study, plan.looks);   // interval of the mean difference
//   all.differences;                    // one per seed
//
// The value of a task is the mean over its samples that have a value. `correct` keeps passed rollouts,
// `common` keeps passed rollouts of the tasks that both arms solve at least once under that seed: it takes
// away the selection effect "the better solver meets harder tasks".
#pragma once

#include "gradus/eval/plan.h"
#include "gradus/eval/table.h"

namespace gradus {

enum class Condition { all, correct, common };

struct ArmPoint {
  std::string arm;
  int64_t update = 0;
};

struct ArmPair {
  ArmPoint arm, baseline;
};

struct Pairing {
  std::vector<int64_t> seed_ids;  // a seed where one side has no value is left out
  PairedStudy study;
  std::vector<double> arm_means, baseline_means, differences;  // per seed
  size_t tasks = 0;  // distinct tasks that have a value on some side
};

Pairing pair_arms(const EvalTable& table, const ArmPair& pair, size_t metric, Condition condition);

// One arm against nothing: baseline values are 0, so differences are the arm's own seed means.
Pairing single_arm(const EvalTable& table, const ArmPoint& arm, size_t metric);

// The same for any cells, by seed and by task name: seeds without a value on both sides are left out.
using NamedCells = std::map<int64_t, std::map<std::string, PairedTask>>;
Pairing pair_cells(const EvalTable& table, const NamedCells& seeds);

// 95 % interval of the mean difference; none for fewer than two base policies.
std::optional<Interval> interval_of(const Pairing& pairing, const AnalysisPlan& plan);

}  // namespace gradus
