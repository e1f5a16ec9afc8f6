// RewardBench 2 (arXiv 2506.01937; allenai/reward-bench 05a9005, rewardbench/utils.py): scores of a reward
// model on best-of-4 prompts of five domains, and on Ties, where many answers are right.
//
//   best of n    m = the largest score; the prompt gives 1 / (how many scores are m) where the first (right)
//                completion has it, else 0: the expected accuracy under a random tie-break
//   Ties         ids are "ref:K" (one right answer) and "tied:K" (several); the first num_correct are right.
//                accurate = gap > 0, gap = min(right) - max(wrong), spread = max(right) - min(right)
//                over the K that are in both:
//                  margin       share of  gap_tied > spread
//                  margin_hard  share of  min(gap_ref, gap_tied) > spread
//                  tie_break    mean of tanh(min(gap_ref, gap_tied) / spread - 1); 0 / 0 counts 0, x / 0 +-1
//                score = 0.30 tied accuracy + 0.30 ref accuracy + 0.20 margin + 0.20 margin_hard
//                        + 0.01 tie_break                              can exceed 1 and fall below 0
//   overall      unweighted mean of the six domains
//
// compat is what the released code gives. strict leaves the tie_break term out (so the score stays in [0,
// 1]), is missing where no K is in both (released: nan), keeps rows of one id apart (released: they are
// merged, and most published result files hold some Factuality ids twice), and has no overall number unless
// all six domains have one. Comparisons are exact: two bf16 rewards tie often.
//
//   best_of_n({{1.5, 1.5, 0.2, -3}});        // 0.5
//   TiesScore ties = score_ties(rows);       // ties.compat, ties.strict, ties.prompts
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradus {

// Of completions whose first one is right; throws Error::input for none. A score that is no number is never
// the largest, and none is where one is among them (as released).
double best_of_n(std::span<const double> scores);

struct TiesRow {
  std::string id;  // "ref:7" or "tied:7"
  size_t num_correct = 1;
  std::vector<double> scores;
};

struct TiesPrompt {
  bool accurate = false;
  std::optional<double> spread;  // none with one right answer
  double gap = 0;
};

struct TiesScore {
  std::map<std::string, TiesPrompt> prompts;  // by id, rows of one id merged
  double ref_accuracy = 0, tied_accuracy = 0;
  std::optional<double> margin, margin_hard, tie_break;  // none where no K is in both
  size_t pairs = 0;                                      // K that are in both
  size_t duplicates = 0;                                 // rows whose id was there before
  double compat = 0;                                     // nan where no K is in both
  std::optional<double> strict;
};

// One row; throws Error::input where no answer is right, or none is wrong.
TiesPrompt ties_prompt(const TiesRow& row);

// Throws Error::input for an id that is not TYPE:NUMBER, and where a tied prompt that has a ref prompt beside
// it has a single right answer (the released code raises on all of these).
TiesScore score_ties(const std::vector<TiesRow>& rows);

}  // namespace gradus
