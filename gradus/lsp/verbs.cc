#include "gradus/lsp/verbs.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "gradus/base/text.h"
#include "gradus/lsp/bundle.h"
#include "gradus/lsp/diagnostics.h"
#include "gradus/lsp/disk_view.h"
#include "gradus/lsp/identifier.h"
#include "gradus/lsp/mutation.h"
#include "gradus/lsp/process_reward.h"
#include "gradus/lsp/suppressions.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kPreviewBytes = 2000;

struct Run {
  Session& session;
  const VerbRequest& request;
  const MutationRules& rules;
  Encoding io;
  VerbAnswer& answer;
};

LspError wrong_argument(const std::string& name, const std::string& expected) {
  return LspError(
      Status::bad_selector_syntax,
      Error::input("an argument of the command is wrong").field("args." + name).expected(expected));
}

bool flag_of(const Json& args, const char* name) {
  const auto it = args.find(name);
  if (it == args.end()) return false;
  if (!it->is_boolean()) throw wrong_argument(name, "true or false");
  return it->get<bool>();
}

Json candidate_json(const Candidate& candidate) {
  return {{"uri", workspace_uri_of_path(candidate.document)},
          {"range", range_json(candidate.range)},
          {"kind", candidate.kind},
          {"name", readable(candidate.name)},  // a module is called by its file
          {"symbolId", candidate.id}};
}

Selector selector_of(const Run& run) {
  if (!run.request.spec.is_null()) return selector_from_json(run.request.spec);
  return parse_selector(run.request.selector, run.io);
}

void note_state(const Run& run) {
  run.answer.digest = run.session.digest();
  run.answer.config = run.session.config();
}

// Resolves the address and says in the answer how, whatever comes of it.
Target target_of(const Run& run) {
  // What was typed, for an address that cannot be read.
  if (run.request.spec.is_null()) run.answer.request["selectorText"] = readable(run.request.selector);
  const Selector given = selector_of(run);
  note_state(run);
  run.answer.request["selector"] = selector_json(given);
  const Selector selector = run.session.located(given);
  run.answer.request["selector"] = selector_json(selector);
  Resolution found = run.session.resolve(selector);
  run.answer.resolution = {{"original", readable(print_selector(selector))},
                           {"resolved", nullptr},
                           {"disambiguation", resolution_json(found)}};
  if (found.status != Status::ok) throw resolution_error(found, print_selector(selector));
  Target out = run.session.target(std::move(found));
  run.answer.resolution["resolved"] = candidate_json(out.candidate);
  return out;
}

// A name that looks like an address, and is there.
bool is_file(const Session& session, const std::string& name) {
  try {
    return !name.empty() && name.find("://") == std::string::npos && !session.path_of(name).empty();
  } catch (const LspError&) {
    return false;
  }
}

// symbols and diag take a file, or an address in it.
std::string file_of(const Run& run) {
  const std::string& text = run.request.selector;
  const bool place = text.find("@L") != std::string::npos || text.find("@R(") != std::string::npos;
  const bool uri = !place && (is_file_uri(text) || text.starts_with("ws:///"));
  const bool address =
      !run.request.spec.is_null() || place || (!uri && text.find("://") != std::string::npos);
  if (address && !is_file(run.session, text)) return target_of(run).candidate.document;
  run.answer.request["file"] = readable(text);
  note_state(run);
  const std::string& root = run.session.jail().root();
  const std::string path = run.session.path_of(uri ? path_of_uri(file_uri_of_workspace(text, root)) : text);
  run.answer.resolution = {{"original", readable(text)},
                           {"resolved", {{"uri", workspace_uri_of_path(path)}}}};
  return path;
}

// Entries of one list, sorted and cut to the page that was asked for.
void put_list(const Run& run, const std::string& name, std::vector<Json> entries) {
  Page page;
  const Json& args = run.request.args;
  if (const auto most = args.find("limit"); most != args.end()) {
    if (!most->is_number_unsigned() || *most == 0) throw wrong_argument("limit", "a whole number from 1");
    page.most = most->get<size_t>();
  }
  if (const auto cursor = args.find("cursor"); cursor != args.end()) {
    if (!cursor->is_string()) throw wrong_argument("cursor", "the text of an earlier answer");
    page.cursor = cursor->get<std::string>();
  }
  add_locations(run.answer.facts, name, std::move(entries), page);
}

// A target with the name that stands there and the files in which places are to be counted by it.
struct Named {
  Target target;
  std::string name;
  std::set<std::string> apart;
};

// Files under their canonical paths.
void name_files(const Run& run, std::vector<Json>& entries) {
  const Jail& jail = run.session.jail();
  std::map<std::string, std::string> names;
  for (Json& entry : entries) {
    const std::string uri = entry.at("uri").get<std::string>();
    if (!uri.starts_with("ws:///")) continue;
    const auto [known, fresh] = names.try_emplace(uri, uri);
    try {
      const std::string path = fresh ? path_of_uri(file_uri_of_workspace(uri, jail.root())) : "";
      if (fresh) known->second = workspace_uri_of_path(jail.place(path).path);
    } catch (const Error&) {
      known->second = uri;  // it stays as the server says it
    }
    entry["uri"] = known->second;
  }
}

// Places as the protocol counts, in the files where servers count otherwise.
void count_places(const Run& run, const Named& asked, std::vector<Json>& entries) {
  if (asked.name.empty()) return;
  for (const std::string& path : asked.apart) {
    const std::string uri = workspace_uri_of_path(path);
    std::vector<Json*> here;
    std::vector<Range> given;
    for (Json& entry : entries) {
      if (entry.at("uri") != uri || !entry.contains("range")) continue;
      const std::vector<int64_t> r = entry.at("range").get<std::vector<int64_t>>();
      here.push_back(&entry);
      given.push_back({{r.at(0), r.at(1)}, {r.at(2), r.at(3)}});
    }
    if (here.empty()) continue;
    const DiskView view(run.session.jail().read_existing(path).bytes, path);
    const auto counted = view.ranges_of(given, asked.name, run.session.encoding());
    for (size_t i = 0; i < here.size(); ++i) {
      if (counted[i]) (*here[i])["range"] = range_json(*counted[i]);
    }
  }
}

// Location, LocationLink, one of them, a list or null. One file under two names is listed once.
void put_places(const Run& run, const Named& asked, const std::string& name, const Json& answer) {
  const Json list = answer.is_array() ? answer : answer.is_null() ? Json::array() : Json::array({answer});
  std::vector<Json> entries, once;
  for (const Json& place : list) entries.push_back(entry_of(run.session.neutral_places(place), ""));
  name_files(run, entries);
  count_places(run, asked, entries);
  std::set<std::string> known;
  for (Json& entry : entries) {
    if (known.insert(entry.dump()).second) once.push_back(std::move(entry));
  }
  put_list(run, name, std::move(once));
}

// A target, and the turn given back: others may ask while the server thinks.
Named target_in_turn(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  Named out{target_of(run), "", run.session.places_apart()};
  const Text& text = run.session.text(out.target.candidate.document);
  out.name = word_at(text.content(), text.byte_of(out.target.candidate.place, run.session.encoding()));
  return out;
}

void definition(const Run& run) {
  const Named asked = target_in_turn(run);
  const Target& target = asked.target;
  // Before its index is whole a server knows the declaration alone.
  run.session.settle();
  put_places(run, asked, "definitions",
             run.session.ask(target.digest, "textDocument/definition", target.params));
}

void references(const Run& run) {
  const Named asked = target_in_turn(run);
  Json params = asked.target.params;
  params["context"] = {{"includeDeclaration", true}};
  run.session.settle();
  put_places(run, asked, "references",
             run.session.ask(asked.target.digest, "textDocument/references", params));
}

std::string hover_text(const Json& contents) {
  if (contents.is_string()) return contents.get<std::string>();
  if (contents.is_object()) return contents.value("value", "");
  std::string out;
  if (contents.is_array()) {
    for (const Json& part : contents) out += (out.empty() ? "" : "\n\n") + hover_text(part);
  }
  return out;
}

void hover(const Run& run) {
  const Target target = target_in_turn(run).target;
  const Json answer = run.session.ask(target.digest, "textDocument/hover", target.params);
  run.answer.facts["hover"] = nullptr;
  if (answer.is_null()) return;
  run.answer.facts["hover"] = {{"value", hover_text(answer.at("contents"))}};
  if (answer.contains("range")) run.answer.facts["hover"]["range"] = range_json(range_of(answer.at("range")));
}

void list_symbols(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  const std::string path = file_of(run);
  std::vector<Json> out;
  for (const Symbol& symbol : run.session.symbols(path)) {
    out.push_back({{"kind", symbol.kind},
                   {"name", fmt::format("{}", fmt::join(qualified_name(symbol),
                                                        writes_colons(symbol.language) ? "::" : "."))},
                   {"uri", workspace_uri_of_path(path)},
                   {"range", range_json(symbol.selection)},
                   {"extent", range_json(symbol.range)},
                   {"symbolId", symbol_id(symbol)}});
  }
  put_list(run, "symbols", std::move(out));
}

void diagnose(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  const std::string path = file_of(run);
  Client& client = run.session.client();
  const std::vector<FileDiagnostics> judged =
      diagnostics_of(client, {run.session.open(path)}, run.session.options().client.request_timeout);
  std::vector<Json> out;
  for (const Json& item : judged.at(0).items) {
    Json entry = {{"uri", workspace_uri_of_path(path)}, {"range", range_json(range_of(item.at("range")))}};
    for (const char* key : {"severity", "code", "source", "message"}) {
      if (item.contains(key)) entry[key] = item.at(key);
    }
    out.push_back(std::move(entry));
  }
  put_list(run, "diagnostics", std::move(out));
  const DiagnosticCounts counts = count_diagnostics(judged.at(0).items, client.profile());
  run.answer.facts["counts"] = {
      {"errors", counts.errors},
      {"warnings", counts.warnings},
      {"information", counts.information},
      {"hints", counts.hints},
      {"fatal", counts.fatal},
      {"suppressions", count_suppressions(run.session.text(path).content(), client.profile())}};
}

void locate(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  const Target target = target_of(run);
  const Text& text = run.session.text(target.candidate.document);
  const Encoding encoding = run.session.client().encoding();
  std::string preview(text.slice(target.candidate.range, encoding));
  if (preview.empty()) preview = text.line(target.candidate.range.start.line);
  if (preview.size() > kPreviewBytes) {
    size_t end = kPreviewBytes;
    while (end > 0 && (preview[end] & 0xC0) == 0x80) --end;  // not inside a character
    preview.resize(end);
  }
  run.answer.facts["location"] = {{"uri", workspace_uri_of_path(target.candidate.document)},
                                  {"range", range_json(target.candidate.range)},
                                  {"place", {target.candidate.place.line, target.candidate.place.character}}};
  run.answer.facts["preview"] = preview;
}

// A preview changes no file, so no diagnostics came or went: the step is paid for being safe and certain.
Json reward_of(const Target& target, const Safety& safety) {
  const StepFacts step{.diagnostics = 0, .safe = safety.safe(), .confidence = target.resolution.confidence};
  const RewardPlan plan;
  return process_reward_json(process_rewards(std::span(&step, 1), plan).at(0), plan);
}

void prepare(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  const Target target = target_of(run);
  const Json answer = prepare_rename(run.session, target);
  const Json& range = answer.contains("range") ? answer.at("range") : answer;
  Json& facts = run.answer.facts["prepareRename"];
  facts = Json::object();
  if (range.contains("start")) facts["range"] = range_json(range_of(range));
  if (answer.contains("placeholder")) facts["placeholder"] = answer.at("placeholder");
  Safety safety;
  safety.add("prepared", true);
  run.answer.facts["safety"] = safety.json();
  run.answer.reward = reward_of(target, safety);
}

void finish_mutation(const Run& run, const Target& target, const Mutation& mutation) {
  run.answer.facts.update(mutation.facts);
  run.answer.edits = mutation.edits;
  if (!flag_of(run.request.args, "apply")) {
    run.answer.reward = reward_of(target, mutation.safety);
    return;
  }
  if (!run.rules.replay) apply_mutation(run.session, target, mutation, run.rules);
  run.answer.edits["applied"] = true;
}

void rename(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  const auto name = run.request.args.find("new_name");
  if (name == run.request.args.end() || !name->is_string()) throw wrong_argument("new_name", "a text");
  const Target target = target_of(run);
  finish_mutation(run, target, rename_symbol(run.session, target, name->get<std::string>()));
}

void act(const Run& run) {
  const SessionTurn turn = run.session.turn(run.request.place);
  const Target target = target_of(run);
  const Json actions = code_actions(run.session, target);
  run.answer.facts["actions"] = listed_actions(actions);
  const auto chosen = run.request.args.find("action");
  if (chosen == run.request.args.end() || chosen->is_null()) return;
  finish_mutation(run, target, take_action(run.session, target, actions, *chosen));
}

struct Verb {
  const char* name;
  void (*run)(const Run&);
};

constexpr Verb kVerbs[] = {{"def", definition},         {"refs", references}, {"hover", hover},
                           {"symbols", list_symbols},   {"diag", diagnose},   {"locate", locate},
                           {"prepare-rename", prepare}, {"rename", rename},   {"code-action", act}};

const Verb& verb_of(const std::string& name) {
  for (const Verb& verb : kVerbs) {
    if (name == verb.name) return verb;
  }
  throw LspError(Status::bad_selector_syntax,
                 Error::input("unknown verb '" + name + "'").field("cmd").hint(suggest(name, verb_names())));
}

// Of errors that carry no published status: what a person gave, or what a server did.
Status status_of(const Error& error) {
  return error.kind() == ErrorKind::input ? Status::bad_selector_syntax : Status::ls_crash;
}

}  // namespace

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) names.push_back(verb.name);
  return names;
}

bool verb_changes_files(const VerbRequest& request) {
  return request.args.is_object() && request.args.value("apply", Json(false)) == true;
}

VerbAnswer run_verb(Session& session, const VerbRequest& request, Encoding io, const MutationRules& rules) {
  VerbAnswer answer;
  answer.request = {{"cmd", request.verb}, {"selector", nullptr}};
  if (!request.args.empty()) answer.request["args"] = request.args;
  answer.facts["provenance"] = "lsp";
  const auto failed = [&](Status status, const Error& error) {
    answer.status = status;
    answer.sentence = readable(error.what());  // it may name a file
  };
  try {
    if (!request.args.is_object()) throw wrong_argument("", "an object");
    verb_of(request.verb).run({session, request, rules, io, answer});
  } catch (const ConflictError& error) {
    failed(error.status(), error);
    answer.facts["conflicts"] = error.hunks();
  } catch (const LspError& error) {
    failed(error.status(), error);
  } catch (const Error& error) {
    failed(status_of(error), error);
  } catch (const Json::exception& error) {
    failed(Status::ls_crash,
           Error::outside("the language server's answer is not as the protocol says").found(error.what()));
  }
  return answer;
}

}  // namespace gradus
