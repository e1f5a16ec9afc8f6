// Rewards that read answers, verifications and screen steps; the numbers of the released code are in
// tests/golden.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"

#include "gradus/base/error.h"
#include "gradus/reward/answer_overlap.h"
#include "gradus/reward/execution_penalty.h"
#include "gradus/reward/graded_node.h"
#include "gradus/reward/gui_step.h"
#include "gradus/reward/turn_gains.h"
#include "gradus/reward/verification.h"

namespace gradus {
namespace {

void run(RolloutBatch& batch, const std::string& name, const Json& params) {
  OperatorRegistry registry("operator");
  register_verification(registry);
  register_answer_format(registry);
  register_answer_overlap(registry);
  register_execution_penalty(registry);
  register_gui_step(registry);
  registry.make(name, params)->apply(batch, {});
}

RolloutBatch batch_of(const std::vector<std::pair<StepKind, std::string>>& steps) {
  RolloutBatch batch;
  batch.set_precision(Precision::full);
  batch.add_rollout({.id = "r", .task = "", .prompt = ""});
  for (const auto& [kind, text] : steps) batch.add_step(kind, text);
  return batch;
}

TEST(AnswerOverlap, SetsOfWords) {
  EXPECT_DOUBLE_EQ(answer_overlap("<answer>a b b, C</answer>", "c.b", AnswerMeasure::f1).value(), 0.8);
  EXPECT_EQ(answer_overlap("<answer>a</answer><answer>b</answer>", "b", AnswerMeasure::f1), 0);
  EXPECT_EQ(answer_overlap("<answer>x</answer>", "y<|answer_split|>X!", AnswerMeasure::exact), 1);
  EXPECT_EQ(answer_overlap("<answer>b a</answer>", "a b", AnswerMeasure::exact), 0);
  EXPECT_EQ(answer_overlap("<answer></answer>", "x", AnswerMeasure::f1), 0);
  EXPECT_FALSE(answer_overlap("no answer", "x", AnswerMeasure::f1).has_value());
  EXPECT_FALSE(answer_overlap("</think><think><answer>x</answer>", "x", AnswerMeasure::f1).has_value());
}

TEST(AnswerOverlap, MissingReferenceAndMalformedResponse) {
  RolloutBatch batch = batch_of({{StepKind::answer, "<answer>x"}, {StepKind::observe, "</answer>"}});
  EXPECT_REFUSED(run(batch, "reward.answer_overlap", Json::object()), "") << "no rollout has the note";
  batch.set_note("answer", 0, "");
  run(batch, "reward.answer_overlap", Json::object());
  EXPECT_FALSE(batch.column("rollout.outcome").valid(0));
  batch.set_note("rollout.answer", 0, "x");
  run(batch, "reward.answer_overlap", Json::object());
  EXPECT_EQ(batch.column("rollout.outcome")[0], -2);  // what a tool wrote closes nothing
}

TEST(Verification, FirstReplyToTheQuestion) {
  EXPECT_EQ(answer_verdict("Is the answer correct (Yes/No)? Yes\nIs the answer correct? No"), true);
  EXPECT_EQ(answer_verdict("Is the answer correct?\nhm\n**Verification: Is the answer correct? no**"), false);
  EXPECT_EQ(answer_verdict("? yes\nIs the answer correct? No"), false);  // the question comes first
  EXPECT_EQ(answer_verdict("so, right? Yes ** \n"), true);
  EXPECT_FALSE(answer_verdict("right? Yes, but").has_value());
  EXPECT_FALSE(answer_verdict("").has_value());
}

TEST(Verification, StepVerdicts) {
  using Verdicts = std::vector<bool>;
  EXPECT_EQ(step_verdicts("Step 1: Correct\nstep 2:\n INCORRECT Step x: Correct", VerdictForm::lines),
            (Verdicts{true, false}));
  EXPECT_EQ(step_verdicts("**This step is incorrect.** ***this step is Correct.**", VerdictForm::sentences),
            (Verdicts{false, true}));
  EXPECT_TRUE(step_verdicts("**This step is correct**", VerdictForm::sentences).empty());
}

TEST(Verification, PadsCutsOrDrops) {
  RolloutBatch batch = batch_of(
      {{StepKind::reason, "a"}, {StepKind::observe, "o"}, {StepKind::reason, "b"}, {StepKind::answer, "c"}});
  batch.set_note("rollout.verification", 0, "Step 1: Correct");
  run(batch, "reward.verification", Json::object());
  const Column& steps = batch.column("step.verdict");
  EXPECT_EQ(steps[0], 1);
  EXPECT_FALSE(steps.valid(1));
  EXPECT_TRUE(steps.valid(2));
  EXPECT_EQ(steps[2], 0);
  EXPECT_FALSE(steps.valid(3));
  EXPECT_EQ(batch.column("rollout.correct_share")[0], 1);
  EXPECT_FALSE(batch.column("rollout.verdict").valid(0));  // not said
  run(batch, "reward.verification", {{"count", "drop"}, {"steps", "strict"}});
  EXPECT_EQ(batch.column("step.strict").missing(), 4u);
}

TEST(Verification, HostileTextTakesLinearTime) {
  std::string questions, labels, boxes;
  for (int i = 0; i < 100'000; ++i) {
    questions += "Verification: Is the answer correct ";
    labels += "Step 1: ? ";
    boxes += "\\boxed{<answer>";
  }
  EXPECT_FALSE(answer_verdict(questions).has_value());
  EXPECT_FALSE(answer_verdict(std::string(1'000'000, '?')).has_value());
  EXPECT_TRUE(step_verdicts(labels, VerdictForm::lines).empty());
  EXPECT_FALSE(one_final_answer(boxes));
}

TEST(AnswerFormat, OneBoxOneAnswerNothingAfter) {
  EXPECT_TRUE(one_final_answer("<think>\\boxed{1}</think><answer>1</answer>\n"));
  EXPECT_FALSE(one_final_answer("<answer>\\boxed{1\n}</answer>"));  // a box ends on its line
  EXPECT_FALSE(one_final_answer("<answer>\\\\boxed{1}</answer>"));  // counted twice, as released
  EXPECT_FALSE(one_final_answer("\\boxed{1}"));
}

constexpr const char* kTarget =
    R"({"solution": [{"Plan": "p", "Action": {"function": "Tap", "point_2d": [150, 130]}}],
        "bbox": [100, 100, 200, 160], "image_w_h": [720, 1280], "max_pixels": 4014080})";

std::string screen_step(const std::string& regions, const std::string& link) {
  return "<blink>```json\n" + regions + "\n```</blink> <think>t</think><link>```json\n" + link +
         "\n```</link>";
}

TEST(GuiStep, BlinkRefusesOverlapsAndTiling) {
  const GuiTarget target = read_gui_target(kTarget);
  const std::string good = R"({"bbox_2d": [100, 100, 200, 160]})", apart = R"({"bbox_2d": [0, 0, 9, 9]})";
  const auto blink = [&](const std::string& regions, size_t most = 32) {
    return gui_blink(screen_step("[" + regions + "]", "[]"), target, most);
  };
  EXPECT_TRUE(blink(good + "," + apart));
  EXPECT_FALSE(blink(good + "," + good));
  EXPECT_FALSE(blink(apart));
  EXPECT_FALSE(blink(""));
  EXPECT_FALSE(blink(good + "," + apart, 1));
  EXPECT_FALSE(blink(good + R"(, {"bbox_2d": [1, 2, "3", 4]})"));
  EXPECT_FALSE(blink(R"({"bbox_2d": [100, 100, Infinity, 160]})"));
}

TEST(GuiStep, LinkIsInsideAndNear) {
  const GuiTarget target = read_gui_target(kTarget);
  const auto link = [&](const std::string& action) {
    return gui_link(screen_step("[]", R"([{"Plan": "p", "Action": )" + action + "}]"), target);
  };
  EXPECT_TRUE(link(R"({"function": "Tap", "point_2d": [199, 159]})"));
  EXPECT_FALSE(link(R"({"function": "Tap", "point_2d": [200, 130]})"));  // on the edge
  EXPECT_FALSE(link(R"({"function": "LongPress", "point_2d": [150, 130]})"));
  EXPECT_FALSE(link(R"("Tap")"));
  const ImageSize wide = resized_image({4000, 3000}, 4014080);
  EXPECT_LE(wide.width * wide.height, 4014080);
  const ImageSize small = resized_image({10, 14}, 4014080);
  EXPECT_EQ(small.width, 56);
  EXPECT_EQ(small.height, 84);
}

TEST(GuiStep, BadTargetsAreErrors) {
  const std::vector<std::pair<const char*, const char*>> notes{
      {"{", "target"},
      {"{}", "solution"},
      {R"({"solution": []})", "solution"},
      {R"({"solution": [{}], "image_w_h": [0, 5], "max_pixels": 1e6})", "image_w_h"},
      {R"({"solution": [{}], "image_w_h": [5, 5], "max_pixels": 1})", "max_pixels"}};
  for (const auto& [note, field] : notes) {
    EXPECT_REFUSED(read_gui_target(note), field) << note;
  }
}

TEST(GuiStep, OverlapIsSymmetricAndAtMostOne) {
  EXPECT_TRUE(rc::check("overlap", [] {
    const auto box = [] {
      const auto at = [] { return static_cast<double>(*rc::gen::inRange(-50, 50)); };
      const double x = at(), y = at();
      return Box{x, y, x + *rc::gen::inRange(0, 40), y + *rc::gen::inRange(0, 40)};
    };
    const Box a = box(), b = box();
    RC_ASSERT(overlap_of(a, b) == overlap_of(b, a));
    RC_ASSERT(overlap_of(a, b) >= 0 && overlap_of(a, b) <= 1);
  }));
}

TEST(GradedNode, BestOfTheGoodElseOfAll) {
  const std::vector<GradedNode> nodes = {{0, 3, 4, -1, false}, {1, 5, 5, 0, true}, {2, 2, 5, 1, false}};
  EXPECT_EQ(best_node(nodes).index, 0u);
  EXPECT_TRUE(best_node(nodes).valid);
  const std::vector<GradedNode> bad = {{0, 1, 4, -1, true}, {1, 2, 4, 0, true}};
  EXPECT_EQ(best_node(bad).index, 1u);
  EXPECT_FALSE(best_node(bad).valid);
  EXPECT_EQ(best_node(bad).errors, 2u);
  const std::vector<GradedNode> circle = {{0, 1, 1, 1, true}, {1, 1, 0, 0, true}};
  EXPECT_EQ(best_node(circle).errors, 2u);
  EXPECT_REFUSED(best_node({}), "");
}

TEST(TurnGains, NumbersThatDisagree) {
  using Gains = std::vector<double>;
  EXPECT_EQ(gains_of_turns({1, 2}, 3), (Gains{1, 2}));
  EXPECT_EQ(gains_of_turns({1}, 3), Gains{});
  EXPECT_EQ(gains_of_turns({1}, 1), Gains{});
  EXPECT_EQ(gains_of_turns(Gains(9, 1.0), 11).back(), 0);
  EXPECT_EQ(gains_of_turns(Gains(12, 1.0), 11).size(), 10u);
  EXPECT_REFUSED(gains_of_turns(Gains(8, 1.0), 11), "");
}

TEST(ExecutionPenalty, PaperAndReleased) {
  RolloutBatch batch;
  for (int r = 0; r < 5; ++r) {
    batch.add_rollout({.id = std::to_string(r), .task = "", .prompt = ""});
    for (int s = 0; s < (r == 4 ? 0 : 2); ++s) batch.add_step(StepKind::act, "");
  }
  Column& ok = batch.add_column("step.call_ok");
  ok.set(2, 1);  // rollout 1: one call, it ran
  ok.set(4, 0);  // rollout 2: failed, then ran
  ok.set(5, 1);
  ok.set(7, 0);  // rollout 3: one call, it failed
  const auto penalties = [&](const Json& params) {
    run(batch, "reward.execution_penalty", params);
    std::vector<double> out;
    for (size_t r = 0; r < 5; ++r) out.push_back(batch.column("rollout.execution_penalty")[r]);
    return out;
  };
  using Values = std::vector<double>;
  EXPECT_EQ(penalties(Json::object()), (Values{0, 0, -0.5, -0.5, 0}));
  EXPECT_EQ(penalties({{"variant", "released"}, {"penalty", -0.5}}), (Values{-0.5, 0, 0, -0.5, -0.5}));
  EXPECT_EQ(penalties({{"variant", "released"}, {"most_calls", 2}}), (Values{-0.5, -0.5, 0, -0.5, -0.5}));
}

}  // namespace
}  // namespace gradus
