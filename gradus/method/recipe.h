// A recipe: operators in order, with their constants. It stands in a TOML file of its own
// (recipes/NAME.toml), inside an arm of a study, or in a method as a chain (chain.h).
//
//   [[operator]]
//   name = "credit.grpo"
//   channel = "outcome"
//   into = "advantage"
#pragma once

#include <string>
#include <vector>

#include "gradus/base/config.h"

namespace gradus {

struct RecipeStep {
  std::string op;
  Json params;
  Place place;
};

using Recipe = std::vector<RecipeStep>;

// The [[operator]] tables of a section.
Recipe read_recipe(const Section& section);

}  // namespace gradus
