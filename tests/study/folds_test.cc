#include <gtest/gtest.h>
#include <map>

#include "gradus/env/code/habits.h"
#include "gradus/study/drift.h"
#include "gradus/study/library.h"
#include "gradus/study/results.h"

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

Role role_of_metric(const StudySpec& spec, const std::string& arm, const std::string& id) {
  const EnvironmentInfo info = spec.make_environment()->info();
  const AnalysisPlan plan = analysis_plan(spec, info);
  for (const MetricSpec& metric : study_metrics(info)) {
    for (const ArmPlan& entry : plan.arms) {
      if (entry.id == arm && metric.id == id) return role_by_structure(metric, entry.paid);
    }
  }
  ADD_FAILURE() << "no arm " << arm << " or no metric " << id;
  return Role::held_out;
}

// Another instrument reads them, and still: what a reward counts by name is no evidence for it.
TEST(Folds, AFamilyThatIsPaidIsNotHeldOut) {
  const StudySpec spec = StudySpec::parse(library_config("studies/clean_code.toml"));
  for (const Family family : all_families()) {
    const std::string id = "sloppy_" + family_name(family);
    const bool first = fold_of(family) == 1;
    EXPECT_EQ(role_of_metric(spec, "process_1", id), first ? Role::proximal : Role::held_out) << id;
    EXPECT_EQ(role_of_metric(spec, "process_2", id), first ? Role::held_out : Role::proximal) << id;
    EXPECT_EQ(role_of_metric(spec, "process_all", id), Role::proximal) << id;
    EXPECT_EQ(role_of_metric(spec, "outcome", id), Role::held_out) << id;
  }
  EXPECT_EQ(role_of_metric(spec, "process_1", "sloppy_fold2"), Role::held_out);
  EXPECT_EQ(role_of_metric(spec, "process_1", "sloppy"), Role::proximal);
  EXPECT_EQ(role_of_metric(spec, "process_all", "cognitive"), Role::held_out);
}

}  // namespace
}  // namespace gradus
