// Is the server's rename one? What it replaces must be the old name, and what it leaves must be something
// else.
//
//   const std::string old_name = name_at(session, target, prepared);
//   WorkspaceEdit edit = counted_here(session, read_workspace_edit(answer), old_name);
//   RenameCheck check(session, target, edit, plan, old_name, "total");    // APPLY_CONFLICT
//   check.judge(safety);                        // checks "judged", "complete", "distinct"
//
// A file is renamed well where every replaced text is the old name and every new text holds the new one, or
// where the whole file differs by that alone (servers that send differences or whole files). "complete":
// wherever the old name still stands in code of a file that the server reads, its definition is another one
// than what was renamed; where the server cannot tell, the check is in doubt. "distinct": where the new name
// stood in a changed file before, the server finds the same places under it afterwards as were renamed. Of
// what is left 64 places in 8 files are looked at, and where there are more, the check says so.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gradus/lsp/edit_plan.h"
#include "gradus/lsp/safety.h"
#include "gradus/lsp/session.h"
#include "gradus/lsp/workspace_edit.h"

namespace gradus {

// The name at the target as the server says (the answer to prepareRename, or null) or as the text does.
std::string name_at(Session& session, const Target& target, const Json& prepared);

// The same edit with places as the protocol counts them, see gradus/lsp/disk_view.h.
WorkspaceEdit counted_here(const Session& session, WorkspaceEdit edit, const std::string& name);

class RenameCheck {
 public:
  // ConflictError APPLY_CONFLICT where something else than the name would be replaced.
  RenameCheck(Session& session, const Target& target, const WorkspaceEdit& edit, const EditPlan& plan,
              std::string old_name, std::string new_name);

  void judge(Safety& safety);

 private:
  using Place = std::pair<std::string, size_t>;  // canonical path, byte

  void read_places(const PlannedFile& file, const std::vector<TextEdit>& edits, bool strict);
  bool by_edits(const Text& before, const Text& after, const std::string& path,
                const std::vector<TextEdit>& edits);
  bool by_texts(const Text& before, const Text& after, const std::string& path);
  std::vector<Place> places_left();
  std::vector<Place> asked_first(const std::vector<Place>& left) const;
  void ask_about(const std::vector<Place>& left);
  std::set<Place> definitions_of(const Place& place);
  void add_complete(Safety& safety) const;
  bool new_name_was_there() const;
  std::string captured();

  Session& session_;
  const Target& target_;
  const EditPlan& plan_;
  const std::string old_name_, new_name_;
  std::map<Place, size_t> renamed_;        // byte before: byte after
  std::set<Place> same_, unknown_;         // of what is left: the renamed thing; nobody knows
  size_t left_ = 0, asked_ = 0;            // places where the old name is left, and those looked at
  std::vector<std::string> judged_files_;  // some of where the old name is left
};

}  // namespace gradus
