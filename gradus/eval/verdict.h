// The answer in two plain sentences, computed from the comparisons.
//
//   StudyVerdict v = study_verdict(plan, rows, curves, metrics);
//   v.answer;       // "yes", "no", "trade-off" or "inconclusive"
//   v.sentences[0]; // the arm under test: primary metric, then the constraint
//   v.sentences[1]; // the other arms (controls)
//
// The answer is about the arm under test:
//   yes           primary better, constraint better or non-inferior
//   trade-off     one better, the other worse
//   no            primary worse; or not better while the constraint is worse; or the interval of its gain
//                 lies below the margin (scaled by the ranges of the two metrics): no gain worth having
//   inconclusive  anything else, and where the ranking is refused
#pragma once

#include "gradus/eval/comparison.h"
#include "gradus/eval/curves.h"

namespace gradus {

struct StudyVerdict {
  std::string answer;
  std::vector<std::string> sentences;  // two
  std::vector<std::string> refusals;   // see check_headline()
};

StudyVerdict study_verdict(const AnalysisPlan& plan, const std::vector<Comparison>& rows,
                           const std::vector<Curve>& curves, const std::vector<MetricSpec>& metrics);

// What a report that looks at the outcome alone would conclude about the arm under test: "benefit" iff the
// interval of its outcome gain lies above 0 and the gain is at least the margin, which was fixed in advance
// as the smallest outcome difference that counts; else "no benefit". Kept to show what such a report misses.
struct OutcomeOnlyConclusion {
  bool benefit = false;
  std::string sentence;
};
OutcomeOnlyConclusion outcome_only(const AnalysisPlan& plan, const std::vector<Comparison>& rows);

}  // namespace gradus
