// An agent's edit trajectory as a sequence of file states, and what a language server finds after every step.
//
//   {"start": {"src/a.py": "x = 1\n"},
//    "steps": [{"files": {"src/a.py": "x = y\n"}, "target": "src/a.py@L1:C1"},
//              {"files": {"src/b.py": null}}]}
//
// A step names the files that it changes, with their whole text (null: removed), and may name the target that
// it edited; a step without files edits nothing. Commits as steps: gradus/lsp/commit_range.h.
//
// Every state is written to a scratch folder of its own, told to the server, and counted behind the
// diagnostics barrier (gradus/lsp/diagnostics.h):
//
//   diagnostics   errors and warnings (or all severities, `literal`) over a set of files that stays the same:
//                 every file that the server reads, or with `touched_only` those that a step touches
//   suppressions  markers of the profile in these files (gradus/lsp/suppressions.h), each at least once, and
//                 those of a file that a step writes at least as often as what they hide together: the server
//                 is shown the file without them as well
//   fatal         the step made an error that hides others, in a file where it was not before
//   fatal_stays   one that an earlier step made is still there. What stood in the start is nobody's
//   safe          the step's files are in the workspace, and it made no such error; missing where nothing was
//                 edited
//   confidence    that of the target's address in the state before the step, 1 where no target is named
//
// A step with a path that leaves the workspace is not applied: it is not safe, and counts the state as it
// was. More than 500 files to watch are not judged at all: what is not watched could break and be paid for.
// Where the server fails or the target cannot be read, all of the step is missing; the next one is tried
// again. Ours: Lanser-CLI speaks of edits that it makes itself, not of trajectories of others.
//
//   const EditTrajectory edits = trajectory_from_json(Json::parse(text));
//   const JudgedTrajectory judged = judge_trajectory(edits, server_profile("clangd"), {});
//   judged.steps[0].diagnostics;           // and judged.failures[0]: why it is missing, "" where it is not
//   process_rewards(judged.steps, {.form = RewardForm::potential, .start = judged.start});
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/client.h"
#include "gradus/lsp/process_reward.h"

namespace gradus {

struct EditStep {
  std::map<std::string, std::optional<std::string>> files;
  std::string target;  // an address in its textual form; "": none
};

struct EditTrajectory {
  std::map<std::string, std::string> start;
  std::vector<EditStep> steps;
};

// Error::input naming the field; at most 20,000 texts, 256 MiB, 65536 steps.
EditTrajectory trajectory_from_json(const Json& json);
Json trajectory_json(const EditTrajectory& trajectory);

struct JudgeOptions {
  Milliseconds timeout{60'000};  // of one state
  bool literal = false;          // count every severity, as the paper's equation reads
  bool touched_only = false;     // watch the files that a step touches: breakage elsewhere is not seen
  // Another way to reach a server for the folder in which the states are: a trace, a test.
  std::function<ConnectionMaker(const std::string& root)> connect = {};
};

struct JudgedTrajectory {
  StepFacts start;
  std::vector<StepFacts> steps;
  std::vector<std::string> failures;  // one per step
  Json server;                        // {name, version} as it told them; null: it never answered
  size_t watched = 0, readable = 0;   // files: open in the server, and those that it reads
  std::string unseen;                 // why nothing was judged; "": it was
};

JudgedTrajectory judge_trajectory(const EditTrajectory& trajectory, const ServerProfile& profile,
                                  const JudgeOptions& options);

}  // namespace gradus
