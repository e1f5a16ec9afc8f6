// Is the git work tree that a workspace lies in clean, so that an apply can be undone with git?
//
//   require_clean_work_tree(jail, {"src/a.cc"});      // throws FS_PERMISSIONS (71) and names what is dirty
//
// Dirty: a tracked file of the workspace differs from the last commit or is staged, or one of the files to be
// changed is not tracked. A workspace outside every git work tree has nothing to be compared with and passes.
// Where there is a .git and git cannot answer (not installed, repository of another owner, damaged), the
// apply is refused. Refusing dirty trees is the paper's rule (Lanser-CLI, --allow-dirty); what counts as
// dirty is ours. git is run as gradus/lsp/git_store.h says: nothing that the repository configures is
// started. A submodule is asked by itself where a target lies in it.
#pragma once

#include <string>
#include <vector>

#include "gradus/lsp/jail.h"

namespace gradus {

void require_clean_work_tree(const Jail& jail, const std::vector<std::string>& targets);

}  // namespace gradus
