// The claims of a paper in miniature, as data, checked against the results of a study or of simulations.
//
//   [[claim]]
//   id = "a"
//   text = "Outcome is non-inferior and the error-free share rises by at least 0.15"
//   identity = true               # holds by algebra: shown, and never counted as a claim
//   ours = true                   # not in the specification: no part of it
//     [[claim.check]]
//     arm = "outcome_process"
//     metric = "error_free"
//     field = "difference"        # a field of the row, see docs/results-json.md
//     at_least = 0.15             # or at_most, above, below, is, is_not
//     specified = 0.2             # what the specification wants; left out where it gives no number
//     because = "..."             # why another one is checked; only there, and needed there
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
//     [[claim.check]]
//     number = "gain.gap"
//     equals = 0.5                        # under every seed, to 1e-9
//     [[claim.baseline]]                  # shown beside the claim: what the method is compared with
//     number = "sum.filler_share"
//     text = "credit by the sum"
//     [[claim.rival]]                     # and the simple thing that does the same
//     number = "outcome.accuracy"
//     text = "outcome alone"
//     [[claim.control]]                   # a world in which the claim must fail, or it says nothing
//     text = "steps that are never wrong"
//     set.world.wrong = 0.0               # gradus/study/world_setting.h
//
// A number that the study could not compute does not satisfy any check. Beside the claims a recipe says what
// of the specification is not here, and whether its world was changed until a claim held:
//
//   adjusted = "edits = 12 instead of 8: with 8 the claim (b) fails"
//   [[unbuilt]]
//   text = "Training on the kept labels finds steps better"
//   why = "no simulation trains a scorer"
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/config.h"
#include "gradus/study/world_setting.h"

namespace gradus {

struct ClaimCheck {
  std::string what;       // "outcome_process / error_free / difference"
  std::string wanted;     // "at least 0.15"
  std::string specified;  // what the specification wants, "" where it gives no number
  std::string because;    // why the two differ, "" where they do not
  Json found;
  bool holds = false;
  bool holds_as_specified = false;  // the same as holds where nothing is specified
};

// A number that is shown beside a claim.
struct ClaimNeighbour {
  std::string text, what;
  Json found;
};

struct ClaimControl {
  std::string text, set;
  std::vector<ClaimCheck> checks;
  bool claim_holds = false;  // then the claim says nothing
};

struct ClaimResult {
  std::string id, text;
  bool identity = false, ours = false;
  bool holds = false;               // every check, and no control
  bool holds_as_specified = false;  // the same with the thresholds of the specification
  std::vector<ClaimCheck> checks;
  std::vector<ClaimNeighbour> baselines, rivals;
  std::vector<ClaimControl> controls;
};

struct UnbuiltPart {
  std::string text, why;
};

// A recipe with claims: methods/KEY.toml.
struct ClaimedRecipe {
  std::string key, system, paper;
  std::string study;     // file of the study that the claims are checked on; "": the recipe's simulations
  std::string adjusted;  // what was changed until a claim held; "": nothing
  std::vector<UnbuiltPart> unbuilt;
  Config config;
};

// How much of what is specified is there. Identities count, claims of our own do not.
struct ClaimParts {
  size_t built = 0, specified = 0;
};

// The results of the recipe's simulations in another world.
using ResultsOf = std::function<Json(const std::vector<WorldSetting>& settings)>;

ClaimedRecipe read_claimed_recipe(const Config& config);
std::optional<ClaimedRecipe> claimed_recipe(
    const std::string& key);  // none: it has no file, or claims nothing
ClaimParts parts_of(const ClaimedRecipe& recipe);
// Controls are run where `results_of` is given.
std::vector<ClaimResult> check_claims(const ClaimedRecipe& recipe, const Json& results,
                                      const ResultsOf& results_of = {});
// {key, system, paper, holds, counts, claims, unbuilt, adjusted}: docs/commands/reproduce.md.
Json claims_json(const ClaimedRecipe& recipe, const std::vector<ClaimResult>& claims);

}  // namespace gradus
