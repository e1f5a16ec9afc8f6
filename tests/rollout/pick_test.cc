#include "gradus/rollout/pick.h"

#include <array>
#include <gtest/gtest.h>

#include "tests/refused.h"

namespace gradus {
namespace {

RolloutBatch four() {
  RolloutBatch batch;
  for (int r = 0; r < 4; ++r) {
    batch.add_rollout({.id = "r" + std::to_string(r), .group = r / 2, .prompt = "p"});
    for (int s = 0; s <= r; ++s) {
      batch.add_step(StepKind::act, "step " + std::to_string(10 * r + s));
      for (int t = 0; t < s; ++t) batch.add_token(100 * r + 10 * s + t);
    }
  }
  Column& prm = batch.add_column("step.prm", {.evaluator = "judge"});
  for (size_t s = 0; s < batch.steps(); s += 2) prm.set(s, static_cast<double>(s));
  Column& logprob = batch.add_column("token.logprob");
  for (size_t t = 0; t < batch.tokens(); ++t) logprob.set(t, -static_cast<double>(t));
  batch.set_note("rollout.source", 3, "the last");
  return batch;
}

void refuse(RolloutBatch& batch, const std::string& id) {
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (batch.header(r).id == id) throw Error::input("cannot do " + id);
  }
  batch.add_column("rollout.done").set(0, 1);
}

TEST(Pick, RolloutsKeepTheirTextsColumnsAndNotes) {
  const RolloutBatch batch = four();
  const std::array<size_t, 2> rows{3, 1};
  const RolloutBatch few = picked(batch, rows);
  ASSERT_EQ(few.rollouts(), 2u);
  EXPECT_EQ(few.header(0).id, "r3");
  EXPECT_EQ(few.group(1), 0);
  EXPECT_EQ(few.steps(), 6u);
  EXPECT_EQ(few.text(0), "step 30");
  EXPECT_EQ(few.note("rollout.source", 0), "the last");
  EXPECT_EQ(few.note("rollout.source", 1), "");
  EXPECT_EQ(few.column("step.prm").info().evaluator, "judge");
  for (size_t row = 0; row < 2; ++row) {
    for (const Level level : {Level::step, Level::token}) {
      const std::string name = level == Level::step ? "step.prm" : "token.logprob";
      const auto [begin, end] = batch.range(level, rows[row]);
      const size_t at = few.range(level, row).first;
      for (size_t i = begin; i < end; ++i) {
        EXPECT_EQ(few.column(name).valid(at + i - begin), batch.column(name).valid(i));
        if (batch.column(name).valid(i)) {
          EXPECT_EQ(few.column(name)[at + i - begin], batch.column(name)[i]);
        }
      }
    }
  }
}

TEST(Pick, OneBadRolloutCostsItselfOnly) {
  RolloutBatch batch = four();
  const std::vector<BadRollout> bad = without_bad(batch, [](RolloutBatch& part) { refuse(part, "r2"); });
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0].id, "r2");
  EXPECT_STREQ(bad[0].error.what(), "cannot do r2");
  EXPECT_EQ(batch.rollouts(), 3u);
  EXPECT_TRUE(batch.has_column("rollout.done"));
}

TEST(Pick, WorkThatChangesColumnsStartsAnewForTheGoodOnes) {
  RolloutBatch batch = four();
  without_bad(batch, [](RolloutBatch& part) {
    Column& prm = part.column("step.prm");
    for (size_t s = 0; s < prm.size(); ++s) {
      if (prm.valid(s)) prm.set(s, prm[s] + 100);
    }
    refuse(part, "r0");
  });
  ASSERT_EQ(batch.rollouts(), 3u);
  EXPECT_EQ(batch.column("step.prm")[1], 102) << "once, not twice";
}

TEST(Pick, NothingBadOrNothingGoodIsThrown) {
  RolloutBatch batch = four();
  EXPECT_TRUE(without_bad(batch, [](RolloutBatch&) {}).empty());
  EXPECT_EQ(batch.rollouts(), 4u);
  EXPECT_REFUSED(without_bad(batch, [](RolloutBatch&) { throw Error::input("the recipe is wrong"); }), "r0");
  EXPECT_THROW(without_bad(batch,
                           [](RolloutBatch& part) {
                             if (part.rollouts() > 1) throw Error::input("only together");
                           }),
               Error);
  const auto no_disk = [](RolloutBatch&) { throw Error::outside("no disk"); };
  EXPECT_TRUE(refuses([&] { without_bad(batch, no_disk); }, "", ErrorKind::outside));
}

}  // namespace
}  // namespace gradus
