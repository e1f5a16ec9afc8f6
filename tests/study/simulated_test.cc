#include "gradus/study/simulated.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "gradus/study/library.h"

namespace gradus {
namespace {

std::vector<ClaimedRecipe> simulated_recipes() {
  std::vector<ClaimedRecipe> out;
  for (const MethodRow& method : method_table()) {
    const std::string file = "recipes/" + method.key + ".toml";
    if (!in_library(file)) continue;
    ClaimedRecipe recipe = read_claimed_recipe(library_config(file));
    if (recipe.study.empty()) out.push_back(std::move(recipe));
  }
  return out;
}

// The recipe's plans with few seeds: what is tested here is not whether the claim holds.
std::vector<SimulationPlan> quick_plans(const ClaimedRecipe& recipe) {
  std::vector<SimulationPlan> plans = read_simulations(recipe);
  for (SimulationPlan& plan : plans) plan.seeds = std::min<size_t>(plan.seeds, 2);
  return plans;
}

TEST(Simulated, EveryRecipeGivesTheNumbersThatItChecksWhateverTheThreads) {
  const std::vector<ClaimedRecipe> recipes = simulated_recipes();
  EXPECT_GE(recipes.size(), 1u);
  for (const ClaimedRecipe& recipe : recipes) {
    const Json one = run_simulations(quick_plans(recipe), 7, 1);
    EXPECT_EQ(one.dump(), run_simulations(quick_plans(recipe), 7, 3).dump()) << recipe.key;
    EXPECT_NO_THROW(check_claims(recipe, one)) << recipe.key;
  }
}

ClaimedRecipe recipe_of(const std::string& simulation) {
  return read_claimed_recipe(Config::parse("key = \"k\"\nsystem = \"s\"\npaper = \"p\"\n[[simulation]]\n" +
                                               simulation + "\n[[claim]]\nid = \"a\"\ntext = \"t\"\n",
                                           "k.toml"));
}

Error refused(const std::string& simulation) {
  try {
    read_simulations(recipe_of(simulation));
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "accepted: " << simulation;
  return Error::internal("");
}

TEST(Simulated, MistakesAreNamedWithTheirPlace) {
  EXPECT_NE(std::string(refused("name = \"filler_coridor\"\nseeds = 1").what()).find("filler_corridor"),
            std::string::npos);
  EXPECT_EQ(refused("name = \"filler_corridor\"").field_name(), "simulation[0].seeds");
  EXPECT_EQ(refused("name = \"filler_corridor\"\nseeds = 1\nbaseline = \"none\"").field_name(),
            "simulation[0].baseline");
  EXPECT_EQ(refused("name = \"filler_corridor\"\nseeds = 1\nupdtes = 4").line(), 7);
  const Error idle = refused("name = \"filler_corridor\"\nseeds = 1\n[[simulation.arm]]\nid = \"idle\"");
  EXPECT_NE(std::string(idle.what()).find("token.advantage"), std::string::npos) << idle.what();
  const Error blind = refused(
      "name = \"filler_corridor\"\nseeds = 1\n[[simulation.arm]]\nid = \"x\"\n[[simulation.arm.operator]]\n"
      "name = \"credit.grpo\"\nchannel = \"truth\"");
  EXPECT_NE(std::string(blind.what()).find("'credit.grpo' reads"), std::string::npos) << blind.what();
}

}  // namespace
}  // namespace gradus
