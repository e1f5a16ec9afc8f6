// Lengths, occurrences, phrases, fallbacks, spreading, and the score at the end of a judge's text.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"
#include "tests/reward/operator_run.h"
#include "tests/rollout/small_batch.h"

#include "gradus/reward/final_score.h"
#include "gradus/reward/first_valid.h"
#include "gradus/reward/length.h"
#include "gradus/reward/occurrences.h"
#include "gradus/reward/phrases.h"
#include "gradus/reward/spread.h"

namespace gradus {
namespace {

const double kMissing = std::nan("");

OperatorRegistry registry() {
  OperatorRegistry out("operator");
  register_first_valid(out);
  register_length(out);
  register_phrases(out);
  register_occurrences(out);
  register_spread(out);
  return out;
}

std::vector<double> written(RolloutBatch& batch, const std::string& name, const Json& params,
                            const std::string& column) {
  registry().make(name, params)->apply(batch, {});
  return values_of(batch.column(column));
}

TEST(Length, TokensAndStepsWithAndWithoutObservations) {
  RolloutBatch batch = small_batch();
  EXPECT_TRUE(same(written(batch, "shape.length", Json::object(), "rollout.length"), {3, 1, 0, 4, 2}));
  EXPECT_TRUE(same(written(batch, "shape.length", {{"observed", true}}, "rollout.length"), {6, 1, 0, 4, 2}));
  EXPECT_TRUE(same(written(batch, "shape.length", {{"unit", "steps"}}, "rollout.length"), {2, 1, 0, 3, 2}));
  EXPECT_TRUE(same(written(batch, "shape.length", {{"level", "step"}}, "step.length"),
                   {2, kMissing, 1, 1, 2, 0, 2, 1, 1}));
  EXPECT_REFUSED(registry().make("shape.length", {{"level", "step"}, {"unit", "steps"}}), "unit");
}

RolloutBatch captions() {
  RolloutBatch batch;
  for (int r = 0; r < 2; ++r) {
    batch.add_rollout({.id = "r" + std::to_string(r), .group = 0, .task = "t", .prompt = "p"});
    for (const char* caption : {"door", "key", "door"}) {
      batch.add_step(StepKind::act, "move");
      batch.add_step(StepKind::observe, caption);
    }
    batch.add_step(StepKind::answer, "done");
  }
  return batch;
}

TEST(Occurrences, AreCountedAnewInEveryRollout) {
  RolloutBatch batch = captions();
  const double m = kMissing;
  EXPECT_TRUE(same(written(batch, "shape.occurrences", {{"of", "observation"}}, "step.occurrences"),
                   {1, m, 1, m, 2, m, m, 1, m, 1, m, 2, m, m}));
  EXPECT_TRUE(same(written(batch, "shape.occurrences", Json::object(), "step.occurrences"),
                   {1, m, 2, m, 3, m, 1, 1, m, 2, m, 3, m, 1}));
}

TEST(Phrases, EachCountsOnceInTheRightKindOfStep) {
  RolloutBatch batch;
  batch.add_rollout({.id = "r", .group = 0, .task = "t", .prompt = "p"});
  batch.add_step(StepKind::act, "print('data loaded')");
  batch.add_step(StepKind::observe, "libraries imported\nmodel built\nmodel built");
  EXPECT_TRUE(same(written(batch, "shape.phrases",
                           {{"phrases", {"libraries imported", "data loaded", "model built"}}, {"into", "n"}},
                           "rollout.n"),
                   {2}));
  EXPECT_TRUE(same(written(batch, "shape.phrases",
                           {{"phrases", {"data loaded"}}, {"kinds", {"act"}}, {"into", "n"}}, "rollout.n"),
                   {1}));
  EXPECT_REFUSED(registry().make("shape.phrases", {{"phrases", {""}}, {"into", "n"}}), "phrases");
}

TEST(FirstValid, ScoreInsteadOfPartialCredit) {
  RolloutBatch batch = small_batch();
  put(batch, "rollout.score", {0.5, kMissing, kMissing, 0, 1});
  put(batch, "rollout.partial", {-9, -9.5, kMissing, -9, -9});
  put(batch, "step.a", std::vector<double>(9, 1.0));
  EXPECT_TRUE(std::isnan(written(batch, "shape.first_valid", {{"from", {"a"}}, {"into", "b"}}, "step.b")[1]))
      << "observed";
  EXPECT_TRUE(same(
      written(batch, "shape.first_valid",
              {{"from", {"score", "partial"}}, {"level", "rollout"}, {"into", "outcome"}}, "rollout.outcome"),
      {0.5, -9.5, kMissing, 0, 1}));
}

TEST(Spread, EveryLastAndBeforeLast) {
  RolloutBatch batch = small_batch();
  put(batch, "rollout.outcome", {1, 2, 3, 4, kMissing});
  const double m = kMissing;
  EXPECT_TRUE(same(written(batch, "shape.spread", {{"into", "o"}}, "step.o"), {1, m, 1, 2, 4, 4, 4, m, m}));
  EXPECT_TRUE(same(written(batch, "shape.spread", {{"at", "last"}, {"into", "o"}}, "step.o"),
                   {m, m, 1, 2, m, m, 4, m, m}));
  EXPECT_TRUE(same(written(batch, "shape.spread", {{"at", "before_last"}, {"into", "o"}}, "step.o"),
                   {1, m, m, m, 4, 4, m, m, m}));
}

TEST(FinalScore, TheLastTagCounts) {
  EXPECT_EQ(final_score("<final_score>1,2</final_score> no, <final_score>\n 3 , 4 </final_score>!"), 0.75);
  EXPECT_EQ(final_score("<final_score>0,5</final_score>"), 0.0);
  EXPECT_EQ(final_score("<final_score>+2,04</final_score>"), 0.5);
  EXPECT_EQ(final_score("<final_score>1,2</final_score> then <final_score>9,2</final_score>"), std::nullopt)
      << "a later tag that cannot be right is not replaced by an earlier one";
  for (const char* text :
       {"", "4,6", "<final_score>4,6", "<final_score>4</final_score>", "<final_score>1,2,3</final_score>",
        "<final_score>a,b</final_score>", "<final_score>,</final_score>", "<final_score>1.0,2</final_score>",
        "<final_score>- 1,2</final_score>", "<final_score>0,-1</final_score>",
        "<final_score><final_score>1,2</final_score>"}) {
    EXPECT_EQ(final_score(text), std::nullopt) << text;
  }
}

TEST(FinalScore, AnyTextGivesAShareOrNothing) {
  EXPECT_TRUE(rc::check("within [0, 1]", [] {
    std::string text = "<final_score>";
    text += *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789,, -+<>/")));
    text += "</final_score>";
    const std::optional<double> score = final_score(text);
    RC_ASSERT(!score || (*score >= 0 && *score <= 1));
  }));
}

}  // namespace
}  // namespace gradus
