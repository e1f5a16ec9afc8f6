// A WorkspaceEdit of the Language Server Protocol 3.17 as a checked list of changes: text edits ("changes" or
// "documentChanges") and create, rename and delete operations, in the order in which they are to happen.
//
//   const WorkspaceEdit edit = read_workspace_edit(answer);          // hostile input: limits and types
//   for (const FileChange& change : edit.changes) fmt::print("{}\n", change.uri);
//   const std::string after = apply_text_edits(text, change.edits, Encoding::utf16);
//
// Text edits of one list all speak of the text before the list. Two that overlap, and two with one start that
// are not both insertions, are a conflict; a replacement that is listed twice happens once, and insertions at
// one place happen all, in the order of the list. Limits:
// 10,000 changes, 1,000,000 text edits, 64 MiB of new text. Everything wrong is APPLY_CONFLICT (70).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/position.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/text.h"

namespace gradus {

// An edit that cannot be applied; `hunks` says to a machine what is in the way of what.
class ConflictError : public LspError {
 public:
  ConflictError(Status status, Error error, Json hunks)
      : LspError(status, std::move(error)), hunks_(std::move(hunks)) {}
  const Json& hunks() const { return hunks_; }

 private:
  Json hunks_;
};

struct TextEdit {
  Range range;
  std::string text;
};

struct FileChange {
  enum class Kind { edit, create, rename, remove };

  Kind kind = Kind::edit;
  std::string uri, new_uri;        // new_uri: of a rename
  std::vector<TextEdit> edits;     // of an edit
  std::optional<int64_t> version;  // of the document that the edits speak of, where the server says it
  bool overwrite = false, ignore_if_exists = false, ignore_if_missing = false;
};

struct WorkspaceEdit {
  std::vector<FileChange> changes;
};

// null is an edit that changes nothing, as servers answer it.
WorkspaceEdit read_workspace_edit(const Json& edit);

// The content after the edits. New text gets `line_ending` where that is not empty.
std::string apply_text_edits(const Text& text, const std::vector<TextEdit>& edits, Encoding encoding,
                             const std::string& line_ending = "");

}  // namespace gradus
