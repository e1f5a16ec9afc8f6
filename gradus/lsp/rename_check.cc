#include "gradus/lsp/rename_check.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/lsp/disk_view.h"
#include "gradus/lsp/identifier.h"
#include "gradus/lsp/result_judge.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kMostFiles = 8, kMostPlaces = 64;

// The canonical path of what a server names; nothing for what is no file of the workspace.
std::optional<std::string> path_in(const Session& session, const std::string& uri) {
  try {
    return session.jail().place(path_of_uri(uri)).path;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// What a trace does not hold is no doubt about an edit.
void require_recorded(const Error& error) {
  const auto* const known = dynamic_cast<const LspError*>(&error);
  if (known != nullptr && known->status() == Status::replay_mismatch) throw *known;
}

ConflictError other_text(const Text& text, const TextEdit& edit, const std::string& found,
                         const std::string& name) {
  const Json hunk = {{"path", text.name()}, {"reason", "name"}, {"range", range_json(edit.range)},
                     {"expected", name},    {"found", found},   {"text", edit.text}};
  return ConflictError(
      Status::apply_conflict,
      Error::outside("the server's rename replaces something else than the name")
          .at(text.name(), static_cast<int>(std::min<int64_t>(edit.range.start.line, 1 << 30)) + 1)
          .found("'" + found.substr(0, 80) + "'")
          .expected("'" + name + "'")
          .hint("nothing was changed"),
      Json::array({hunk}));
}

std::string shown(const std::set<std::pair<std::string, size_t>>& places, const Session& session) {
  const auto& [path, byte] = *places.begin();
  const Position at =
      document_text(session.jail().read_existing(path).bytes, path).position_of(byte, Encoding::utf16);
  const std::string more = places.size() > 1 ? fmt::format(" and {} more places", places.size() - 1) : "";
  return fmt::format("{}:{}:{}{}", path, at.line + 1, at.character + 1, more);
}

}  // namespace

std::string name_at(Session& session, const Target& target, const Json& prepared) {
  const Text& text = session.text(target.candidate.document);
  const Encoding encoding = session.client().encoding();
  if (prepared.is_object()) {
    const Json& range = prepared.contains("range") ? prepared.at("range") : prepared;
    if (range.is_object() && range.contains("start"))
      return std::string(text.slice(range_of(range), encoding));
  }
  return std::string(word_at(text.content(), text.byte_of(target.candidate.place, encoding)));
}

WorkspaceEdit counted_here(const Session& session, WorkspaceEdit edit, const std::string& name) {
  if (name.empty()) return edit;
  for (FileChange& change : edit.changes) {
    const std::optional<std::string> path = path_in(session, change.uri);
    if (!path || change.kind != FileChange::Kind::edit || !session.counts_apart(*path)) continue;
    const DiskView view(session.jail().read_existing(*path).bytes, *path);
    std::vector<Range> given;
    for (const TextEdit& one : change.edits) given.push_back(one.range);
    const auto counted = view.ranges_of(given, name, session.encoding());
    for (size_t i = 0; i < given.size(); ++i) change.edits[i].range = counted[i].value_or(given[i]);
  }
  return edit;
}

RenameCheck::RenameCheck(Session& session, const Target& target, const WorkspaceEdit& edit,
                         const EditPlan& plan, std::string old_name, std::string new_name)
    : session_(session),
      target_(target),
      plan_(plan),
      old_name_(std::move(old_name)),
      new_name_(std::move(new_name)) {
  std::map<std::string, std::vector<TextEdit>> edits;
  bool strict = !old_name_.empty();
  for (const FileChange& change : edit.changes) {
    // Where a package is renamed its path changes in imports, too.
    strict = strict && change.kind == FileChange::Kind::edit;
    const std::optional<std::string> path = path_in(session, change.uri);
    if (!path) continue;
    std::vector<TextEdit>& all = edits[*path];
    all.insert(all.end(), change.edits.begin(), change.edits.end());
  }
  for (const PlannedFile& file : plan.files) {
    if (file.before && file.after) read_places(file, edits[file.path], strict);
  }
}

void RenameCheck::read_places(const PlannedFile& file, const std::vector<TextEdit>& edits, bool strict) {
  const Text before = document_text(file.before->bytes, file.path),
             after = document_text(*file.after, file.path);
  if (by_edits(before, after, file.path, edits) || by_texts(before, after, file.path) || !strict) return;
  for (const TextEdit& edit : edits) {
    const std::string found(before.slice(edit.range, session_.encoding()));
    if (found != old_name_ || edit.text.find(new_name_) == std::string::npos)
      throw other_text(before, edit, found, old_name_);
  }
  throw other_text(before, edits.empty() ? TextEdit{} : edits[0], "a part of a longer name", old_name_);
}

bool RenameCheck::by_edits(const Text& before, const Text& after, const std::string& path,
                           const std::vector<TextEdit>& edits) {
  std::map<size_t, const TextEdit*> ordered;
  for (const TextEdit& edit : edits) {
    const size_t begin = before.byte_of(edit.range.start, session_.encoding());
    const bool whole = !is_word(old_name_) || is_whole_word(before.content(), begin, old_name_.size());
    if (!whole || before.slice(edit.range, session_.encoding()) != old_name_) return false;
    if (edit.text.find(new_name_) == std::string::npos) return false;
    ordered[begin] = &edit;
  }
  std::map<Place, size_t> found;
  size_t removed = 0, added = 0;
  for (const auto& [begin, edit] : ordered) {
    found[{path, begin}] = begin - removed + added + edit->text.find(new_name_);
    removed += old_name_.size();
    added += edit->text.size();
  }
  if (before.content().size() - removed + added != after.content().size()) return false;
  renamed_.merge(found);
  return true;
}

// Does the whole text differ by renamed words alone?
bool RenameCheck::by_texts(const Text& before, const Text& after, const std::string& path) {
  const std::string &was = before.content(), &is = after.content();
  std::map<Place, size_t> found;
  size_t at = 0, to = 0;
  while (at < was.size()) {
    const bool renamed =
        was.compare(at, old_name_.size(), old_name_) == 0 && is_whole_word(was, at, old_name_.size()) &&
        is.compare(to, new_name_.size(), new_name_) == 0 && is_whole_word(is, to, new_name_.size());
    if (renamed) {
      found[{path, at}] = to;
      at += old_name_.size();
      to += new_name_.size();
    } else if (to < is.size() && was[at] == is[to]) {
      ++at;
      ++to;
    } else {
      return false;
    }
  }
  if (to != is.size()) return false;
  renamed_.merge(found);
  return true;
}

std::vector<RenameCheck::Place> RenameCheck::places_left() {
  std::vector<Place> out;
  for (const std::string& path : session_.sources()) {
    std::optional<Text> text;
    try {
      const FileState file = session_.jail().read_existing(path);
      if (file.bytes.find(old_name_) == std::string::npos) continue;
      text = document_text(file.bytes, path);
    } catch (const LspError&) {
      continue;  // no text that a rename could be in
    }
    const std::string language = session_.profile().language_of(path);
    for (const size_t byte : places_in_code(text->content(), language, old_name_)) {
      if (!renamed_.count({path, byte})) out.emplace_back(path, byte);
    }
  }
  return out;
}

std::set<RenameCheck::Place> RenameCheck::definitions_of(const Place& place) {
  const auto& [path, byte] = place;
  const Position at = session_.text(path).position_of(byte, session_.encoding());
  const Json params = {{"textDocument", {{"uri", session_.open(path)}}},
                       {"position", {{"line", at.line}, {"character", at.character}}}};
  const Json answer = session_.ask(target_.digest, "textDocument/definition", params);
  std::set<Place> out;
  for (const Json& one : answer.is_array() ? answer : Json::array({answer})) {
    if (!one.is_object()) continue;
    const bool link = one.contains("targetUri");
    const std::string uri = one.at(link ? "targetUri" : "uri").get<std::string>();
    const std::optional<std::string> to = path_in(session_, uri);
    if (!to) {
      out.emplace(uri, 0);  // a thing of somebody else
      continue;
    }
    const Range range = range_of(one.at(link ? "targetSelectionRange" : "range"));
    const DiskView view(session_.jail().read_existing(*to).bytes, *to);
    const Range named = view.range_of(range, old_name_, session_.encoding()).value_or(range);
    out.emplace(*to, view.text().byte_of(named.start, session_.encoding()));
  }
  return out;
}

// One place of every file before the second of any: changed files first, then those beside the target.
std::vector<RenameCheck::Place> RenameCheck::asked_first(const std::vector<Place>& left) const {
  const auto folder = [](const std::string& path) { return path.substr(0, path.rfind('/') + 1); };
  const std::string here = folder(target_.candidate.document);
  const auto rank = [&](const std::string& path) {
    const bool changes = std::any_of(plan_.files.begin(), plan_.files.end(),
                                     [&](const PlannedFile& file) { return file.path == path; });
    return changes ? 0 : folder(path) == here ? 1 : 2;
  };
  std::map<std::pair<int, std::string>, std::vector<Place>> files;
  std::string last;
  std::vector<Place>* group = nullptr;
  for (const Place& place : left) {
    if (group == nullptr || place.first != last) group = &files[{rank(place.first), place.first}];
    last = place.first;
    group->push_back(place);
  }
  std::vector<Place> out;
  for (size_t round = 0; out.size() < kMostPlaces; ++round) {
    const size_t before = out.size();
    size_t nth = 0;
    for (const auto& [file, places] : files) {
      if (nth++ < kMostFiles && round < places.size()) out.push_back(places[round]);
    }
    if (out.size() == before) break;
  }
  out.resize(std::min(out.size(), kMostPlaces));
  return out;
}

void RenameCheck::ask_about(const std::vector<Place>& left) {
  left_ = left.size();
  std::map<Place, std::set<Place>> leads;
  std::set<std::string> files;
  for (const Place& place : asked_first(left)) {
    try {
      session_.open(place.first);
      files.insert(place.first);
      leads[place] = definitions_of(place);
    } catch (const Error& error) {
      require_recorded(error);
      leads[place] = {};
    } catch (const Json::exception&) {
      leads[place] = {};
    }
    if (leads[place].empty()) unknown_.insert(place);
  }
  asked_ = leads.size();
  judged_files_.assign(files.begin(), files.end());
  // What leads to a place that leads to the renamed thing is that thing as well.
  for (bool more = true; more;) {
    more = false;
    for (const auto& [place, targets] : leads) {
      const bool is_same = std::any_of(targets.begin(), targets.end(), [&](const Place& to) {
        return renamed_.count(to) || same_.count(to);
      });
      if (is_same) more = same_.insert(place).second || more;
    }
  }
}

void RenameCheck::add_complete(Safety& safety) const {
  if (!same_.empty()) {
    safety.add("complete", false,
               fmt::format("'{}' still stands for the same thing at {}", old_name_, shown(same_, session_)));
  } else if (!unknown_.empty()) {
    safety.add_doubt(
        "complete",
        fmt::format("'{}' still stands at {}, and the server does not say whether it is the same thing",
                    old_name_, shown(unknown_, session_)));
  } else {
    safety.add("complete", true,
               asked_ < left_ ? fmt::format("of the {} places where '{}' still stands {} were looked at",
                                            left_, old_name_, asked_)
                              : "");
  }
}

bool RenameCheck::new_name_was_there() const {
  return std::any_of(plan_.files.begin(), plan_.files.end(), [&](const PlannedFile& file) {
    if (!file.before || !file.after) return false;
    try {
      const std::string language = session_.profile().language_of(file.path);
      return !places_in_code(file.before->bytes, language, new_name_).empty();
    } catch (const LspError&) {
      return false;
    }
  });
}

// With the new texts open: what the new name means now and did not, or no longer means; empty: nothing.
std::string RenameCheck::captured() {
  std::map<std::string, Text> texts;
  for (const PlannedFile& file : plan_.files) {
    if (file.before && file.after) texts.emplace(file.path, document_text(*file.after, file.path));
  }
  const std::string& document = target_.candidate.document;
  std::set<Place> expected;
  std::optional<size_t> asked;
  const size_t target = session_.text(document).byte_of(target_.candidate.place, session_.encoding());
  for (const auto& [before, after] : renamed_) {
    expected.emplace(before.first, after);
    const bool here = before.first == document && before.second <= target;
    if (here && target <= before.second + old_name_.size()) asked = after;
  }
  if (!asked) return "";
  const Position at = texts.at(document).position_of(*asked, session_.encoding());
  const Json answer = session_.client().request(
      "textDocument/references", {{"textDocument", {{"uri", target_.uri}}},
                                  {"position", {{"line", at.line}, {"character", at.character}}},
                                  {"context", {{"includeDeclaration", true}}}});
  std::set<Place> found;
  for (const Json& one : answer.is_array() ? answer : Json::array()) {
    const std::optional<std::string> path = path_in(session_, one.at("uri").get<std::string>());
    const auto text = path ? texts.find(*path) : texts.end();
    if (text == texts.end()) continue;
    found.emplace(*path, text->second.byte_of(range_of(one.at("range")).start, session_.encoding()));
  }
  for (const auto& [path, byte] : found) {
    const bool is_name = texts.at(path).content().compare(byte, new_name_.size(), new_name_) == 0;
    if (expected.count({path, byte}) || !is_name) continue;
    const Position place = texts.at(path).position_of(byte, Encoding::utf16);
    return fmt::format("'{}' is taken: {}:{}:{} would be the same thing", new_name_, path, place.line + 1,
                       place.character + 1);
  }
  for (const auto& [path, byte] : expected) {
    const std::string language = session_.profile().language_of(path);
    const std::vector<size_t> code = places_in_code(texts.at(path).content(), language, new_name_);
    if (found.count({path, byte}) || !std::binary_search(code.begin(), code.end(), byte)) continue;
    const Position place = texts.at(path).position_of(byte, Encoding::utf16);
    return fmt::format("'{}' is taken: at {}:{}:{} it would be something else", new_name_, path,
                       place.line + 1, place.character + 1);
  }
  return "";
}

void RenameCheck::judge(Safety& safety) {
  const bool is_named = is_word(old_name_) && !renamed_.empty();
  if (is_named) {
    ask_about(places_left());
    add_complete(safety);
  }
  const bool may_be_taken = is_named && new_name_was_there();
  judge_result(session_, plan_, judged_files_, safety, [&] {
    if (!may_be_taken) return;
    try {
      const std::string why = captured();
      safety.add("distinct", why.empty(), why);
    } catch (const Error& error) {
      require_recorded(error);
      safety.add_doubt("distinct",
                       fmt::format("'{}' stood in these files before: {}", new_name_, error.what()));
    } catch (const Json::exception& error) {
      safety.add_doubt("distinct",
                       fmt::format("'{}' stood in these files before: {}", new_name_, error.what()));
    }
  });
}

}  // namespace gradus
