#include <gtest/gtest.h>
#include <map>

#include "gradus/env/code/habits.h"
#include "gradus/study/library.h"

namespace gradus {
namespace {

// What reward.c_style penalises in a recipe, as families of habits; "duplicate_statement" is a kind of dead
// store.
Families paid_by(const std::string& recipe) {
  std::map<std::string, Family> families = {{"duplicate_statement", Family::dead_store}};
  for (const Family family : all_families()) families[family_name(family)] = family;
  Families out;
  const Json document = library_config(recipe).document();
  EXPECT_EQ(document["operator"][0]["name"], "reward.c_style") << recipe;
  for (const Json& name : document["operator"][0]["families"])
    out.set(static_cast<size_t>(families.at(name.get<std::string>())));
  return out;
}

TEST(Folds, RecipesPayThemWhole) {
  for (const char* recipe : {"outcome_process_1", "outcome_shuffled", "process_only"})
    EXPECT_EQ(paid_by(std::string("recipes/") + recipe + ".toml"), families_of_fold(1)) << recipe;
  EXPECT_EQ(paid_by("recipes/outcome_process_2.toml"), families_of_fold(2));
}

}  // namespace
}  // namespace gradus
