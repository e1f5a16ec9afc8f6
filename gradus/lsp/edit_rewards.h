// The process reward of an edit trajectory with everything that it was made of, as one document: from a
// language server, from one and written down, or from what was written down.
//
//   {"server": {"name", "version"}, "form": "pr-v1-potential", "start": {"diagnostics", "suppressions"},
//    "steps": [{"title", "target", "files": [...], "diagnosticsBefore", "diagnosticsAfter", "suppressions",
//               "fatal", "safe", "confidence", "processReward": {...}, "failure"}],
//    "watched": how many files, "readable": of how many that the server reads,
//    "total": the rewards that are there, added}
//
//   const EditRewardPlan plan{.server = "clangd", .form = RewardForm::potential};
//   const Json paid = reward_edits(trajectory_from_git(".", "main~5..main", plan.server), plan, "t.jsonl");
//   replay_edit_rewards(read_trace("t.jsonl"), std::nullopt) == paid;       // no server, no repository
//
// Facts and rewards are those of gradus/lsp/edit_trajectory.h and gradus/lsp/process_reward.h. Diagnostics
// before and after count suppressions as well and are missing (null) where the server failed; what is missing
// has no reward, and that is not 0. `diagnosticsBefore` is the last known count. A trace holds the edits
// themselves; the form of the reward may be another when it is replayed, since facts do not depend on it.
#pragma once

#include <optional>
#include <string>

#include "gradus/lsp/commit_range.h"
#include "gradus/lsp/trace.h"

namespace gradus {

struct EditRewardPlan {
  std::string server;  // a name or a file; empty: the first that reads a file of the edits
  RewardForm form = RewardForm::potential;
  bool literal = false;       // count every severity
  bool touched_only = false;  // watch the files that the steps change: breakage elsewhere is not seen
  Milliseconds timeout{60'000};
};

// `trace_file`: where to write down everything that is said; "": nowhere.
Json reward_edits(const CommitRange& edits, const EditRewardPlan& plan, const std::string& trace_file);

bool is_edit_trace(const Trace& trace);

// `form`: another than when it was recorded.
Json replay_edit_rewards(const std::shared_ptr<const Trace>& trace, std::optional<RewardForm> form);

}  // namespace gradus
