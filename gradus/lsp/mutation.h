// Renames and code actions: the server's edit, checked, shown as a diff and, where that is asked for, put on
// disk.
//
//   Mutation change = rename_symbol(session, target, "better_name");
//   change.facts; change.edits;                        // safety with its checks; workspaceEdit and diff
//   apply_mutation(session, change, rules);            // all or nothing; the server is told
//
// A rename asks prepareRename first where the server offers it. A new name that the language's lexer or the
// server refuses is BAD_SELECTOR_SYNTAX; an edit that would replace something else than the old name is
// APPLY_CONFLICT.
// The edit must be of the files as they were when the question was asked, else CONTENT_MODIFIED. A code
// action that is a command, which the server would carry out itself, is UNSUPPORTED_CAP: nobody but Gradus
// writes.
#pragma once

#include <string>

#include "gradus/lsp/safety.h"
#include "gradus/lsp/session.h"
#include "gradus/lsp/verbs.h"

namespace gradus {

struct Mutation {
  EditPlan plan;
  Safety safety;
  Json facts = Json::object(), edits;
};

// {"range", "placeholder"} of the server. LspError NOT_FOUND where it refuses the place.
Json prepare_rename(Session& session, const Target& target);

// All with the turn held.
Mutation rename_symbol(Session& session, const Target& target, const std::string& new_name);
Json code_actions(Session& session, const Target& target);  // as the server lists them
Json listed_actions(const Json& actions);                   // [{"index", "title", "kind", "applicable"}]
Mutation take_action(Session& session, const Target& target, const Json& actions, const Json& chosen);
void apply_mutation(Session& session, const Target& target, const Mutation& mutation,
                    const MutationRules& rules);

}  // namespace gradus
