// Ranks the arms of results.json by one metric, and never without the outcome beside it.
//
//   for (const RankedArm& arm : rank_arms(results, "necessity")) ...   // ranked ones first, best first
//   rank_arms(results, "flagged")[0].unranked;   // "paid by its evaluator": why it has no rank
//
// An arm is ranked where the metric is held out for it and for the baseline, and where the constraint was
// shown to hold: better, or worse by less than the margin. Two studies are compared arm by arm where they are
// paired: the same environment, seeds, number of base policies, evaluation tasks and samples.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/base/json.h"

namespace gradus {

struct ShownEffect {
  std::optional<double> difference, low, high;
  std::string verdict;  // as in the row
};

struct RankedArm {
  std::string id, role, baseline_role;
  std::optional<double> mean;
  ShownEffect metric, constraint;  // against the baseline
  std::string unranked;            // why it has no rank; "": it has one
};

// Throws Error::input for a metric that the results do not have.
std::vector<RankedArm> rank_arms(const Json& results, const std::string& metric);

// second minus first, for every arm that both have and every metric asked for (the constraint and `metric`):
// the mean over paired seeds, with a t interval over base policies, since seeds that start from one are not
// independent of each other. Assumed is that base policies are, and that no tasks but those of a seed are
// shared.
struct PairedArm {
  std::string id;
  std::string role, other_role;    // in the first and the second
  ShownEffect metric, constraint;  // verdict: "" (no margin was fixed for this comparison)
};

struct PairedStudies {
  std::vector<PairedArm> arms;
  size_t bases = 0;                // base policies of either study
  std::optional<bool> same_bases;  // both start from the same ones; none: an older study does not say
};

// Throws Error::input where the two are not paired, naming what differs.
PairedStudies pair_results(const Json& first, const Json& second, const std::string& metric);

}  // namespace gradus
