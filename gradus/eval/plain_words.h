// What each arm was paid for, what was bought of that, what of a thing that it was not paid for, and what it
// cost: a few sentences for a reader in a hurry, the same on the page and in the terminal.
//
//   for (const PlainWords& words : plain_words(plan, metrics, findings)) ...   // the baseline among them
//   words.paid_for;        // "passes hidden tests + sloppy statements, fold 1 (2 more metrics see this)"
//   words.not_paid.parts;  // "sloppy statements, fold 2: from 0.301 to 0.180", "Outcome ends at 0.298", ...
//
// Paid is what is optimised or the same construct. Of several such metrics the one is shown that the paid
// channels explain best: it is nearest to what the reward counts. Not paid is the arm's primary metric, where
// that is held out for the arm and the baseline; else the first process metric that is, and that was
// measured: one of which nothing could be said before training may well be what is paid.
#pragma once

#include <string>
#include <vector>

#include "gradus/eval/verdict.h"

namespace gradus {

// From one of these on, a metric that is held out is said to be paid in part all the same: our own limits,
// for words alone. A family of faults among several that are paid has a small R2, since the others are
// flagged too, and a large AUC.
inline constexpr double kPartR2 = 0.1;
inline constexpr double kPartAuc = 0.75;

struct PlainChange {
  std::string metric;              // id; "": there is none, as the only part says
  std::vector<std::string> parts;  // of one sentence: what it was and became, the baseline, the difference
};

struct PlainWords {
  std::string arm;
  std::string paid_for;
  PlainChange paid, not_paid, cost;
};

// In the order of the plan's arms.
std::vector<PlainWords> plain_words(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics,
                                    const Findings& findings);

}  // namespace gradus
