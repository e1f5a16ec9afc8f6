#include "gradus/method/recipe.h"

namespace gradus {

Recipe read_recipe(const Section& section) {
  Recipe recipe;
  for (const Section& table : section.sections("operator")) {
    const std::string name = table.text("name");
    recipe.push_back({name, table.rest({"name"}), table.place()});
  }
  if (recipe.empty()) {
    throw section.error("operator", "a recipe without operators").expected("at least one [[operator]] table");
  }
  return recipe;
}

}  // namespace gradus
