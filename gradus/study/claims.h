// The claims of a paper in miniature, as data, checked against the results of a study or of simulations.
//
//   [[claim]]
//   id = "a"
//   text = "Outcome is non-inferior and the error-free share rises by at least 0.15"
//     [[claim.check]]
//     arm = "outcome_process"
//     metric = "error_free"
//     field = "difference"        # a field of the row, see docs/results-json.md
//     at_least = 0.15             # or at_most, above, below, is, is_not
//     [[claim.check]]
//     goodhart = "process_only"   # the Goodhart flag of an arm
//     is = true
//     [[claim.check]]
//     naive = "outcome_process"   # what a report of accuracy alone would conclude about an arm
//     is = "no benefit"
//     [[claim.check]]
//     number = "min.filler_share"         # a number of a simulation, see gradus/study/simulated.h
//     field = "high"                      # value (default), low, high, min, max
//     at_most = 0.10
//
// A number that the study could not compute does not satisfy any check.
#pragma once

#include <string>
#include <vector>

#include "gradus/base/config.h"

namespace gradus {

struct ClaimCheck {
  std::string what;    // "outcome_process / error_free / difference"
  std::string wanted;  // "at least 0.15"
  Json found;
  bool holds = false;
};

struct ClaimResult {
  std::string id, text;
  bool holds = false;
  std::vector<ClaimCheck> checks;
};

// A recipe with claims: recipes/KEY.toml.
struct ClaimedRecipe {
  std::string key, system, paper;
  std::string study;  // file of the study that the claims are checked on; "": the recipe's simulations
  Config config;
};

ClaimedRecipe read_claimed_recipe(const Config& config);
std::vector<ClaimResult> check_claims(const ClaimedRecipe& recipe, const Json& results);
Json claims_json(const ClaimedRecipe& recipe, const std::vector<ClaimResult>& claims);

}  // namespace gradus
