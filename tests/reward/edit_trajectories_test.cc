#include "gradus/reward/edit_trajectories.h"

#include <gtest/gtest.h>

#include "gradus/lsp/edit_rewards.h"
#include "gradus/reward/edit_steps.h"

namespace gradus {
namespace {

const Json kGuards{{"suppressions", "suppressions"}, {"fatal", "fatal"}, {"start", "diagnostics_before"}};

void pay(RolloutBatch& batch) {
  OperatorRegistry registry("operator");
  register_edit_steps(registry);
  registry.make("reward.edit_steps", kGuards)->apply(batch, {});
}

// Errors that hide others come, stay and go in every combination; both commands pay the same.
TEST(EditTrajectories, ScoreAndRewardPayTheSame) {
  try {
    executable_of(server_profile("clangd"));
  } catch (const LspError&) {
    GTEST_SKIP() << "clangd is not installed";
  }
  const std::string body = "int f() { return x; }\nint g() { return y; }\n";
  const auto hidden = [&](const char* header) { return "#include \"" + std::string(header) + "\"\n" + body; };
  CommitRange edits;
  edits.server = "clangd";
  edits.trajectory.start = {{"a.cc", body}, {"b.cc", body}, {"c.cc", body}};
  edits.trajectory.steps = {
      {.files = {{"a.cc", hidden("x.h")}}},                  // made
      {.files = {{"a.cc", body}, {"b.cc", hidden("y.h")}}},  // one goes, another is made
      {.files = {{"c.cc", hidden("z.h")}}},                  // one stays, another is made
      {.files = {{"notes.txt", "n"}}},                       // they stay
      {.files = {{"b.cc", body}}},                           // one stays
      {.files = {{"c.cc", body}}}};                          // none
  edits.subjects.resize(edits.trajectory.steps.size());
  const Json paid = reward_edits(edits, {.server = "clangd"}, "");
  RolloutBatch batch = batch_of_commits(edits, "repository", "a..b");
  EXPECT_EQ(judge_edits(batch, server_profile("clangd"), {}), std::vector<std::string>{});
  pay(batch);
  const Column& fatal = batch.column("step.fatal");
  const Column& reward = batch.column("step.edit_reward");
  const double expected[] = {1, 1, 1.5, 0.5, 0.5, 0};
  for (size_t t = 0; t < edits.trajectory.steps.size(); ++t) {
    EXPECT_EQ(fatal[t], expected[t]) << t;
    EXPECT_NEAR(reward[t], paid.at("steps").at(t).at("processReward").at("r").get<double>(), 1e-6) << t;
  }
}

}  // namespace
}  // namespace gradus
