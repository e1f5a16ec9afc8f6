// The answer in plain sentences, computed from the comparisons.
//
//   StudyVerdict v = study_verdict(table, plan, update, {rows, curves, goodhart});
//   v.answer;       // "yes", "yes, at a cost", "trade-off", "no", "inconclusive" or "cannot tell"
//   v.sentences[0]; // the arm under test: primary metric, then the constraint, then a raised Goodhart flag
//   v.sentences[1]; // the next arm (a control), and so on
//
// The answer is about the arm under test:
//   yes             primary better, constraint better or non-inferior
//   yes, at a cost  primary better, constraint worse by less than the margin
//   trade-off       one better, the other worse
//   no              primary worse; or not better while the constraint is worse; or the interval of its gain
//                   lies below the margin (scaled by the ranges of the two metrics), even where it is above
//                   0: no gain worth having
//   cannot tell     the base policy was at chance or at the ceiling and training moved nobody from there
//                   (headroom.h); the first sentence says which
//   inconclusive    anything else, and where the ranking is refused
#pragma once

#include "gradus/eval/curves.h"
#include "gradus/eval/goodhart.h"

namespace gradus {

struct Findings {
  std::vector<Comparison> rows;
  std::vector<Curve> curves;
  std::vector<Goodhart> goodhart;  // of every arm but the baseline
};

struct StudyVerdict {
  std::string answer;
  std::vector<std::string>
      sentences;  // one per arm but the baseline, what else is to be known before or after
  std::vector<std::string> refusals;  // see check_headline()
};

StudyVerdict study_verdict(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                           const Findings& findings);

// What a report that looks at the outcome alone would conclude about the arm under test: "benefit" iff the
// interval of its outcome gain lies above 0 and the gain is at least the margin, which was fixed in advance
// as the smallest outcome difference that counts; else "no benefit". Kept to show what such a report misses.
struct OutcomeOnlyConclusion {
  bool benefit = false;
  std::string sentence;
};
OutcomeOnlyConclusion outcome_only(const AnalysisPlan& plan, const std::vector<Comparison>& rows);

// The margin of the constraint, for a metric of another range.
double scaled_margin(const AnalysisPlan& plan, const MetricSpec& metric, const MetricSpec& constraint);

}  // namespace gradus
