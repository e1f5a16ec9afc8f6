#include "gradus/rollout/batch.h"

#include <gtest/gtest.h>
#include <limits>

#include "tests/refused.h"

namespace gradus {
namespace {

// Two rollouts: the first with two steps of 2 and 1 tokens, the second with one step without tokens.
RolloutBatch small_batch() {
  RolloutBatch batch;
  batch.add_rollout({.id = "a", .group = 3, .task = "t", .prompt = "p", .prompt_tokens = {9}});
  batch.add_step(StepKind::reason, "think");
  batch.add_token(10);
  batch.add_token(11);
  batch.add_step(StepKind::answer, "42");
  batch.add_token(12);
  batch.add_rollout({.id = "b"});
  batch.add_step(StepKind::observe, "tool");
  return batch;
}

TEST(RolloutBatch, OffsetsFollowTheStructure) {
  const RolloutBatch batch = small_batch();
  EXPECT_EQ(batch.rollouts(), 2u);
  EXPECT_EQ(batch.steps(), 3u);
  EXPECT_EQ(batch.tokens(), 3u);
  EXPECT_EQ(batch.step_begin(1), 2u);
  EXPECT_EQ(batch.step_end(1), 3u);
  EXPECT_EQ(batch.token_begin(1), 2u);
  EXPECT_EQ(batch.token_end(1), 3u);
  EXPECT_EQ(batch.first_token(0), 0u);
  EXPECT_EQ(batch.last_token(0), 3u);
  EXPECT_EQ(batch.first_token(1), batch.last_token(1));
  EXPECT_EQ(batch.kind(1), StepKind::answer);
  EXPECT_EQ(batch.text(0), "think");
  EXPECT_EQ(batch.token(2), 12);
  EXPECT_EQ(batch.step_offsets().size(), batch.rollouts() + 1);
  EXPECT_EQ(batch.token_offsets().size(), batch.steps() + 1);
}

TEST(RolloutBatch, ANewColumnIsMissingNotZero) {
  RolloutBatch batch = small_batch();
  Column& prm = batch.add_column("step.prm", {.estimates = "correctness", .evaluator = "judge"});
  EXPECT_EQ(prm.size(), 3u);
  EXPECT_EQ(prm.missing(), 3u);
  prm.set(1, 0.0f);
  EXPECT_TRUE(prm.valid(1));
  EXPECT_FALSE(prm.valid(0));
  EXPECT_EQ(prm.missing(), 2u);
  prm.clear(1);
  EXPECT_EQ(prm.missing(), 3u);
  EXPECT_EQ(batch.column("step.prm").info().evaluator, "judge");
}

TEST(RolloutBatch, ValuesThatAreNoNumbersAreStoredAsMissing) {
  RolloutBatch batch = small_batch();
  Column& column = batch.add_column("token.logprob");
  column.set(0, std::numeric_limits<float>::quiet_NaN());
  column.set_where_defined(1, std::numeric_limits<float>::infinity());
  column.set(2, std::numeric_limits<float>::lowest());
  EXPECT_FALSE(column.valid(0));
  EXPECT_FALSE(column.valid(1));
  EXPECT_TRUE(column.valid(2));
}

TEST(RolloutBatch, AValueThatDoesNotFitIsAnErrorAndNotMissing) {
  RolloutBatch batch = small_batch();
  Column& column = batch.add_column("token.logprob");
  column.set(0, 1);
  for (const double value : {1e39, -1e39, 3.5e38, std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(column.set(0, value), ValueTooLarge) << value;
    EXPECT_FALSE(column.fits(value));
    EXPECT_EQ(column[0], 1) << "what stood there stays";
  }
  EXPECT_THROW(column.set_range(0, 3, 1e39), ValueTooLarge);
  EXPECT_THROW(column.set_where_defined(0, 1e39), ValueTooLarge) << "finite, so not undefined";
  column.set(1, 3.4028235e38);
  EXPECT_TRUE(column.valid(1));
  column.set(2, 1e-60);
  EXPECT_TRUE(column.valid(2)) << "rounded to 0";
  batch.set_precision(Precision::full);
  Column& full = batch.add_column("token.full");
  full.set(0, 1e39);
  EXPECT_EQ(full[0], 1e39);
  EXPECT_THROW(full.set(0, -std::numeric_limits<double>::infinity()), ValueTooLarge);
}

TEST(RolloutBatch, ANewColumnReplacesOneOfTheSameName) {
  RolloutBatch batch = small_batch();
  batch.add_column("rollout.outcome").set(0, 1.0f);
  batch.add_column("rollout.outcome");
  EXPECT_EQ(batch.column("rollout.outcome").missing(), 2u);
  EXPECT_EQ(batch.column_names(), std::vector<std::string>{"rollout.outcome"});
}

TEST(RolloutBatch, AMissingColumnIsAnErrorThatNamesTheNearest) {
  RolloutBatch batch = small_batch();
  batch.add_column("step.prm");
  try {
    batch.column("step.prn");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_NE(std::string(error.what()).find("'step.prm'"), std::string::npos) << error.what();
  }
}

TEST(RolloutBatch, StructureIsClosedOnceColumnsExist) {
  RolloutBatch batch = small_batch();
  batch.add_column("step.prm");
  EXPECT_THROW(batch.add_rollout({}), Error);
  EXPECT_THROW(batch.add_step(StepKind::act, ""), Error);
  EXPECT_THROW(batch.add_token(1), Error);
}

TEST(RolloutBatch, StepsAndTokensNeedAnOwner) {
  RolloutBatch batch;
  EXPECT_THROW(batch.add_step(StepKind::act, ""), Error);
  EXPECT_THROW(batch.add_token(1), Error);
  batch.add_rollout({.id = "a"});
  batch.add_step(StepKind::act, "x");
  batch.add_rollout({.id = "b"});
  EXPECT_THROW(batch.add_token(1), Error) << "the token would land in a step of the rollout before";
}

TEST(RolloutBatch, NotesAreEmptyWhereNoneWasSet) {
  RolloutBatch batch = small_batch();
  batch.set_note("source", 1, "int f();");
  EXPECT_EQ(batch.note("source", 0), "");
  EXPECT_EQ(batch.note("source", 1), "int f();");
  EXPECT_EQ(batch.note("absent", 1), "");
  EXPECT_THROW(batch.set_note("source", 2, ""), Error);
}

TEST(RolloutBatch, ANoteHasTwoSpellings) {
  RolloutBatch batch = small_batch();
  batch.set_note("rollout.source", 0, "int f();");
  batch.set_note("source", 1, "");
  EXPECT_EQ(batch.note("source", 0), "int f();");
  EXPECT_EQ(batch.note("rollout.source", 0), "int f();");
  EXPECT_EQ(batch.note_names(), std::vector<std::string>{"rollout.source"});
  EXPECT_EQ(batch.rollouts_with_note("source"), 1u);
  EXPECT_EQ(batch.rollouts_with_note("rollout.answer"), 0u);
  EXPECT_TRUE(batch.has_note("source"));
  EXPECT_TRUE(batch.has_note("rollout.source"));
  EXPECT_FALSE(batch.has_note("rollout.answer"));
  EXPECT_EQ(note_key("rollout."), "rollout.");
}

TEST(StepKindNames, RoundTripAndRefuseOthers) {
  for (const StepKind kind : {StepKind::reason, StepKind::act, StepKind::observe, StepKind::answer}) {
    EXPECT_EQ(kind_from_name(kind_name(kind)), kind);
  }
  EXPECT_REFUSED(kind_from_name("thought"), "");
  EXPECT_REFUSED(kind_from_name(""), "");
}

TEST(ColumnNames, AreSplitAtTheFirstDot) {
  EXPECT_EQ(split_column_name("step.prm"), (std::pair<Level, std::string>{Level::step, "prm"}));
  EXPECT_EQ(split_column_name("token.a.b"), (std::pair<Level, std::string>{Level::token, "a.b"}));
  for (const char* bad : {"", "prm", "step", "step.", ".prm", "steps.prm", "Step.prm"}) {
    EXPECT_REFUSED(split_column_name(bad), "") << bad;
  }
}

TEST(Column, ARangeIsSetAtOnce) {
  for (const Precision precision : {Precision::single, Precision::full}) {
    Column column(Level::step, 5, {}, precision);
    column.set_range(1, 4, 0.1);
    EXPECT_EQ(column.missing(), 2u);
    EXPECT_EQ(column[1], precision == Precision::single ? static_cast<double>(0.1f) : 0.1);
    EXPECT_EQ(column[3], column[1]);
    EXPECT_FALSE(column.valid(4));
    const Column before = column;
    column.set_range(2, 4, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(column.missing(), 4u);
    column.set_range(0, 0, 7);
    EXPECT_FALSE(column.valid(0));
    EXPECT_EQ(before[3], before[1]) << "a copy keeps its values";
  }
}

TEST(Column, ObservedTokensAreMissingAndBorrowedMemoryStaysBorrowed) {
  RolloutBatch batch({.groups = {0},
                      .step_offsets = {0, 2},
                      .token_offsets = {0, 2, 3},
                      .kinds = {StepKind::act, StepKind::observe}});
  const auto memory = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  Column borrowed(Level::token, std::span<const float>(*memory), {}, memory);
  borrowed.clear_observed(batch);
  EXPECT_EQ(borrowed.values<float>().data(), memory->data());
  EXPECT_TRUE(borrowed.valid(1));
  EXPECT_FALSE(borrowed.valid(2));
  Column own(Level::token, 3, {});
  own.set_range(0, 3, 5);
  own.clear_observed(batch);
  EXPECT_FALSE(own.valid(2));
  EXPECT_EQ(own[2], 0.0);
  EXPECT_EQ(own[1], 5.0);
}

// What stands at a missing place of borrowed memory does not come along when the column becomes our own.
TEST(Column, AChangedColumnReadsZeroWhereMissing) {
  RolloutBatch batch({.groups = {0},
                      .step_offsets = {0, 4},
                      .token_offsets = {0, 1, 2, 3, 4},
                      .kinds = {StepKind::act, StepKind::observe, StepKind::act, StepKind::observe}});
  for (const float garbage : {99.0f, std::numeric_limits<float>::quiet_NaN()}) {
    const auto memory = std::make_shared<std::vector<float>>(std::vector<float>{1, garbage, 3, garbage});
    const auto borrow = [&] {
      Column column(Level::token, std::span<const float>(*memory), {}, memory);
      column.clear_observed(batch);
      return column;
    };
    Column set = borrow(), cleared = borrow(), settled = borrow(), ranged = borrow(), copied = borrow();
    set.set(0, 2);
    cleared.clear(0);
    settled.settle();
    ranged.set_range(0, 1, 2);
    Column other = copied;
    other.set(2, 5);
    for (const Column* column : {&set, &cleared, &settled, &ranged, &other}) {
      EXPECT_FALSE(column->valid(1) || column->valid(3));
      EXPECT_EQ((*column)[1], 0);
      EXPECT_EQ((*column)[3], 0);
      EXPECT_EQ(column->missing(), column == &cleared ? 3u : 2u);
    }
    EXPECT_EQ((*memory)[0], 1) << "the owner's memory is left alone";
    EXPECT_EQ(settled[2], 3);
  }
  Column whole(Level::rollout, std::span<const float>(), {}, nullptr);
  whole.settle();
  EXPECT_EQ(whole.size(), 0u);
}

}  // namespace
}  // namespace gradus
