#include "gradus/study/simulated.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "gradus/study/library.h"

namespace gradus {
namespace {

std::vector<ClaimedRecipe> simulated_recipes() {
  std::vector<ClaimedRecipe> out;
  for (const MethodRow& method : method_table()) {
    std::optional<ClaimedRecipe> recipe = claimed_recipe(method.key);
    if (recipe && recipe->study.empty()) out.push_back(std::move(*recipe));
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
    const std::vector<SimulationPlan> plans = quick_plans(recipe);
    const Json one = joined_numbers(plans, run_simulations(plans, 7, 1));
    EXPECT_EQ(one.dump(), joined_numbers(plans, run_simulations(plans, 7, 3)).dump()) << recipe.key;
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

// A world with two parameters that matter, and a claim that a noise of 0 fulfils.
ClaimedRecipe noisy_recipe(const std::string& more = "") {
  return read_claimed_recipe(
      Config::parse("key = \"k\"\nsystem = \"s\"\npaper = \"p\"\n"
                    "[[simulation]]\nname = \"noisy_scorer\"\nseeds = 2\nprompts = 50\nnoise = [0.0, 1.0]\n" +
                        more +
                        "[[claim]]\nid = \"a\"\ntext = \"t\"\n"
                        "check = [{ number = \"last\", at_least = 0.99 }]\n"
                        "[[claim.control]]\ntext = \"loud\"\nset.world.noise = [0.0, 9.0]\n",
                    "k.toml"));
}

TEST(WorldSettings, SetEverySimulationThatHasTheParameter) {
  const auto noise = [](const std::string& setting) {
    return read_simulations(noisy_recipe(), {parse_setting(setting)})[0].parameters["noise"];
  };
  EXPECT_EQ(noise("world.noise=[0.0, 0.5]")[1], 0.5);
  EXPECT_EQ(noise("noisy_scorer.noise=[0.0, 0.5]")[1], 0.5);
  EXPECT_EQ(read_simulations(noisy_recipe())[0].parameters["noise"][1], 1.0);
}

Error setting_refused(const std::string& setting) {
  try {
    read_simulations(noisy_recipe(), {parse_setting(setting)});
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    return error;
  }
  ADD_FAILURE() << "accepted: " << setting;
  return Error::internal("");
}

TEST(WorldSettings, UnknownNamesAndValuesAreRefused) {
  EXPECT_NE(std::string(setting_refused("world.noize=1").what()).find("'world.noise'"), std::string::npos);
  EXPECT_NE(std::string(setting_refused("noisy_scoer.noise=1").what()).find("'noisy_scorer.noise'"),
            std::string::npos);
  setting_refused("filler_corridor.group=4");  // of another recipe
  EXPECT_EQ(setting_refused("world.noise=loud").field_name(), "--set world.noise");
  EXPECT_EQ(setting_refused("world.slack=2").field_name(), "--set world.slack");
  setting_refused("world.prompts=1.5");
  setting_refused("world.seeds=4");
}

TEST(SimulatedWorlds, AControlIsAWorldInWhichTheClaimMustFail) {
  const auto claim_in = [](const std::string& setting) {
    const ClaimedRecipe recipe = noisy_recipe();
    const SimulatedWorlds worlds(recipe, {parse_setting(setting)}, 7, 1);
    return check_claims(recipe, worlds.results(),
                        [&](const auto& further) { return worlds.results(further); })[0];
  };
  const ClaimResult holds = claim_in("world.noise=[0.0, 0.0]");
  EXPECT_TRUE(holds.holds);
  ASSERT_EQ(holds.controls.size(), 1u);
  EXPECT_FALSE(holds.controls[0].claim_holds);
  EXPECT_EQ(holds.controls[0].set, "world.noise=[0.0,9.0]");
  EXPECT_FALSE(claim_in("world.noise=[0.0, 1.0]").holds);
}

TEST(SimulatedWorlds, AClaimThatHoldsInItsControlToSaysNothing) {
  const ClaimedRecipe recipe = read_claimed_recipe(
      Config::parse("key = \"k\"\nsystem = \"s\"\npaper = \"p\"\n"
                    "[[simulation]]\nname = \"noisy_scorer\"\nseeds = 2\nprompts = 50\n"
                    "[[claim]]\nid = \"a\"\ntext = \"t\"\ncheck = [{ number = \"last\", at_least = 0.0 }]\n"
                    "[[claim.control]]\ntext = \"quiet\"\nset.world.noise = [0.0]\n",
                    "k.toml"));
  const SimulatedWorlds worlds(recipe, {}, 7, 1);
  const ClaimResult claim =
      check_claims(recipe, worlds.results(), [&](const auto& further) { return worlds.results(further); })[0];
  EXPECT_TRUE(claim.checks[0].holds);
  EXPECT_TRUE(claim.controls[0].claim_holds);
  EXPECT_FALSE(claim.holds);
}

TEST(SimulatedWorlds, ASweepSaysWhereAClaimHolds) {
  const ClaimedRecipe recipe =
      noisy_recipe("[sweep.world]\nnoise = [[0.0, 0.0], [0.0, 1.0]]\nprompts = [50]\n");
  const Json swept = sweep_claims(recipe, SimulatedWorlds(recipe, {}, 7, 1));
  ASSERT_EQ(swept["a"].size(), 2u);
  EXPECT_EQ(swept["a"][0]["parameter"], "world.noise");
  EXPECT_EQ(swept["a"][0]["worlds"][0]["holds"], true);
  EXPECT_EQ(swept["a"][0]["worlds"][1]["holds"], false);
  EXPECT_EQ(swept["a"][1]["worlds"].size(), 1u);
  const ClaimedRecipe empty = noisy_recipe("[sweep.world]\nnoise = 3\n");
  EXPECT_THROW(sweep_claims(empty, SimulatedWorlds(empty, {}, 7, 1)), Error);
}

TEST(SimulatedWorlds, WhatASettingDoesNotTouchStaysAsItIs) {
  const ClaimedRecipe recipe = noisy_recipe();
  const SimulatedWorlds worlds(recipe, {}, 7, 1);
  EXPECT_EQ(worlds.results({parse_setting("world.noise=[0.0, 1.0]")})["numbers"],
            worlds.results()["numbers"]);
  EXPECT_EQ(SimulatedWorlds(recipe, {parse_setting("world.prompts=60")}, 7, 1).results()["numbers"],
            worlds.results({parse_setting("world.prompts=60")})["numbers"])
      << "the same seeds, whichever way it was set";
}

// What the library's recipes owe: every claim shows what it is compared with and over which worlds it is
// tried; those of rebuilt worlds fail where they must.
TEST(Simulated, EveryClaimShowsItsBaselineAndDeclaresItsWorlds) {
  for (const ClaimedRecipe& recipe : simulated_recipes()) {
    const Section root = recipe.config.root();
    for (const Section& claim : root.sections("claim")) {
      if (claim.flag("identity", false)) continue;
      EXPECT_FALSE(claim.sections("baseline").empty()) << recipe.key << " " << claim.text("id");
    }
    ASSERT_TRUE(root.has("sweep")) << recipe.key;
    for (const WorldSetting& range : read_settings(root.section("sweep"))) {
      for (const Json& value : range.value) {
        WorldSetting setting = range;
        setting.value = value;
        EXPECT_NO_THROW(read_simulations(recipe, {setting})) << recipe.key << " " << setting.text();
      }
    }
  }
}

TEST(Simulated, ClaimsFailInTheirControls) {
  for (const char* key :
       {"torl", "vilbench", "spark", "rewardmath", "igpo", "consensus", "mle_rl", "compute_optimal"}) {
    const ClaimedRecipe recipe = read_claimed_recipe(library_config(std::string("methods/") + key + ".toml"));
    const SimulatedWorlds worlds(recipe, {}, 9001, 2);
    size_t controls = 0;
    for (const ClaimResult& claim : check_claims(
             recipe, worlds.results(), [&](const auto& further) { return worlds.results(further); })) {
      for (const ClaimControl& control : claim.controls) {
        ++controls;
        EXPECT_FALSE(control.claim_holds) << key << " " << claim.id << ": " << control.text;
      }
    }
    EXPECT_GE(controls, 1u) << key;
  }
}

}  // namespace
}  // namespace gradus
