// What a WorkspaceEdit would do to the files of a workspace: for every file its bytes before and after. A
// plan reads and checks everything and writes nothing.
//
//   const EditPlan plan = plan_edit(jail, edit, Encoding::utf16, known_files);
//   fmt::print("{}", plan.diff());
//   apply_plan(jail, plan);                       // gradus/lsp/apply.h
//
// A file has one canonical path under all its names (links, spellings of a URI): what a server says of it
// under several of them is one list of edits of one text, and what it says twice happens once. Kept as they
// were: permissions, a byte-order mark, line endings (new text gets the ending that the file uses most). Only
// UTF-8 is edited: UTF-16, UTF-32 and bytes that are no UTF-8 are INDEXING_UNSUPPORTED (75), because no
// server says what it would count in them. Filters and jail hold for every file that changes, by its
// canonical path. A known file must still be on disk as the server was told, and the version that the edit
// names must be that of the document: CONTENT_MODIFIED (74) else. A rename to a name that is the same file on
// a file system without letter case is FS_PERMISSIONS (71), as the paper has it. Operations on folders are
// UNSUPPORTED_CAP (72).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/lsp/jail.h"
#include "gradus/lsp/workspace_edit.h"

namespace gradus {

// What the server was told of a file, or had read when it was asked.
struct KnownFile {
  std::optional<int64_t> version;  // of an open document
  std::string hash;                // of the bytes of the file
};

struct PlannedFile {
  std::string path;                  // canonical, relative to the root
  std::optional<FileState> before;   // nothing: there is no such file
  std::optional<std::string> after;  // bytes; nothing: it is removed
  mode_t mode = 0644;                // permission bits afterwards
};

struct EditPlan {
  std::vector<PlannedFile> files;  // those that change, by path

  std::string diff() const;  // unified, of all files
};

// `known`: by canonical path.
EditPlan plan_edit(const Jail& jail, const WorkspaceEdit& edit, Encoding encoding,
                   const std::map<std::string, KnownFile>& known = {});

}  // namespace gradus
