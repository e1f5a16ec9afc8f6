#include "gradus/lsp/workspace_edit.h"

#include <algorithm>
#include <fmt/format.h>

namespace gradus {

namespace {

constexpr size_t kMaxChanges = 10'000;
constexpr size_t kMaxEdits = 1'000'000;
constexpr size_t kMaxNewText = size_t{64} << 20;
constexpr int64_t kMaxUinteger = (int64_t{1} << 31) - 1;

LspError malformed(const std::string& what, const std::string& field) {
  return LspError(Status::apply_conflict,
                  Error::outside("the server's edit " + what).field(field).hint("nothing was changed"));
}

const Json& member(const Json& object, const char* key, const std::string& where) {
  if (!object.is_object()) throw malformed("has something else where an object belongs", where);
  const auto it = object.find(key);
  if (it == object.end()) throw malformed("lacks a member", where + "." + key);
  return *it;
}

std::string text_of(const Json& object, const char* key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (!value.is_string()) throw malformed("has something else where a text belongs", where + "." + key);
  return value.get<std::string>();
}

int64_t count_of(const Json& object, const char* key, const std::string& where) {
  const Json& value = member(object, key, where);
  const bool whole = value.is_number_unsigned() || (value.is_number_integer() && value.get<int64_t>() >= 0);
  if (!whole || value.get<uint64_t>() > static_cast<uint64_t>(kMaxUinteger)) {
    throw malformed("has a place that is no number from 0 to 2147483647", where + "." + key);
  }
  return value.get<int64_t>();
}

Position position_in(const Json& range, const char* key, const std::string& where) {
  const Json& place = member(range, key, where);
  const std::string here = where + "." + key;
  return {count_of(place, "line", here), count_of(place, "character", here)};
}

bool option(const Json& change, const char* key) {
  const auto options = change.find("options");
  if (options == change.end() || !options->is_object()) return false;
  const auto it = options->find(key);
  return it != options->end() && it->is_boolean() && it->get<bool>();
}

class Reader {
 public:
  WorkspaceEdit read(const Json& edit) {
    if (edit.is_null()) return {};
    if (!edit.is_object()) throw malformed("is no object", "edit");
    const auto documents = edit.find("documentChanges");
    if (documents != edit.end() && !documents->is_null()) {
      if (!documents->is_array()) throw malformed("has no list of changes", "documentChanges");
      for (size_t i = 0; i < documents->size(); ++i) {
        add(change_of((*documents)[i], fmt::format("documentChanges[{}]", i)));
      }
      return std::move(out_);
    }
    const auto changes = edit.find("changes");
    if (changes == edit.end() || changes->is_null()) return {};
    if (!changes->is_object()) throw malformed("has no map of changes", "changes");
    for (const auto& [uri, edits] : changes->items()) {
      FileChange change;
      change.uri = uri;
      change.edits = edits_of(edits, "changes[" + uri + "]");
      add(std::move(change));
    }
    return std::move(out_);
  }

 private:
  void add(FileChange change) {
    if (out_.changes.size() == kMaxChanges)
      throw malformed("has more than 10,000 changes", "documentChanges");
    out_.changes.push_back(std::move(change));
  }

  FileChange change_of(const Json& change, const std::string& where) {
    FileChange out;
    if (change.is_object() && change.contains("kind")) return operation_of(change, where);
    const Json& document = member(change, "textDocument", where);
    out.uri = text_of(document, "uri", where + ".textDocument");
    if (const auto version = document.find("version"); version != document.end() && !version->is_null()) {
      if (!version->is_number_integer()) throw malformed("has no number", where + ".textDocument.version");
      out.version = version->get<int64_t>();
    }
    out.edits = edits_of(member(change, "edits", where), where + ".edits");
    return out;
  }

  static FileChange operation_of(const Json& change, const std::string& where) {
    FileChange out;
    const std::string kind = text_of(change, "kind", where);
    if (kind == "rename") {
      out.kind = FileChange::Kind::rename;
      out.uri = text_of(change, "oldUri", where);
      out.new_uri = text_of(change, "newUri", where);
    } else if (kind == "create" || kind == "delete") {
      out.kind = kind == "create" ? FileChange::Kind::create : FileChange::Kind::remove;
      out.uri = text_of(change, "uri", where);
    } else {
      throw malformed("has an unknown operation '" + kind + "'", where + ".kind");
    }
    out.overwrite = option(change, "overwrite");
    out.ignore_if_exists = option(change, "ignoreIfExists");
    out.ignore_if_missing = option(change, "ignoreIfNotExists");
    return out;
  }

  std::vector<TextEdit> edits_of(const Json& edits, const std::string& where) {
    if (!edits.is_array()) throw malformed("has no list of text edits", where);
    if (edits.size() > kMaxEdits - edits_) throw malformed("has more than 1,000,000 text edits", where);
    edits_ += edits.size();
    std::vector<TextEdit> out;
    for (size_t i = 0; i < edits.size(); ++i) {
      const std::string here = fmt::format("{}[{}]", where, i);
      const Json& range = member(edits[i], "range", here);
      TextEdit edit{
          {position_in(range, "start", here + ".range"), position_in(range, "end", here + ".range")},
          text_of(edits[i], "newText", here)};
      if (edit.range.end < edit.range.start) throw malformed("has a range that ends before it starts", here);
      if (edit.text.size() > kMaxNewText - bytes_) throw malformed("has more than 64 MiB of new text", here);
      bytes_ += edit.text.size();
      out.push_back(std::move(edit));
    }
    return out;
  }

  WorkspaceEdit out_;
  size_t edits_ = 0, bytes_ = 0;
};

ConflictError overlap(const std::string& path, const TextEdit& first, const TextEdit& second) {
  const Json hunk = {{"path", path},
                     {"reason", "overlap"},
                     {"range", range_json(first.range)},
                     {"text", first.text},
                     {"other_range", range_json(second.range)},
                     {"other_text", second.text}};
  return ConflictError(
      Status::apply_conflict,
      Error::outside("two text edits of the server's answer overlap")
          .at(path, static_cast<int>(std::min<int64_t>(second.range.start.line, 1 << 30)) + 1)
          .hint("nothing was changed"),
      Json::array({hunk}));
}

// Text with every line break written as `ending`.
std::string with_ending(const std::string& text, const std::string& ending) {
  if (ending.empty() || text.find_first_of("\r\n") == std::string::npos) return text;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    out += ending;
    if (text[i] == '\r' && text.substr(i + 1, 1) == "\n") ++i;
  }
  return out;
}

struct Splice {
  size_t begin, end;
  const TextEdit* edit;
};

}  // namespace

WorkspaceEdit read_workspace_edit(const Json& edit) {
  return Reader().read(edit);
}

std::string apply_text_edits(const Text& text, const std::vector<TextEdit>& edits, Encoding encoding,
                             const std::string& line_ending) {
  std::vector<Splice> splices;
  for (const TextEdit& edit : edits) {
    splices.push_back(
        {text.byte_of(edit.range.start, encoding), text.byte_of(edit.range.end, encoding), &edit});
  }
  std::stable_sort(splices.begin(), splices.end(),
                   [](const Splice& a, const Splice& b) { return a.begin < b.begin; });
  std::string out;
  size_t done = 0;
  for (size_t i = 0; i < splices.size(); ++i) {
    const Splice& splice = splices[i];
    if (i > 0) {
      const Splice& last = splices[i - 1];
      const bool said_twice = splice.begin == last.begin && splice.end == last.end &&
                              splice.begin < splice.end && splice.edit->text == last.edit->text;
      if (said_twice) continue;
      const bool both_insert = last.begin == last.end && splice.begin == splice.end;
      if (splice.begin < last.end || (splice.begin == last.begin && !both_insert)) {
        throw overlap(text.name(), *last.edit, *splice.edit);
      }
    }
    out.append(text.content(), done, splice.begin - done);
    out += with_ending(splice.edit->text, line_ending);
    done = splice.end;
  }
  return out.append(text.content(), done);
}

}  // namespace gradus
