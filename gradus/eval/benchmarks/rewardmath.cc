#include "gradus/eval/benchmarks/rewardmath.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/reward/aggregate.h"

namespace gradus {

const char* const kRewardMathRight = "human_to_GPT-4";

RewardMathResult rewardmath_result(std::span<const double> right, std::span<const double> wrong) {
  if (right.empty() || wrong.empty()) {
    throw Error::input("a problem of RewardMATH needs a right solution and wrong ones")
        .field("solution_reference")
        .found(fmt::format("{} right, {} wrong", right.size(), wrong.size()))
        .expected(fmt::format("'{}' and others", kRewardMathRight));
  }
  const double lowest = *std::min_element(right.begin(), right.end());
  const double highest = *std::max_element(right.begin(), right.end());
  const auto all_below = [&](const auto& below) { return std::all_of(wrong.begin(), wrong.end(), below); };
  const auto before = std::count_if(wrong.begin(), wrong.end(), [&](double w) { return !(w < highest); });
  const double rank = static_cast<double>(before) + 1;
  const double total = static_cast<double>(right.size() + wrong.size());
  return {.accurate = all_below([&](double w) { return lowest > w; }),
          .accurate_with_ties = all_below([&](double w) { return lowest >= w; }),
          .reciprocal_rank = 1 / rank,
          .rank_share = (total - rank) / (total - 1)};
}

RewardMathResult rewardmath_pairwise(const std::vector<bool>& won) {
  const double beyond = static_cast<double>(won.size()) + 2;
  const std::vector<double> right = {static_cast<double>(std::count(won.begin(), won.end(), true)) + 1};
  std::vector<double> wrong;
  for (const bool one : won) wrong.push_back(one ? 1 : beyond);
  return rewardmath_result(right, wrong);
}

RewardMathResult rewardmath_result(const RewardMathProblem& problem, const std::string& form,
                                   const std::string& except) {
  if (problem.references.size() != problem.scores.size()) {
    throw Error::input("a problem of RewardMATH needs one score per solution")
        .field("score")
        .found(fmt::format("{} scores", problem.scores.size()))
        .expected(fmt::format("{}", problem.references.size()));
  }
  std::vector<double> right, wrong;
  for (size_t i = 0; i < problem.scores.size(); ++i) {
    const std::vector<double>& scores = problem.scores[i];
    if (form.empty() && scores.size() != 1) {
      throw Error::input("a solution has scores of steps, not one score")
          .field(fmt::format("score[{}]", i))
          .found(fmt::format("{} scores", scores.size()))
          .hint("name a form of aggregation");
    }
    const double value = form.empty() ? scores[0] : aggregate(form, scores);
    if (problem.references[i] == kRewardMathRight) {
      right.push_back(value);
    } else if (except.empty() || problem.references[i] != except) {
      wrong.push_back(value);
    }
  }
  return rewardmath_result(right, wrong);
}

RewardMathSummary rewardmath_summary(std::span<const RewardMathResult> results) {
  if (results.empty()) throw Error::input("no problems to summarise");
  RewardMathSummary out{.problems = results.size()};
  for (const RewardMathResult& one : results) {
    out.accuracy += one.accurate;
    out.mean_reciprocal_rank += one.reciprocal_rank;
    out.accuracy_with_ties += one.accurate_with_ties;
  }
  const double share = 100 / static_cast<double>(results.size());
  out.accuracy *= share;
  out.mean_reciprocal_rank *= share;
  out.accuracy_with_ties *= share;
  return out;
}

}  // namespace gradus
