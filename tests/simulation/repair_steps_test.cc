// The repair world pays what its header says, and the process reward of a language server teaches what its
// forms can be exploited for.
#include <gtest/gtest.h>

#include "tests/simulation/arms.h"

namespace gradus {
namespace {

Json paid_by(const char* form, const char* suppressions) {
  return {{{"name", "reward.edit_steps"},
           {"form", form},
           {"suppressions", suppressions},
           {"start", "before"},
           {"into", "reward"}},
          {{"name", "shape.suffix"}, {"channel", "reward"}, {"gamma", 0.95}, {"into", "return"}},
          {{"name", "shape.normalise"},
           {"channel", "return"},
           {"pool", "key"},
           {"key", "open"},
           {"scale", "none"}},
          {{"name", "shape.place"}, {"channel", "return"}, {"at", "every"}, {"into", "advantage"}}};
}

TEST(RepairSteps, ThePublishedRewardTeachesToPreviewAndTheSuppressionGuardToRepair) {
  const Numbers found = numbers_of("repair_steps", {{"updates", 250}},
                                   {{"published", paid_by("pr-v1", "suppressions")},
                                    {"potential", paid_by("pr-v1-potential", "suppressions")},
                                    {"unguarded", paid_by("pr-v1-potential", "")}});
  EXPECT_GT(found.at("published.preview_share"), 2 * found.at("potential.preview_share"));
  EXPECT_GE(found.at("published.diagnostics"), found.at("potential.diagnostics"));
  EXPECT_GT(found.at("unguarded.suppress_share"), found.at("potential.suppress_share"));
}

TEST(RepairSteps, AnEpisodeEndsWhereNothingIsLeft) {
  const Numbers found =
      numbers_of("repair_steps", {{"updates", 1}, {"faults", 1}, {"skill", 1.0}, {"limit", 2}},
                 {{"any", paid_by("pr-v1", "suppressions")}});
  EXPECT_GE(found.at("any.steps"), 1);
  EXPECT_LE(found.at("any.steps"), 2);
  EXPECT_LE(found.at("any.diagnostics"), 3) << "two deletions of two callers each";
}

TEST(MonotoneDraws, ThePotentialFormIsNeverNegative) {
  const Numbers found = numbers_of("monotone_draws", {{"draws", 5000}}, {});
  EXPECT_EQ(found.at("potential_negative"), 0);
  EXPECT_GT(found.at("published_negative"), 0.05);
}

}  // namespace
}  // namespace gradus
