// What a recipe (gradus/method/recipe.h) is on the columns of an environment: a checked pipeline.
#pragma once

#include <string>
#include <vector>

#include "gradus/env/environment.h"
#include "gradus/method/recipe.h"
#include "gradus/rollout/pipeline.h"

namespace gradus {

// A recipe file, on disk or in the library; every key that has no meaning in one is refused.
Recipe load_recipe(const std::string& path);

// The pipeline of a recipe on the reward columns of an environment. It must write token.advantage, which the
// trainer reads; `place` is blamed where it does not.
Pipeline build_pipeline(const Recipe& recipe, const EnvironmentInfo& environment, const Place& place);

// The operators of a recipe on the columns of an environment, whatever they write.
Pipeline build_operators(const Recipe& recipe, const EnvironmentInfo& environment);

// What a recipe asks of the rollouts that it runs on, and what it adds: columns and notes by name.
struct RecipeColumns {
  std::vector<std::string> reads, notes, writes;
};

RecipeColumns columns_of(const Recipe& recipe);

// Only the reward sources of several recipes (is_source in gradus/rollout/operator.h), each once: what a
// viewer shows as channels.
Pipeline build_sources(const std::vector<Recipe>& recipes, const EnvironmentInfo& environment);

}  // namespace gradus
