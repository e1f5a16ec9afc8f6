// A study that may be looked at after every seed: is its question answered?
//
//   Look look = look_at(table, plan, seeds);    // plan.looks is Looks::every_seed
//   if (!look.settled.empty()) stop;
//
// Settled is the primary metric once its gain is shown to be above 0, below 0, or below the scaled margin (no
// gain worth having); the constraint once it is shown to be non-inferior, or to have lost more than the
// margin. Where the primary metric is not better, the constraint is not waited for. Both are judged by
// confidence sequences at kSequenceLevel each (anytime.h), so looking costs nothing beyond that.
#pragma once

#include <string>

#include "gradus/eval/verdict.h"

namespace gradus {

struct Look {
  size_t seeds = 0;
  std::optional<Interval> primary, constraint;  // gains of the arm under test
  std::string settled;                          // a sentence; "": go on
};

Look look_at(const EvalTable& table, const AnalysisPlan& plan, int64_t update, size_t seeds);

}  // namespace gradus
