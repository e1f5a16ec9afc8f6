#include "gradus/study/claims.h"

#include <gtest/gtest.h>

#include "gradus/study/library.h"
#include "gradus/study/spec.h"

namespace gradus {
namespace {

const Json kResults = {
    {"rows",
     {{{"arm", "process"},
       {"metric", "useful"},
       {"difference", 0.15},
       {"low", nullptr},
       {"verdict", "better"}},
      {{"arm", "process"},
       {"metric", "correct"},
       {"difference", -0.01},
       {"low", -0.02},
       {"verdict", "non-inferior"}}}},
    {"goodhart", {{{"arm", "process"}, {"flagged", false}}, {{"arm", "only"}, {"flagged", true}}}},
    {"naive", {{{"arm", "process"}, {"conclusion", "no benefit"}}}},
    {"numbers",
     {{"min.filler_share", {{"value", 0.04}, {"low", 0.03}, {"high", 0.05}, {"min", 0.01}, {"max", 0.06}}}}}};

ClaimedRecipe recipe_of(const std::string& claims) {
  return read_claimed_recipe(
      Config::parse("key = \"k\"\nsystem = \"s\"\npaper = \"p\"\nstudy = \"s.toml\"\n" + claims, "k.toml"));
}

// One claim with one check.
std::string claim(const std::string& check) {
  return "[[claim]]\nid = \"a\"\ntext = \"t\"\n[[claim.check]]\n" + check;
}

std::string row(const std::string& metric, const std::string& field, const std::string& comparator) {
  return claim("arm = \"process\"\nmetric = \"" + metric + "\"\nfield = \"" + field + "\"\n" + comparator +
               "\n");
}

bool holds(const std::string& claims) {
  const std::vector<ClaimResult> out = check_claims(recipe_of(claims), kResults);
  EXPECT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].checks.size(), 1u);
  EXPECT_EQ(out[0].holds, out[0].checks[0].holds);
  return out[0].holds;
}

Error refused(const std::string& claims) {
  try {
    check_claims(recipe_of(claims), kResults);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "accepted: " << claims;
  return Error::internal("");
}

TEST(Claims, EveryComparator) {
  EXPECT_TRUE(holds(row("useful", "difference", "at_least = 0.15")));
  EXPECT_FALSE(holds(row("useful", "difference", "at_least = 0.1501")));
  EXPECT_TRUE(holds(row("useful", "difference", "at_most = 0.15")));
  EXPECT_FALSE(holds(row("useful", "difference", "at_most = 0.1499")));
  EXPECT_TRUE(holds(row("useful", "difference", "above = 0.1499")));
  EXPECT_FALSE(holds(row("useful", "difference", "above = 0.15")));
  EXPECT_TRUE(holds(row("useful", "difference", "below = 0.1501")));
  EXPECT_FALSE(holds(row("useful", "difference", "below = 0.15")));
  EXPECT_TRUE(holds(row("useful", "verdict", "is = \"better\"")));
  EXPECT_FALSE(holds(row("correct", "verdict", "is = \"better\"")));
  EXPECT_TRUE(holds(row("correct", "verdict", "is_not = \"better\"")));
  EXPECT_FALSE(holds(row("useful", "verdict", "is_not = \"better\"")));
}

TEST(Claims, WhatCouldNotBeComputedSatisfiesNothing) {
  for (const char* comparator : {"at_least = -1e9", "at_most = 1e9", "above = -1e9", "below = 1e9", "is = 0",
                                 "is = \"null\"", "is = false", "is_not = \"better\""}) {
    EXPECT_FALSE(holds(row("useful", "low", comparator))) << comparator;
  }
}

TEST(Claims, ATextIsNotANumber) {
  EXPECT_FALSE(holds(row("useful", "verdict", "at_least = -1e9")));
  EXPECT_FALSE(holds(row("useful", "verdict", "below = 1e9")));
}

TEST(Claims, GoodhartAndNaive) {
  EXPECT_TRUE(holds(claim("goodhart = \"only\"\nis = true\n")));
  EXPECT_FALSE(holds(claim("goodhart = \"process\"\nis = true\n")));
  EXPECT_TRUE(holds(claim("goodhart = \"process\"\nis = false\n")));
  EXPECT_TRUE(holds(claim("naive = \"process\"\nis = \"no benefit\"\n")));
  EXPECT_FALSE(holds(claim("naive = \"process\"\nis = \"benefit\"\n")));
}

TEST(Claims, NumbersOfSimulations) {
  const std::string number = "number = \"min.filler_share\"\n";
  EXPECT_TRUE(holds(claim(number + "at_most = 0.04\n")));
  EXPECT_FALSE(holds(claim(number + "field = \"high\"\nat_most = 0.04\n")));
  EXPECT_TRUE(holds(claim(number + "field = \"low\"\nat_most = 0.03\n")));
  const Error gone = refused(claim("number = \"min.filler_shere\"\nat_most = 1\n"));
  EXPECT_NE(std::string(gone.what()).find("'min.filler_share'"), std::string::npos) << gone.what();
  EXPECT_EQ(refused(claim(number + "field = \"median\"\nat_most = 1\n")).field_name(),
            "claim[0].check[0].field");
}

TEST(Claims, ExactlyIsMeantOfEverySeed) {
  const std::string number = "number = \"min.filler_share\"\n";
  EXPECT_FALSE(holds(claim(number + "equals = 0.04\n"))) << "the mean is, its seeds are not";
  EXPECT_FALSE(holds(claim(number + "equals = 0.01\n"))) << "one seed is";
  const Json flat = {
      {"numbers",
       {{"gap", {{"value", 0.5}, {"low", 0.5}, {"high", 0.5}, {"min", 0.5}, {"max", 0.5 + 5e-10}}}}}};
  const auto gap = [&](const std::string& wanted) {
    return check_claims(recipe_of(claim("number = \"gap\"\nequals = " + wanted + "\n")), flat)[0].holds;
  };
  EXPECT_TRUE(gap("0.5"));
  EXPECT_FALSE(gap("0.50001"));
}

// A check whose threshold is not the specified one, and one that is.
ClaimCheck only_check(const std::string& check) {
  return check_claims(recipe_of(claim(check)), kResults).at(0).checks.at(0);
}

TEST(Claims, TheSpecifiedThresholdStandsBesideTheCheckedOne) {
  const std::string number = "number = \"min.filler_share\"\n";
  const ClaimCheck same = only_check(number + "at_most = 0.05\nspecified = 0.05\n");
  EXPECT_TRUE(same.holds && same.holds_as_specified);
  EXPECT_EQ(same.specified, "at most 0.05");
  EXPECT_EQ(same.because, "");
  const ClaimCheck looser =
      only_check(number + "at_most = 0.05\nspecified = 0.03\nbecause = \"ours is looser\"\n");
  EXPECT_TRUE(looser.holds);
  EXPECT_FALSE(looser.holds_as_specified);
  EXPECT_EQ(looser.because, "ours is looser");
  EXPECT_EQ(only_check(number + "at_most = 0.05\n").specified, "") << "the specification gives none";
  EXPECT_EQ(only_check("goodhart = \"only\"\nis = true\nspecified = true\n").specified, "true");
  const std::vector<ClaimResult> claims = check_claims(
      recipe_of(claim(number + "at_most = 0.05\nspecified = 0.03\nbecause = \"x\"\n")), kResults);
  EXPECT_TRUE(claims[0].holds);
  EXPECT_FALSE(claims[0].holds_as_specified);
}

TEST(Claims, ADifferenceNeedsAReasonAndAReasonADifference) {
  const std::string number = "number = \"min.filler_share\"\n";
  const Error silent = refused(claim(number + "at_most = 0.05\nspecified = 0.03\n"));
  EXPECT_EQ(silent.field_name(), "claim[0].check[0].because");
  EXPECT_EQ(refused(claim(number + "at_most = 0.05\nspecified = 0.05\nbecause = \"x\"\n")).field_name(),
            "claim[0].check[0].because");
  EXPECT_EQ(refused(claim(number + "at_most = 0.05\nbecause = \"x\"\n")).field_name(),
            "claim[0].check[0].because");
  EXPECT_EQ(refused(claim(number + "at_most = 0.05\nspecified = \"low\"\n")).field_name(),
            "claim[0].check[0].specified");
}

TEST(Claims, NeighboursAreShownAndChangeNothing) {
  const std::string beside =
      "[[claim.baseline]]\nnumber = \"min.filler_share\"\ntext = \"the minimum\"\n"
      "[[claim.rival]]\narm = \"process\"\nmetric = \"useful\"\nfield = \"difference\"\ntext = \"other\"\n";
  const std::string check = row("useful", "difference", "at_least = 0.15");
  const ClaimResult claim = check_claims(recipe_of(check + beside), kResults)[0];
  EXPECT_TRUE(claim.holds);
  ASSERT_EQ(claim.baselines.size(), 1u);
  EXPECT_EQ(claim.baselines[0].found, 0.04);
  EXPECT_EQ(claim.rivals[0].what, "process / useful / difference");
  EXPECT_EQ(refused(check + "[[claim.rival]]\nnumber = \"no\"\ntext = \"t\"\n").field_name(),
            "claim[0].rival[0].number");
}

TEST(Claims, IdentitiesAndUnbuiltPartsAreCountedApart) {
  const std::string check = "[[claim.check]]\nnumber = \"min.filler_share\"\nbelow = 1\n";
  const std::string text = "[[claim]]\nid = \"a\"\ntext = \"t\"\nidentity = true\n" + check +
                           "[[claim]]\nid = \"b\"\ntext = \"t\"\nours = true\n[[claim.check]]\nnumber = "
                           "\"min.filler_share\"\nabove = 1\n"
                           "[[claim]]\nid = \"c\"\ntext = \"t\"\n" +
                           check + "[[unbuilt]]\ntext = \"more\"\nwhy = \"not yet\"\n";
  const ClaimedRecipe recipe = recipe_of(text);
  EXPECT_EQ(parts_of(recipe).built, 2u) << "an identity is a part, a claim of ours is not";
  EXPECT_EQ(parts_of(recipe).specified, 3u);
  const Json json = claims_json(recipe, check_claims(recipe, kResults));
  EXPECT_EQ(json["counts"]["claims"], 2);
  EXPECT_EQ(json["counts"]["hold"], 1);
  EXPECT_EQ(json["counts"]["identities"], 1);
  EXPECT_EQ(json["unbuilt"][0]["why"], "not yet");
  EXPECT_EQ(json["holds"], false);
  EXPECT_THROW(recipe_of(claim("x = 1\n") + "[[unbuilt]]\ntext = \"more\"\n"), Error) << "without a reason";
}

TEST(Claims, AStudyHasNoWorlds) {
  const std::string check = claim("goodhart = \"only\"\nis = true\n");
  EXPECT_EQ(refused(check + "[[claim.control]]\ntext = \"t\"\nset.world.noise = 1\n").field_name(),
            "claim[0].control[0].set");
  EXPECT_EQ(refused(check + "[sweep.world]\nnoise = [1]\n").field_name(), "sweep");
}

TEST(WorldSettings, ReadFromTheCommandLine) {
  const WorldSetting number = parse_setting("world.noise=2.5");
  EXPECT_EQ(number.world, "world");
  EXPECT_EQ(number.parameter, "noise");
  EXPECT_EQ(number.value, 2.5);
  EXPECT_TRUE(number.means("anything"));
  EXPECT_FALSE(parse_setting("judge_panel.wrong=1").means("noop_steps"));
  EXPECT_EQ(parse_setting("world.collection=queue").value, "queue");
  EXPECT_EQ(parse_setting("world.chances=[0.1, 0.5]").value.size(), 2u);
  EXPECT_EQ(parse_setting("world.collection=a=b").value, "a=b");
  EXPECT_EQ(parse_setting("world.noise=2").text(), "world.noise=2");
  for (const char* text :
       {"", "=", "noise=2", "world.noise", "world.=2", ".noise=2", "world.noise=", "world=2.5"}) {
    EXPECT_THROW(parse_setting(text), Error) << text;
  }
}

TEST(Claims, EitherAStudyOrSimulations) {
  const std::string rest = claim("number = \"x\"\nat_most = 1\n");
  EXPECT_THROW(recipe_of("[[simulation]]\nname = \"filler_corridor\"\n" + rest), Error) << "both";
  EXPECT_THROW(
      read_claimed_recipe(Config::parse("key = \"k\"\nsystem = \"s\"\npaper = \"p\"\n" + rest, "k.toml")),
      Error)
      << "neither";
}

TEST(Claims, EveryCheckMustHold) {
  const std::string both =
      row("useful", "difference", "above = 0") + "[[claim.check]]\ngoodhart = \"process\"\nis = true\n";
  const std::vector<ClaimResult> out = check_claims(recipe_of(both), kResults);
  ASSERT_EQ(out[0].checks.size(), 2u);
  EXPECT_TRUE(out[0].checks[0].holds);
  EXPECT_FALSE(out[0].checks[1].holds);
  EXPECT_FALSE(out[0].holds);
  EXPECT_FALSE(check_claims(recipe_of("[[claim]]\nid = \"a\"\ntext = \"t\"\n"), kResults)[0].holds)
      << "a claim without checks";
}

TEST(Claims, ASlipInTheRecipeIsAnErrorAndNotAnAnswer) {
  const Error gone = refused(row("usefull", "difference", "above = 0"));
  EXPECT_EQ(gone.exit_code(), 2);
  EXPECT_EQ(gone.file(), "k.toml");
  EXPECT_EQ(gone.line(), 10);
  EXPECT_EQ(gone.field_name(), "claim[0].check[0].metric");
  EXPECT_NE(std::string(gone.what()).find("process / usefull"), std::string::npos) << gone.what();
  EXPECT_EQ(refused(row("useful", "diference", "above = 0")).line(), 11);
  EXPECT_EQ(refused(claim("goodhart = \"nobody\"\nis = true\n")).line(), 9);
  EXPECT_EQ(refused(claim("naive = \"nobody\"\nis = true\n")).line(), 9);
  EXPECT_NE(std::string(refused(row("useful", "difference", "")).what()).find("exactly one of"),
            std::string::npos);
  EXPECT_NE(
      std::string(refused(row("useful", "difference", "above = 0\nbelow = 1")).what()).find("exactly one of"),
      std::string::npos);
  EXPECT_NE(
      std::string(refused(row("useful", "difference", "above = 0\nbellow = 1")).what()).find("'bellow'"),
      std::string::npos);
  EXPECT_NE(std::string(refused(row("useful", "difference", "above = \"x\"")).what()).find("wrong type"),
            std::string::npos);
}

TEST(Claims, TheRecipeItselfIsChecked) {
  EXPECT_THROW(recipe_of(""), Error) << "no claim at all";
  EXPECT_THROW(recipe_of("extra = 1\n" + claim("goodhart = \"only\"\nis = true\n")), Error);
  EXPECT_THROW(read_claimed_recipe(Config::parse("key = \"k\"\n", "k.toml")), Error);
}

TEST(Claims, AsJson) {
  const ClaimedRecipe recipe = recipe_of(row("useful", "low", "above = 0"));
  const Json json = claims_json(recipe, check_claims(recipe, kResults));
  EXPECT_EQ(json["key"], "k");
  EXPECT_EQ(json["holds"], false);
  EXPECT_TRUE(json["claims"][0]["checks"][0]["found"].is_null()) << "missing stays missing";
  EXPECT_EQ(json["claims"][0]["checks"][0]["wanted"], "above 0");
  EXPECT_EQ(claims_json(recipe, {})["holds"], false) << "nothing claimed is nothing shown";
}

// Every recipe of the library with claims: its study reads, and each check asks for an arm and a metric that
// the study has.
TEST(Claims, ThoseOfTheLibraryFitTheirStudies) {
  size_t found = 0;
  for (const MethodRow& method : method_table()) {
    const std::string file = "methods/" + method.key + ".toml";
    const std::optional<ClaimedRecipe> claimed = claimed_recipe(method.key);
    if (!claimed) continue;
    ++found;
    const ClaimedRecipe& recipe = *claimed;
    EXPECT_EQ(recipe.key, method.key);
    if (recipe.study.empty()) continue;  // simulated_test.cc
    const StudySpec spec = StudySpec::parse(library_config(recipe.study));
    const EnvironmentInfo info = spec.make_environment()->info();
    for (const Section& claim_table : recipe.config.root().sections("claim")) {
      for (const Section& check : claim_table.sections("check")) {
        const std::string arm = check.has("goodhart") ? check.text("goodhart")
                                : check.has("naive")  ? check.text("naive")
                                                      : check.text("arm");
        EXPECT_NO_THROW(spec.arm(arm)) << file << ": " << arm;
        if (!check.has("metric")) continue;
        const std::string metric = check.text("metric");
        EXPECT_TRUE(std::any_of(info.metrics.begin(), info.metrics.end(),
                                [&](const MetricSpec& m) { return m.id == metric; }))
            << file << ": " << metric;
      }
    }
  }
  EXPECT_GE(found, 1u);
}

}  // namespace
}  // namespace gradus
