// The edit trajectories of a batch, judged by a language server: the note "rollout.workspace" (the JSON of
// gradus/lsp/edit_trajectory.h, with one step for every step of the rollout) becomes columns.
//
//   step.diagnostics, step.safe, step.confidence, step.suppressions, step.fatal, rollout.diagnostics_before
//
// A rollout without the note, and a step whose server call failed, keep missing values. reward.edit_steps
// makes the reward of them.
//
//   const std::vector<std::string> failures = judge_edits(batch, server_profile("clangd"), {});
//   RolloutBatch commits = batch_of_commits("/home/me/project", "main~5..main");
#pragma once

#include <string>
#include <vector>

#include "gradus/lsp/edit_trajectory.h"
#include "gradus/rollout/batch.h"

namespace gradus {

// "ROLLOUT step 3: why" of every step that has no facts. Error::input naming the rollout where a note is no
// trajectory.
std::vector<std::string> judge_edits(RolloutBatch& batch, const ServerProfile& profile,
                                     const JudgeOptions& options);

// One rollout, one step per commit with its subject as text.
RolloutBatch batch_of_commits(const std::string& repository, const std::string& range);

}  // namespace gradus
