#include "gradus/reward/failure_note.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

RolloutBatch two_rollouts() {
  RolloutBatch batch;
  for (const char* id : {"a", "b"}) batch.add_rollout({.id = id});
  return batch;
}

TEST(FailureNotes, AreToldByRolloutAndChannel) {
  RolloutBatch batch = two_rollouts();
  note_failures(batch, failure_note("style"), {"", ""});
  EXPECT_FALSE(batch.has_note(failure_note("style"))) << "nothing failed: nothing is noted";
  note_failures(batch, failure_note("style"), {"", "too slow"});
  EXPECT_EQ(noted_failures(batch), std::vector<std::string>{"b: style: too slow"});
}

// A rollout file may spell the note either way; what an earlier run noted there is replaced.
TEST(FailureNotes, InEitherSpellingAreToldAndReplaced) {
  for (const char* spelling : {"style_failure", "rollout.style_failure"}) {
    RolloutBatch batch = two_rollouts();
    batch.set_note(spelling, 0, "died");
    batch.set_note("failure", 1, "the word alone names no channel");
    EXPECT_EQ(noted_failures(batch), std::vector<std::string>{"a: style: died"}) << spelling;
    note_failures(batch, failure_note("style"), {"", ""});
    EXPECT_TRUE(noted_failures(batch).empty()) << spelling;
  }
}

}  // namespace
}  // namespace gradus
