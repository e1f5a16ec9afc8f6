// MR-Score of MR-GSM8K (arXiv 2312.17080) and Mr-Ben (arXiv 2406.13975): is the solution right, where is the
// first wrong step, and why?
//
//   MrHits hits = judge_answer({.right = false, .step = "3"}, {"wrong", "step 3", "Correct"}, MrRule::gsm8k);
//   MrCounts counts;  counts.add(false, hits);
//   mr_score(counts);      // 0.2 max(0, MCC) + 0.3 steps / wrong + 0.5 reasons / wrong
//
// The step counts only where the correctness was hit on a wrong solution, the reason only where the step was.
// MCC over right solutions called right (tp) and wrong ones called wrong (tn); fn = right - tp,
// fp = wrong - tn.
//
// gsm8k (released): the answer lower-cased and stripped, "incorrect" is "wrong"; a hit where it contains the
//   gold word. Step: digits, or "step N" with N < 30, compared as texts. Reason: the judge's verdict
//   contains "correct" ("incorrect" contains it too). A zero under the root of MCC is an error.
// ben (released): the answer's letters must equal the gold word. Step: digits without anything around them,
//   else "step N" with N < 30 once all but letters, digits and spaces is dropped: "step 3." and "**Step 3**"
//   are step 3; "3.", "[3]", "(3)", "#3", " 3" and "Step 3: x" are no step. It is compared as text with what
//   the row states, so where that is "" an answer without a step is right. Coding: a correct reason gives
//   step and reason, otherwise the step is compared. MCC is 0 where its numerator or root is 0. The average
//   is over subjects.
// strict: whole words ("incorrect" and "wrong" are one), the first number of the step text, the reason's
//   verdict exactly "correct"; MCC that does not exist is 0 and said to be so. A line of code is named by its
//   text or its place.
// In the released MR-GSM8K the totals are fixed: 1427 right, 1573 wrong.
#pragma once

#include <optional>
#include <string>

#include "gradus/eval/confusion.h"

namespace gradus {

inline constexpr double kMrGsm8kRight = 1427, kMrGsm8kWrong = 1573;

enum class MrRule { gsm8k, ben, strict };

struct MrTruth {
  bool right = false;
  std::string step;     // the stated first wrong step, in the words of the row
  std::string number;   // its number, where that is something else: the place of a line of code
  bool coding = false;  // Mr-Ben's subject
};

struct MrAnswer {
  std::string correctness, first_step;
  std::string reason;  // the judge's verdict on the stated reason
};

struct MrHits {
  bool correctness = false, step = false, reason = false;
};

// What the strict rule reads in an answer; nothing where it is neither "correct" nor "wrong" or "incorrect",
// and where its step holds no number.
std::optional<bool> called_right(const MrAnswer& answer);
std::optional<int64_t> named_step(const MrAnswer& answer);

MrHits judge_answer(const MrTruth& truth, const MrAnswer& answer, MrRule rule);

struct MrCounts {
  double tp = 0, tn = 0, steps = 0, reasons = 0, right = 0, wrong = 0;

  void add(bool is_right, const MrHits& hits);
  double fp() const { return wrong - tn; }
  double fn() const { return right - tp; }
  Share recall() const { return share_of(tp, right); }
  Share precision() const { return share_of(tp, tp + fp()); }
  Share wrong_found() const { return share_of(tn, wrong); }  // released as "t1-fpr"
  Share step_accuracy() const { return share_of(steps, wrong); }
  Share reason_accuracy() const { return share_of(reasons, wrong); }
  Share mcc() const { return matthews({.tp = tp, .fp = fp(), .tn = tn, .fn = fn()}); }
};

// Nothing where there is no wrong solution, or no MCC; with `mcc_or`, that in place of a missing MCC.
Share mr_score(const MrCounts& counts, std::optional<double> mcc_or = std::nullopt);

}  // namespace gradus
