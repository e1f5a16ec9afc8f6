// PRMBench (arXiv 2501.03124, ssmisya/PRMBench): is every step called what it is? Socratic-PRMBench (arXiv
// 2505.23474) is scored in the same way.
//
//   PrmbenchCounts c = count_labels({{3, 4}}, {{1, 1, 0, 1}});  // 1-based error steps, labels: 1 valid
//   PrmbenchMetrics m = official_metrics(c);                // -1 where a denominator is zero, as released
//   prm_score(m, "circular");                               // 0.5 f1 + 0.5 negative_f1
//   PrmbenchResult all = evaluate_prmbench(cases, answers); // totals, classes, validity rate
//
// Positive: label 1. tp: right step labelled 1, fn: right step labelled 0, fp: wrong step labelled 1, tn:
// wrong step labelled 0. Totals leave out class "correct" (the unmodified solutions of the rows of class
// "redundency"), which serves `similarity` alone: the mean over items of |share labelled 1 - that of the
// matching correct item|, left out where the latter is 0 or missing (released rule: 0 counts as missing).
// first_error_acc: the label at the first error step is 0; an error index beyond the labels does not count.
// The score of multi_solutions is f1 alone, since it has no wrong steps. The headings are means of classes.
//
// compat: the released script: -1 where a denominator is zero, also for f1 when precision + recall = 0, and
// f1 evaluated with a -1 in it (precision -1, recall 0 gives 0); a shown PRMScore below 0 is 0. strict: what
// does not exist is missing, F1 = 2 tp / (2 tp + fp + fn). Labels from scores: valid iff score > 0.5;
// redundant iff score > 0.15 (ReasonEval's threshold).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/eval/confusion.h"
#include "gradus/rollout/solution.h"

namespace gradus {

inline constexpr double kValidityThreshold = 0.5;
inline constexpr double kRedundancyThreshold = 0.15;
inline const std::string kCorrectClass = "correct";
inline const std::string kRedundencyClass = "redundency";  // the spelling of the files

// The items that one row of a file stands for: for class redundency the unmodified solution, then the row.
std::vector<Solution> prmbench_items(Solution row);

struct PrmbenchCounts {
  Confusion steps;
  double first_hits = 0, first_errors = 0;
  double similarity = 0, similar = 0;  // sum, and items that have one

  PrmbenchCounts& operator+=(const PrmbenchCounts& other);
};

// Without similarity, which needs the other item. Labels are 1 (valid) or anything else.
PrmbenchCounts count_labels(std::span<const int64_t> error_steps, std::span<const uint8_t> labels);

// Share of labels that are 1; -1 without labels.
double response_share(std::span<const uint8_t> labels);

// Adds |own - correct|, unless the released rule leaves it out.
void add_similarity(PrmbenchCounts& counts, double own, std::optional<double> correct);

struct PrmbenchMetrics {
  double correct_step_acc = -1, wrong_step_acc = -1, total_step_acc = -1, first_error_acc = -1;
  double similarity = -1, precision = -1, recall = -1, f1 = -1;
  double negative_precision = -1, negative_recall = -1, negative_f1 = -1;
};

PrmbenchMetrics official_metrics(const PrmbenchCounts& counts);
double prm_score(const PrmbenchMetrics& metrics, const std::string& kind);  // before clipping at 0
Share strict_prm_score(const PrmbenchCounts& counts, const std::string& kind);

struct PrmbenchCase {
  std::string idx, kind;  // "circular_prm_test_p1_0", "circular"
  std::vector<int64_t> error_steps;
};

struct PrmbenchAnswer {
  std::string idx;
  std::optional<std::vector<uint8_t>> valid, redundant;  // per step
  bool usable = true;                                    // the file's "validity"
};

struct PrmbenchResult {
  PrmbenchMetrics total;
  std::map<std::string, PrmbenchMetrics> by_class;
  std::map<std::string, PrmbenchCounts> counts;  // by class
  PrmbenchCounts total_counts;
  double validity_rate = 0;
};

// Answers to unknown items and second answers to an item are left out. Throws Error::input where 5 or more
// items have no answer, where an answer has no labels, or where there is nothing but correct items.
PrmbenchResult evaluate_prmbench(std::span<const PrmbenchCase> cases,
                                 std::span<const PrmbenchAnswer> answers);

}  // namespace gradus
