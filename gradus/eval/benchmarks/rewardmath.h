// RewardMATH (arXiv 2410.01729; kimsh0507/RewardMATH_official cde06ab, src/evaluation/eval.py): one right
// solution of a problem against nine wrong ones.
//
//   Acc            min(right) > max(wrong); "w/ tie": >=
//   MRR            1 / rank of the first right one, wrong ones first among equals (pessimistic)
//   rank           (n - rank) / (n - 1)
//   step scores    one number per solution first: min, max, product, geometric_mean, mean, mean_logit,
//                  mean_odds or last (gradus/reward/aggregate.h; the file's names are prod and mean_odd)
//   pairwise       nine comparisons, won where the judge names the right one's place; as scores: wins + 1 for
//                  the right one, 1 for each that it won against and n + 2 for each that it lost to. So Acc =
//                  all won and MRR = 1 / (1 + lost)
//
// The right one is "human_to_GPT-4" in solution_reference. Numbers are in percent, means over problems. A
// score that is no number counts against the right solution. Report both accuracies: bf16 scores tie often.
//
//   RewardMathResult one = rewardmath_result({{1.886}}, wrong);   // one.accurate, one.reciprocal_rank
#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradus {

extern const char* const kRewardMathRight;  // "human_to_GPT-4"

struct RewardMathResult {
  bool accurate = false, accurate_with_ties = false;
  double reciprocal_rank = 0, rank_share = 0;
};

// Throws Error::input where there is no right or no wrong solution.
RewardMathResult rewardmath_result(std::span<const double> right, std::span<const double> wrong);

// won[i]: against the i-th wrong solution.
RewardMathResult rewardmath_pairwise(const std::vector<bool>& won);

struct RewardMathProblem {
  std::string problem;
  std::vector<std::string> references;      // who wrote each solution
  std::vector<std::vector<double>> scores;  // of each solution: one number, or one per step
};

// form: "" where a solution has one score, else the form of aggregation. except: a writer that is left out.
RewardMathResult rewardmath_result(const RewardMathProblem& problem, const std::string& form,
                                   const std::string& except = "");

struct RewardMathSummary {
  size_t problems = 0;
  double accuracy = 0, mean_reciprocal_rank = 0, accuracy_with_ties = 0;  // percent
};

RewardMathSummary rewardmath_summary(std::span<const RewardMathResult> results);  // needs at least one

}  // namespace gradus
