// The edit trajectories of a batch, judged by a language server: the note "rollout.workspace" (the JSON of
// gradus/lsp/edit_trajectory.h, with one step for every step of the rollout) becomes columns.
//
//   step.diagnostics, step.safe, step.confidence, step.suppressions, step.fatal, rollout.diagnostics_before
//
// step.fatal is 1 where the step made an error that hides others, and 0.5 more where one that an earlier step
// made is still there (0, 0.5, 1, 1.5). A rollout without the note, one whose note is no trajectory of its
// steps, and a step whose server call failed or whose target cannot be read keep missing values.
// reward.edit_steps makes the reward of them.
//
//   const std::vector<std::string> failures = judge_edits(batch, server_profile("clangd"), {});
//   const CommitRange commits = trajectory_from_git("/home/me/project", "main~5..main", "clangd");
//   RolloutBatch batch = batch_of_commits(commits, "/home/me/project", "main~5..main");
#pragma once

#include <string>
#include <vector>

#include "gradus/lsp/commit_range.h"
#include "gradus/rollout/batch.h"

namespace gradus {

// "ROLLOUT step 3: why" of every step that has no facts, "ROLLOUT: why" of every rollout whose note is no
// trajectory of its steps. `strict`: the first of them is an Error::input.
std::vector<std::string> judge_edits(RolloutBatch& batch, const ServerProfile& profile,
                                     const JudgeOptions& options, bool strict = false);

// One rollout, named by its range, one step per commit with its subject as text.
RolloutBatch batch_of_commits(const CommitRange& commits, const std::string& repository,
                              const std::string& range);

}  // namespace gradus
