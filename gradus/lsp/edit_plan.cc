#include "gradus/lsp/edit_plan.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/text.h"
#include "gradus/lsp/diff.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kMaxFile = size_t{16} << 20;

// The line ending that the text uses most, "\n" among equals; empty where it has no line.
std::string line_ending_of(std::string_view text) {
  size_t both = 0, feed = 0, carriage = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ++feed;
    if (text[i] != '\r') continue;
    if (text.substr(i + 1, 1) == "\n") {
      ++both;
      ++i;
    } else {
      ++carriage;
    }
  }
  if (both + feed + carriage == 0) return "";
  if (feed >= both && feed >= carriage) return "\n";
  return both >= carriage ? "\r\n" : "\r";
}

bool same_file(const FileState& a, const FileState& b) {
  return a.device == b.device && a.inode == b.inode;
}

struct NamedEdit {
  std::string uri;
  TextEdit edit;
};

class Planner {
 public:
  Planner(const Jail& jail, Encoding encoding, const std::map<std::string, KnownFile>& known)
      : jail_(jail), encoding_(encoding), known_(known) {}

  EditPlan plan(const WorkspaceEdit& edit) {
    for (const FileChange& change : edit.changes) {
      PlannedFile& file = file_of(change.uri);
      if (change.kind == FileChange::Kind::edit) {
        collect(file, change);
        continue;
      }
      change_texts();
      if (change.kind == FileChange::Kind::create) {
        create(file, change);
      } else if (change.kind == FileChange::Kind::rename) {
        rename(file, change);
      } else {
        remove(file, change);
      }
    }
    change_texts();
    EditPlan out;
    for (auto& [path, file] : files_) {
      const bool same = file.before ? file.after == file.before->bytes && file.mode == file.before->mode
                                    : !file.after.has_value();
      if (!same) out.files.push_back(std::move(file));
    }
    for (const PlannedFile& file : out.files) permit(file);
    return out;
  }

 private:
  void permit(const PlannedFile& file) const {
    jail_.permit(file.path);
    if (!first_invalid_utf8(file.path)) return;
    // Neither a diff nor the journal could name it.
    throw LspError(Status::fs_permissions, Error::input("the name of a file that would change is no UTF-8")
                                               .at(readable(file.path))
                                               .hint("rename the file first; nothing was changed"));
  }

  PlannedFile& file_of(const std::string& uri) {
    if (!is_file_uri(uri)) {
      throw LspError(Status::fs_permissions,
                     Error::outside("the server's edit speaks of something that is no file").found(uri));
    }
    const std::string named = path_of_uri(uri);
    if (jail_.relative(named).empty()) throw folder(named);
    JailPlace place;
    try {
      place = jail_.place(named);
    } catch (const LspError& error) {
      if (error.status() != Status::not_found) throw;
      place.path = jail_.relative(named);  // in a folder that is not there yet
    }
    const auto known = files_.find(place.path);
    if (known != files_.end()) return known->second;
    PlannedFile file;
    file.path = place.path;
    if (place.folder) file.before = jail_.read(place);
    if (file.before) {
      file.after = file.before->bytes;
      file.mode = file.before->mode;
      check_known(file);
    }
    return files_.emplace(place.path, std::move(file)).first->second;
  }

  static LspError folder(const std::string& path) {
    return LspError(
        Status::unsupported_cap,
        Error::input("operations on folders are not supported").at(path).hint("rename its files"));
  }

  void check_known(const PlannedFile& file) const {
    const auto document = known_.find(file.path);
    if (document == known_.end() || document->second.hash == file.before->hash) return;
    throw ConflictError(Status::content_modified,
                        Error::input("the file changed after the server was told what is in it")
                            .at(file.path)
                            .hint("run the command again; nothing was changed"),
                        Json::array({{{"path", file.path},
                                      {"reason", "content"},
                                      {"expected", document->second.hash},
                                      {"found", file.before->hash}}}));
  }

  void check_version(const PlannedFile& file, const FileChange& change) const {
    const auto document = known_.find(file.path);
    if (!change.version || document == known_.end() || !document->second.version) return;
    if (document->second.version == change.version) return;
    throw LspError(Status::content_modified, Error::outside("the server's edit is of another version")
                                                 .at(file.path)
                                                 .found(std::to_string(*change.version))
                                                 .expected(std::to_string(*document->second.version))
                                                 .hint("run the command again; nothing was changed"));
  }

  static LspError absent(const PlannedFile& file) {
    return LspError(Status::content_modified,
                    Error::outside("the server's edit speaks of a file that is not there").at(file.path));
  }

  static LspError exists(const PlannedFile& file) {
    return LspError(Status::apply_conflict, Error::outside("the server's edit creates a file that exists")
                                                .at(file.path)
                                                .hint("nothing was changed"));
  }

  // Edits of one file, whatever it is called and however often it is listed, speak of one text. What is said
  // under a second name again is said once.
  void collect(PlannedFile& file, const FileChange& change) {
    if (!file.after) throw absent(file);
    check_version(file, change);
    std::vector<NamedEdit>& edits = edits_[&file];
    const size_t earlier = edits.size();
    for (const TextEdit& edit : change.edits) {
      const bool known = std::any_of(
          edits.begin(), edits.begin() + static_cast<std::ptrdiff_t>(earlier), [&](const NamedEdit& other) {
            return other.uri != change.uri && other.edit.range == edit.range && other.edit.text == edit.text;
          });
      if (!known) edits.push_back({change.uri, edit});
    }
  }

  void change_texts() {
    for (const auto& [file, named] : edits_) {
      std::vector<TextEdit> edits;
      for (const NamedEdit& one : named) edits.push_back(one.edit);
      change_text(*file, edits);
    }
    edits_.clear();
  }

  void change_text(PlannedFile& file, const std::vector<TextEdit>& edits) const {
    const Text text = document_text(*file.after, file.path);
    std::string after = apply_text_edits(text, edits, encoding_, line_ending_of(text.content()));
    if (after.size() > kMaxFile) {
      throw LspError(Status::apply_conflict,
                     Error::outside("a file would have more than 16 MiB after the edit").at(file.path));
    }
    if (const std::optional<size_t> byte = first_invalid_utf8(after)) {
      throw LspError(Status::apply_conflict, Error::outside("a file would not be UTF-8 after the edit")
                                                 .at(file.path)
                                                 .found(fmt::format("an invalid byte at {}", *byte)));
    }
    file.after = (file.after->starts_with(kByteOrderMark) ? std::string(kByteOrderMark) : "") + after;
  }

  static void create(PlannedFile& file, const FileChange& change) {
    if (!file.after) {
      file.after = "";
    } else if (change.overwrite) {
      file.after = "";
    } else if (!change.ignore_if_exists) {
      throw exists(file);
    }
  }

  static void remove(PlannedFile& file, const FileChange& change) {
    if (!file.after && !change.ignore_if_missing) throw absent(file);
    file.after.reset();
  }

  void rename(PlannedFile& from, const FileChange& change) {
    if (!from.after) throw absent(from);
    PlannedFile& to = file_of(change.new_uri);
    if (&to == &from) return;
    if (to.before && from.before && same_file(*to.before, *from.before)) {
      throw LspError(Status::fs_permissions,
                     Error::outside("both names are one file here: the file system ignores letter case")
                         .at(from.path)
                         .found(to.path)
                         .hint("rename it by way of a third name; nothing was changed"));
    }
    if (to.after && !change.overwrite) {
      if (change.ignore_if_exists) return;
      throw exists(to);
    }
    to.after = std::move(from.after);
    to.mode = from.mode;
    from.after.reset();
  }

  const Jail& jail_;
  Encoding encoding_;
  const std::map<std::string, KnownFile>& known_;
  std::map<std::string, PlannedFile> files_;              // references to values stay valid
  std::map<PlannedFile*, std::vector<NamedEdit>> edits_;  // not carried out yet
};

}  // namespace

EditPlan plan_edit(const Jail& jail, const WorkspaceEdit& edit, Encoding encoding,
                   const std::map<std::string, KnownFile>& known) {
  return Planner(jail, encoding, known).plan(edit);
}

std::string EditPlan::diff() const {
  std::string out;
  for (const PlannedFile& file : files) {
    out +=
        unified_diff(file.path, file.before ? std::optional(file.before->bytes) : std::nullopt, file.after);
  }
  return out;
}

}  // namespace gradus
