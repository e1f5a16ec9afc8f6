#include "gradus/reward/c_style.h"

#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"

namespace gradus {
namespace {

// One rollout with a dead store (step 0) and a self-assignment (step 1), one clean, one without a source.
RolloutBatch batch() {
  RolloutBatch out;
  const std::vector<std::vector<std::string>> programs = {
      {"c = a + b ;", "a = a ;", "return a ;"}, {"return b ;"}, {"return c ;"}};
  for (size_t r = 0; r < programs.size(); ++r) {
    out.add_rollout({.id = std::to_string(r)});
    for (const std::string& text : programs[r]) {
      out.add_step(StepKind::act, text);
      out.add_token(3);
    }
  }
  for (size_t r = 0; r < 2; ++r) {
    std::string source = "int f(int a, int b, int c) {\n";
    for (const std::string& text : programs[r]) source += text + "\n";
    out.set_note("rollout.source", r, source + "}\n");
  }
  return out;
}

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_c_style(out);
  return out;
}

TEST(CStyle, PenalisesFlaggedStatementsOnly) {
  const OperatorRegistry operators = registry();
  const auto style = operators.make("reward.c_style", Json::object());
  for (int round = 0; round < 2; ++round) {  // the second time from memory
    RolloutBatch rollouts = batch();
    style->apply(rollouts, {});
    const Column& column = rollouts.column("step.style");
    EXPECT_EQ(column.info().evaluator, "c_style");
    EXPECT_EQ(column[0], -1.0f);
    EXPECT_EQ(column[1], -1.0f);
    EXPECT_EQ(column[2], 0.0f);
    EXPECT_EQ(column[3], 0.0f);
    EXPECT_TRUE(column.valid(3));
    EXPECT_FALSE(column.valid(4)) << "no source: missing, not clean";
  }
}

TEST(CStyle, FamiliesPenaltyAndChannelAreChosen) {
  const OperatorRegistry operators = registry();
  RolloutBatch rollouts = batch();
  operators
      .make("reward.c_style", {{"families", {"self_assignment"}}, {"penalty", -0.5}, {"channel", "tidiness"}})
      ->apply(rollouts, {});
  EXPECT_EQ(rollouts.column("step.tidiness")[0], 0.0f);
  EXPECT_EQ(rollouts.column("step.tidiness")[1], -0.5f);
  EXPECT_REFUSED(operators.make("reward.c_style", {{"families", {"ugly"}}}), "families");
  EXPECT_REFUSED(operators.make("reward.c_style", {{"penalty", 1.0}}), "penalty");
}

}  // namespace
}  // namespace gradus
