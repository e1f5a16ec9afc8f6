// A recipe: the operators of one reward pipeline, in order, with their constants. It stands in a TOML file of
// its own (recipes/NAME.toml) or inside an arm of a study.
//
//   [[operator]]
//   name = "credit.grpo"
//   channel = "outcome"
//   into = "advantage"
#pragma once

#include <string>
#include <vector>

#include "gradus/base/config.h"
#include "gradus/env/environment.h"
#include "gradus/rollout/pipeline.h"

namespace gradus {

struct RecipeStep {
  std::string op;
  Json params;
  Place place;
};

using Recipe = std::vector<RecipeStep>;

// The [[operator]] tables of a section.
Recipe read_recipe(const Section& section);

// A recipe file, on disk or in the library; every key that has no meaning in one is refused.
Recipe load_recipe(const std::string& path);

// The pipeline of a recipe on the reward columns of an environment. It must write token.advantage, which the
// trainer reads; `place` is blamed where it does not.
Pipeline build_pipeline(const Recipe& recipe, const EnvironmentInfo& environment, const Place& place);

// The operators of a recipe on the columns of an environment, whatever they write.
Pipeline build_operators(const Recipe& recipe, const EnvironmentInfo& environment);

// Only the reward sources of several recipes (is_source in gradus/rollout/operator.h), each once: what a
// viewer shows as channels.
Pipeline build_sources(const std::vector<Recipe>& recipes, const EnvironmentInfo& environment);

}  // namespace gradus
