// Puts a plan on disk, all of it or nothing, through crashes as well.
//
//   apply_plan(jail, plan_edit(jail, edit, Encoding::utf16));
//   const Recovery done = recover(jail);            // after a crash: every file is old again, or all are new
//   if (done.found) fmt::print("{} files restored\n", done.restored.size());
//
// 1. Under a lock on the root, the hash of every target is compared with the plan's (CONTENT_MODIFIED, with
//    hunks, where it differs), and a journal .gradus-apply.json with (path, temp, backup, old hash, new hash)
//    is made durable.
// 2. New contents and backups are written beside their targets and made durable.
// 3. Every target is hashed once more and replaced by rename(2); folders are made durable; the journal is
//    marked done, which is the one moment from which the new set counts; backups and journal go away.
// A failure on the way (full disk, a file that changed, no permission) puts everything back before the error
// is thrown. A crash leaves the journal: `recover` restores all backups before the mark, and clears up after
// it. A file that somebody else changed after the crash is left alone, together with its backup.
// What remains open: between the second hash and the rename of one file lie microseconds in which another
// program may save it; POSIX has no compare-and-rename.
//
// Source: Lanser-CLI (temp files, fsync, rename); the two phases, journal and recovery are ours, because
// rename(2) is atomic for one file only.
#pragma once

#include <string>
#include <vector>

#include "gradus/lsp/edit_plan.h"
#include "gradus/lsp/jail.h"

namespace gradus {

struct Recovery {
  bool found = false;                 // an interrupted apply was there
  bool completed = false;             // it was past its mark: the new set stands
  std::vector<std::string> restored;  // files whose old content was put back
  std::vector<std::string> kept;      // files that others changed meanwhile; the backup lies beside them
};

// Recovers first where an earlier apply was interrupted.
void apply_plan(const Jail& jail, const EditPlan& plan);

Recovery recover(const Jail& jail);

// Was an apply interrupted here, or is one running?
bool apply_pending(const Jail& jail);

}  // namespace gradus
