// What can be asked of a language server, as commands: one question, one answer that says everything.
//
//   VerbAnswer answer = run_verb(session, {.verb = "refs", .selector = "py://pkg.mod#Class.method"});
//   if (answer.status == Status::ok) use(answer.facts.at("references"));
//
//   def, refs, hover, symbols, diag     what the server knows of a place or a file
//   locate                              where an address leads, with the text there
//   prepare-rename, rename              args: {"new_name", "apply"};   code-action: {"action", "apply"}
//   lists                               {"limit", "cursor"}: a page of them, gradus/lsp/bundle.h
//
// Facts are normalised: places are {"uri": "ws:///...", "range": [sL, sC, eL, eC]} in the server's encoding,
// sorted, "provenance": "lsp". A verb never throws for what a server or an address does: the answer has the
// status and a sentence. Verbs that only ask may run at once from many threads; the others hold the turn.
// symbols and diag take a path in place of an address. Every change is a preview unless args.apply is true.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/session.h"

namespace gradus {

struct VerbRequest {
  std::string verb;
  std::string selector;  // as text, or a path
  Json spec;             // the selector as a PositionSpec, where there is no text
  Json args = Json::object();
  std::optional<uint64_t> place;  // in the session's line: of one that runs beside others
};

struct MutationRules {
  bool allow_dirty = false;
  bool certain_only = false;  // apply nothing where the target has a confidence below 1
  bool replay = false;        // answer as if it had been applied, and write nothing
};

struct VerbAnswer {
  Status status = Status::ok;
  std::string sentence;  // why there is no answer
  std::string digest;    // of the workspace that the answer speaks of
  std::string config;    // digest of its configuration; empty: no answer came to be
  Json request = Json::object(), resolution, facts = Json::object(), edits, reward;
};

std::vector<std::string> verb_names();
bool verb_changes_files(const VerbRequest& request);  // it is to be applied

// `io`: the unit of columns in addresses.
VerbAnswer run_verb(Session& session, const VerbRequest& request, Encoding io = Encoding::utf16,
                    const MutationRules& rules = {});

}  // namespace gradus
