#include "gradus/lsp/mutation.h"

#include <fmt/format.h>

#include "gradus/lsp/capabilities.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/identifier.h"
#include "gradus/lsp/rename_check.h"
#include "gradus/lsp/result_judge.h"
#include "gradus/lsp/uri.h"
#include "gradus/lsp/work_tree.h"
#include "gradus/lsp/workspace_edit.h"

namespace gradus {

namespace {

// The server's edit with URIs of the workspace form, so that it does not depend on where the workspace lies.
Json neutral_edit(const Session& session, const WorkspaceEdit& read) {
  Json changes = Json::array();
  for (const FileChange& change : read.changes) {
    const std::string uri = session.workspace_uri_of(change.uri);
    if (change.kind == FileChange::Kind::rename) {
      changes.push_back(
          {{"kind", "rename"}, {"uri", uri}, {"newUri", session.workspace_uri_of(change.new_uri)}});
      continue;
    }
    if (change.kind != FileChange::Kind::edit) {
      changes.push_back(
          {{"kind", change.kind == FileChange::Kind::create ? "create" : "delete"}, {"uri", uri}});
      continue;
    }
    Json edits = Json::array();
    for (const TextEdit& text : change.edits) {
      edits.push_back({{"range", range_json(text.range)}, {"newText", text.text}});
    }
    changes.push_back({{"kind", "edit"}, {"uri", uri}, {"edits", edits}});
  }
  return {{"changes", changes}};
}

void take_edit(Session& session, const WorkspaceEdit& edit, Mutation& mutation) {
  mutation.plan = plan_edit(session.jail(), edit, session.client().encoding(), session.known_files());
  mutation.safety.add("edit", true);
  mutation.safety.add_plan(mutation.plan);
  mutation.edits = {
      {"workspaceEdit", neutral_edit(session, edit)}, {"diff", mutation.plan.diff()}, {"applied", false}};
  Json files = Json::array();
  for (const PlannedFile& file : mutation.plan.files) files.push_back(workspace_uri_of_path(file.path));
  mutation.facts["files"] = files;
}

LspError refused(const std::string& name, const std::string& why) {
  return LspError(
      Status::bad_selector_syntax,
      Error::input("this cannot be the new name").field("args.new_name").found(name).expected(why));
}

// Behind a dot, or a symbol in a class: a language that tells them apart takes more names there.
bool is_member(Session& session, const Target& target) {
  const Text& text = session.text(target.candidate.document);
  const size_t at = text.byte_of(target.candidate.place, session.encoding());
  const std::string_view word = word_at(text.content(), at);
  const auto begin = static_cast<size_t>(word.data() - text.content().data());
  if (begin > 0 && text.content()[begin - 1] == '.') return true;
  if (!offers(session.client().capabilities(), "textDocument/documentSymbol")) return false;
  for (const Symbol& symbol : session.symbols(target.candidate.document)) {
    if (symbol.selection.start != target.candidate.place) continue;
    return symbol.kind == "method" || symbol.kind == "property" || symbol.kind == "field";
  }
  return false;
}

void require_name(Session& session, const Target& target, const std::string& name) {
  if (name.empty() || name.size() > 1000) throw refused(name, "1 to 1000 bytes");
  const std::string language = session.profile().language_of(target.candidate.document);
  const std::string why = refused_name(language, name, true);
  if (!why.empty()) throw refused(name, why);
  const std::string outside = refused_name(language, name, false);
  if (!outside.empty() && !is_member(session, target)) throw refused(name, outside);
}

// The server's answer. What it refuses after it accepted the place is the name.
Json asked_to_rename(Session& session, const Target& target, const std::string& name, bool prepared) {
  Json params = target.params;
  params["newName"] = name;
  try {
    return session.ask(target.digest, "textDocument/rename", params);
  } catch (const LspError& error) {
    if (!prepared || error.status() != Status::not_found) throw;
    throw LspError(
        Status::bad_selector_syntax,
        Error::input("the language server refuses the new name").field("args.new_name").found(error.what()));
  }
}

LspError nothing_to_change(const std::string& what) {
  return LspError(Status::not_found, Error::outside(what).hint("nothing was changed"));
}

}  // namespace

Json prepare_rename(Session& session, const Target& target) {
  const Json answer = session.ask(target.digest, "textDocument/prepareRename", target.params);
  if (answer.is_null()) {
    throw LspError(
        Status::not_found,
        Error::input("the language server has nothing to rename here").at(target.candidate.document));
  }
  return answer;
}

Mutation rename_symbol(Session& session, const Target& target, const std::string& new_name) {
  require_name(session, target, new_name);
  const bool prepares = offers(session.client().capabilities(), "textDocument/prepareRename");
  const Json prepared = prepares ? prepare_rename(session, target) : Json();
  const std::string old_name = name_at(session, target, prepared);
  Mutation mutation;
  if (prepares) mutation.safety.add("prepared", true);
  session.settle();
  const Json answer = asked_to_rename(session, target, new_name, prepares);
  const WorkspaceEdit edit = counted_here(session, read_workspace_edit(answer), old_name);
  take_edit(session, edit, mutation);
  if (mutation.plan.files.empty()) throw nothing_to_change("the rename changes nothing");
  RenameCheck check(session, target, edit, mutation.plan, old_name, new_name);
  check.judge(mutation.safety);
  mutation.facts["safety"] = mutation.safety.json();
  return mutation;
}

Json code_actions(Session& session, const Target& target) {
  const Range& range = target.candidate.range;
  const auto place = [](const Position& at) -> Json {
    return {{"line", at.line}, {"character", at.character}};
  };
  const std::vector<FileDiagnostics> judged =
      diagnostics_of(session.client(), {target.uri}, session.options().client.request_timeout);
  Json here = Json::array();
  for (const Json& item : judged.at(0).items) {
    const Json& lines = item.at("range");
    if (lines.at("end").at("line").get<int64_t>() < range.start.line) continue;
    if (lines.at("start").at("line").get<int64_t>() <= range.end.line) here.push_back(item);
  }
  const Json params = {{"textDocument", {{"uri", target.uri}}},
                       {"range", {{"start", place(range.start)}, {"end", place(range.end)}}},
                       {"context", {{"diagnostics", here}, {"triggerKind", 1}}}};
  const Json answer = session.ask(target.digest, "textDocument/codeAction", params);
  return answer.is_array() ? answer : Json::array();
}

Json listed_actions(const Json& actions) {
  Json out = Json::array();
  for (size_t i = 0; i < actions.size(); ++i) {
    const Json& action = actions[i];
    const bool disabled = action.contains("disabled");
    out.push_back({{"index", i},
                   {"title", action.value("title", "")},
                   {"kind", action.value("kind", "")},
                   {"applicable", !disabled && (action.contains("edit") || action.contains("data"))}});
  }
  return out;
}

Mutation take_action(Session& session, const Target& target, const Json& actions, const Json& chosen) {
  Json action;
  for (size_t i = 0; i < actions.size(); ++i) {
    if (chosen == Json(i) || (chosen.is_string() && actions[i].value("title", "") == chosen)) {
      action = actions[i];
      break;
    }
  }
  if (action.is_null()) {
    throw LspError(Status::not_found, Error::input("the language server offers no such action here")
                                          .at(target.candidate.document)
                                          .found(chosen.dump())
                                          .hint("'gradus lsp code-action' without --action lists them"));
  }
  if (!action.contains("edit") && action.contains("data")) {
    action = session.client().request("codeAction/resolve", action);
  }
  if (!action.contains("edit")) {
    throw LspError(Status::unsupported_cap,
                   Error::outside("this action is a command that the server would carry out itself")
                       .found(action.value("title", ""))
                       .hint("only actions that are edits can be taken"));
  }
  Mutation mutation;
  take_edit(session, read_workspace_edit(action.at("edit")), mutation);
  mutation.facts["action"] = action.value("title", "");
  if (mutation.plan.files.empty()) throw nothing_to_change("the action changes nothing");
  judge_result(session, mutation.plan, {}, mutation.safety);
  mutation.facts["safety"] = mutation.safety.json();
  return mutation;
}

void apply_mutation(Session& session, const Target& target, const Mutation& mutation,
                    const MutationRules& rules) {
  if (rules.certain_only && target.resolution.confidence < 1) {
    throw LspError(Status::ambiguous,
                   Error::input("the target of the change is not certain")
                       .found(fmt::format("confidence {:.3f}", target.resolution.confidence))
                       .hint("without --deny-apply-on-ambiguous the best candidate is taken"));
  }
  if (mutation.safety.failed()) {
    throw LspError(Status::apply_conflict,
                   Error::outside("the change is not safe").found(mutation.safety.json().dump()));
  }
  std::vector<std::string> targets;
  for (const PlannedFile& file : mutation.plan.files) targets.push_back(file.path);
  if (!rules.allow_dirty) require_clean_work_tree(session.jail(), targets);
  apply_plan(session.jail(), mutation.plan);
}

}  // namespace gradus
