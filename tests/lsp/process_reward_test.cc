#include "gradus/lsp/process_reward.h"

#include <gtest/gtest.h>
#include <numeric>
#include <rapidcheck.h>

#include "gradus/base/error.h"
#include "gradus/base/random.h"

namespace gradus {
namespace {

RewardPlan plan_of(RewardForm form) {
  RewardPlan plan;
  plan.form = form;
  return plan;
}

std::vector<double> rewards_of(const std::vector<StepFacts>& steps, const RewardPlan& plan) {
  std::vector<double> out;
  for (const StepReward& step : process_rewards(steps, plan)) out.push_back(step.reward.value());
  return out;
}

TEST(ProcessReward, GivesTheValuesOfThePaperByItsEquation) {
  RewardPlan plan;
  plan.start = {.diagnostics = 5, .confidence = 0.5};
  const auto second =
      process_rewards(std::vector<StepFacts>{{.diagnostics = 2, .safe = true, .confidence = 0.94}}, plan);
  EXPECT_NEAR(second[0].reward.value(), 1.894, 1e-12);
  EXPECT_EQ(second[0].diagnostics_fallen, 3);
  plan.start = {.diagnostics = 7, .confidence = 0.5};
  const std::vector<StepFacts> unsafe{{.diagnostics = 7, .safe = false, .confidence = 0.62}};
  EXPECT_NEAR(rewards_of(unsafe, plan)[0], -0.038, 1e-12);
  plan.form = RewardForm::with_signs;
  EXPECT_NEAR(rewards_of(unsafe, plan)[0], -0.438, 1e-12) << "what the paper prints";
}

TEST(ProcessReward, TheFirstStepHasNoChangeOfDiagnostics) {
  const std::vector<StepFacts> steps{{.diagnostics = 5, .safe = true, .confidence = 1.0},
                                     {.diagnostics = 3, .safe = true, .confidence = 1.0}};
  const auto published = rewards_of(steps, plan_of(RewardForm::published));
  EXPECT_NEAR(published[0], 0.4, 1e-12);
  EXPECT_NEAR(published[1], 1.4, 1e-12);
  const auto potential = rewards_of(steps, plan_of(RewardForm::potential));
  EXPECT_NEAR(potential[0], 0.4, 1e-12) << "S was 0 before";
  EXPECT_NEAR(potential[1], 1.0, 1e-12);
}

TEST(ProcessReward, AMissingStepHasNoRewardAndIsPassedOver) {
  const std::vector<StepFacts> steps{{.diagnostics = 5, .safe = true, .confidence = 1.0},
                                     {.safe = true, .confidence = 1.0},
                                     {.diagnostics = 4, .safe = true},
                                     {.diagnostics = 2, .safe = true, .confidence = 1.0}};
  const auto found = process_rewards(steps, {});
  EXPECT_FALSE(found[1].reward.has_value());
  EXPECT_FALSE(found[2].reward.has_value());
  EXPECT_EQ(found[3].diagnostics_fallen, 3) << "against the last known step";
  EXPECT_TRUE(process_reward_json(found[1], {}).at("r").is_null());
  EXPECT_TRUE(process_rewards({}, {}).empty());
}

TEST(ProcessReward, AReadOnlyStepLeavesTheSafetyTermOut) {
  const std::vector<StepFacts> steps{{.diagnostics = 1, .safe = true, .confidence = 1.0},
                                     {.diagnostics = 1, .confidence = 1.0},
                                     {.diagnostics = 1, .safe = true, .confidence = 1.0}};
  EXPECT_EQ(rewards_of(steps, plan_of(RewardForm::published))[1], 0);
  EXPECT_EQ(rewards_of(steps, plan_of(RewardForm::with_signs))[1], 0);
  EXPECT_EQ(rewards_of(steps, plan_of(RewardForm::potential)), (std::vector<double>{0.4, 0, 0}));
  RewardPlan strict = plan_of(RewardForm::potential);
  strict.read_only = RewardPlan::ReadOnly::unsafe;
  EXPECT_EQ(rewards_of(steps, strict), (std::vector<double>{0.4, -0.4, 0.4}));
  EXPECT_TRUE(process_reward_json(process_rewards(steps, {})[1], {}).at("components").at("safety").is_null());
}

TEST(ProcessReward, SuppressingOrHidingDiagnosticsEarnsNothing) {
  const StepFacts start{.diagnostics = 3, .safe = true, .confidence = 1.0};
  const StepFacts suppressed{.diagnostics = 0, .safe = true, .confidence = 1.0, .suppressions = 3};
  const StepFacts broken{.diagnostics = 1, .safe = true, .confidence = 1.0, .fatal = true};
  RewardPlan plan = plan_of(RewardForm::potential);
  EXPECT_EQ(rewards_of({start, suppressed}, plan)[1], 0);
  EXPECT_EQ(rewards_of({start, broken}, plan)[1], -0.5) << "one more than before, whatever is counted";
  EXPECT_EQ(rewards_of({broken}, plan)[0], 0.4) << "nothing to compare the first step with";
  plan.start = start;
  EXPECT_EQ(rewards_of({broken}, plan)[0], -0.5);
}

// What hides others is charged to the step that makes it; what it hides is not paid by the steps after it.
TEST(ProcessReward, AnErrorThatHidesOthersIsChargedOnce) {
  const auto facts = [](double diagnostics, bool made, bool stays) {
    return StepFacts{
        .diagnostics = diagnostics, .safe = true, .confidence = 1.0, .fatal = made, .fatal_stays = stays};
  };
  RewardPlan plan = plan_of(RewardForm::potential);
  plan.start = StepFacts{.diagnostics = 3, .safe = true, .confidence = 1.0};
  const auto clean = facts(1, false, true), more = facts(2, false, true), gone = facts(3, false, false);
  EXPECT_EQ(rewards_of({facts(1, true, false), clean, clean, gone}, plan),
            (std::vector<double>{-0.5, 0, 0, 0.5}));
  EXPECT_EQ(rewards_of({facts(1, true, false), more, facts(1, true, true), facts(0, false, false)}, plan),
            (std::vector<double>{-0.5, -0.5, -0.5, 3}));
  // It stood there before the first step: the count that is seen is the count.
  EXPECT_EQ(rewards_of({facts(3, false, false), facts(2, false, false)}, plan),
            (std::vector<double>{0, 0.5}));
}

TEST(ProcessReward, ATerminalPotentialOfZeroLeavesTheStartAlone) {
  RewardPlan plan = plan_of(RewardForm::potential);
  plan.last = RewardPlan::Last::zero;
  const std::vector<StepFacts> steps{{.diagnostics = 4, .safe = true, .confidence = 1.0},
                                     {.diagnostics = 0, .safe = true, .confidence = 1.0}};
  const auto found = rewards_of(steps, plan);
  EXPECT_NEAR(found[0] + found[1], 2.0, 1e-12) << "minus the potential before the first step: a D_0";
}

StepFacts random_facts(Stream& random) {
  StepFacts facts{.diagnostics = static_cast<double>(random.below(6)),
                  .safe = random.chance(0.5),
                  .confidence = random.uniform()};
  if (random.chance(0.3)) facts.safe.reset();
  if (random.chance(0.2)) facts.diagnostics.reset();
  return facts;
}

// Whatever happens between, only the first and the last known state count.
TEST(ProcessReward, ThePotentialFormTelescopes) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    Stream random(seed);
    std::vector<StepFacts> steps;
    const size_t count = 1 + random.below(12);
    for (size_t i = 0; i < count; ++i) steps.push_back(random_facts(random));
    RewardPlan plan = plan_of(RewardForm::potential);
    plan.start = {.diagnostics = 3, .safe = false, .confidence = 0.25};
    double total = 0, diagnostics = 3, confidence = 0.25, safe = 0;
    const auto rewards = process_rewards(steps, plan);
    for (size_t t = 0; t < count; ++t) {
      if (!rewards[t].reward) continue;
      total += *rewards[t].reward;
      diagnostics = *steps[t].diagnostics;
      confidence = *steps[t].confidence;
      safe = static_cast<double>(steps[t].safe.value_or(safe != 0));
    }
    const double wanted = 0.5 * (3 - diagnostics) + 0.4 * safe + 0.1 * (confidence - 0.25);
    RC_ASSERT(std::abs(total - wanted) < 1e-12);
  }));
}

// The paper's statement of monotonicity, on draws that satisfy its hypotheses: false for the published form
// in about 16 % of them, true for the potential form in all.
TEST(ProcessReward, OnlyThePotentialFormKeepsThePapersMonotonicity) {
  Stream random(20260);
  constexpr int kDraws = 200000;
  int published_below = 0, potential_below = 0;
  for (int i = 0; i < kDraws; ++i) {
    RewardPlan plan;
    plan.diagnostics = random.uniform();
    plan.safety = random.uniform();
    plan.ambiguity = random.uniform();
    const auto before = static_cast<double>(random.below(6));
    const auto after = static_cast<double>(random.below(static_cast<uint64_t>(before) + 1));
    const bool safe_before = random.chance(0.5), safe = safe_before || random.chance(0.5);
    const double sure_before = random.uniform(), sure = sure_before + random.uniform() * (1 - sure_before);
    plan.start = {.diagnostics = before, .safe = safe_before, .confidence = sure_before};
    const std::vector<StepFacts> step{{.diagnostics = after, .safe = safe, .confidence = sure}};
    published_below += rewards_of(step, plan)[0] < 0;
    plan.form = RewardForm::potential;
    potential_below += rewards_of(step, plan)[0] < 0;
  }
  EXPECT_EQ(potential_below, 0);
  EXPECT_NEAR(published_below / static_cast<double>(kDraws), 0.16, 0.005);
}

TEST(ProcessReward, NamesOfFormsReadBack) {
  for (const std::string& name : reward_form_names())
    EXPECT_EQ(reward_form_name(reward_form_from_name(name)), name);
  EXPECT_THROW(reward_form_from_name("pr-v2"), Error);
}

}  // namespace
}  // namespace gradus
