// Commits of a git repository as an edit trajectory: every commit of the first-parent line is a step.
//
//   const CommitRange edits = trajectory_from_git(".", "main~5..main", "clangd");
//   trajectory_from_git(".", "main", "");         // from the first commit on, against the empty tree
//
// Of the state before the first step only what the server reads is taken: files with its endings, its
// configuration files (in any folder), and what a C or C++ file among them includes by name. Of a step also
// other texts, up to 1 MiB each, so that it is known to edit something. Links, submodules and files that are
// no UTF-8 text are none of a server's sources. Everything is read with 'git cat-file --batch', behind the
// walls of gradus/lsp/git_store.h. At most 1000 commits of 1 MiB without their files, 20,000 texts and 256
// MiB in all states; a longer range is refused, not cut.
#pragma once

#include <string>
#include <vector>

#include "gradus/lsp/edit_trajectory.h"

namespace gradus {

struct CommitRange {
  EditTrajectory trajectory;
  std::vector<std::string> subjects = {};  // of the commits, one per step
  std::string server = "";                 // for which the files were chosen
  std::vector<std::string> left_out = {};  // what could not be taken, one sentence each
};

// `range` as git understands it: "main~5..main". `server`: a name or a file; "": the first that reads a file
// of the steps, else of the state before them. Error::outside where git fails.
CommitRange trajectory_from_git(const std::string& repository, const std::string& range,
                                const std::string& server);

// The first known server that reads one of these files. LspError BAD_SELECTOR_SYNTAX where none does.
std::string server_of_files(const std::vector<std::string>& paths);

}  // namespace gradus
