#include "gradus/lsp/commit_range.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

#include "gradus/base/text.h"
#include "gradus/lsp/command.h"
#include "gradus/lsp/git_store.h"
#include "gradus/lsp/text.h"

namespace gradus {

namespace {

constexpr size_t kMostCommits = 1000, kMostFiles = 20'000;
constexpr size_t kMostBytes = size_t{256} << 20, kMostOther = size_t{1} << 20;
constexpr size_t kMostMessage = size_t{1} << 20;  // a commit with its message and signature

struct Entry {
  std::string path, hash;
  bool removed = false;
};

struct Commit {
  std::string id, parent, subject;
  std::vector<Entry> entries;
};

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_text(std::string_view text) {
  return !first_invalid_utf8(text) && text.find('\0') == std::string_view::npos;
}

bool is_regular(std::string_view mode) {
  return mode == "100644" || mode == "100755";
}

// As %s of git log: the lines of the first paragraph, joined.
std::string subject_of(std::string_view message) {
  std::string out;
  for (const std::string_view line : pieces_between(message, "\n")) {
    const std::string_view text = trim(line);
    if (text.empty() && !out.empty()) break;
    if (!text.empty()) out += (out.empty() ? "" : " ") + readable(text);
  }
  return out;
}

// The names that `text` includes: `#include "a/b.inc"` names b.inc.
void add_included(std::string_view text, std::set<std::string, std::less<>>& names) {
  for (std::string_view line : pieces_between(text, "\n")) {
    line = trim(line);
    if (!line.starts_with('#') || !trim(line.substr(1)).starts_with("include")) continue;
    const size_t begin = line.find_first_of("\"<");
    if (begin == line.npos) continue;
    const size_t end = line.find(line[begin] == '<' ? '>' : '"', begin + 1);
    if (end != line.npos) names.emplace(name_of(line.substr(begin + 1, end - begin - 1)));
  }
}

// The sizes and the contents of objects by their ids.
class Objects {
 public:
  explicit Objects(const GitStore& git) : git_(git) {}

  // Nothing for what the repository does not hold, or holds as something else.
  std::map<std::string, size_t> sizes(const std::set<std::string>& ids) const {
    std::map<std::string, size_t> out;
    if (ids.empty()) return out;
    const std::string listed =
        git_.run({"cat-file", "--batch-check"}, fmt::format("{}\n", fmt::join(ids, "\n")));
    for (const std::string_view line : pieces_between(listed, "\n")) {
      const auto words = pieces_between(line, " ");
      if (words.size() == 3 && (words[1] == "blob" || words[1] == "commit"))
        out[std::string(words[0])] = std::stoull(std::string(words[2]));
    }
    return out;
  }

  std::map<std::string, std::string> contents(const std::map<std::string, size_t>& sizes) const {
    std::map<std::string, std::string> out;
    if (sizes.empty()) return out;
    std::string asked;
    size_t most = 0;
    for (const auto& [id, size] : sizes) {
      asked += id + "\n";
      most += size + 200;
    }
    const std::string answer = git_.run({"cat-file", "--batch"}, asked, most);
    for (size_t at = 0; at < answer.size();) {  // "ID TYPE SIZE", the bytes, a line break
      const size_t end = answer.find('\n', at);
      const auto words = pieces_between(std::string_view(answer).substr(at, end - at), " ");
      if (end == answer.npos || words.size() != 3) break;
      const size_t size = std::stoull(std::string(words[2]));
      out[std::string(words[0])] = answer.substr(end + 1, size);
      at = end + 1 + size + 1;
    }
    return out;
  }

 private:
  const GitStore& git_;
};

class Reader {
 public:
  Reader(const std::string& repository, const std::string& range)
      : git_(repository), objects_(git_), repository_(repository), range_(range) {}

  CommitRange read(const std::string& server) {
    read_commits();
    read_changes();
    start_ = listed();
    CommitRange out;
    out.server = server.empty() ? server_of_files(paths()) : server;
    choose(server_profile(out.server));
    require_few_copies();
    for (const Entry& entry : start_) {
      const std::string* const text = chosen_.count(entry.path) > 0 ? taken(entry) : nullptr;
      if (text) out.trajectory.start[entry.path] = *text;
    }
    for (const Commit& commit : commits_) {
      EditStep step;
      for (const Entry& entry : commit.entries) {
        const std::string* const text = entry.removed ? nullptr : taken(entry);
        if (text) step.files[entry.path] = *text;
        if (entry.removed) step.files[entry.path] = std::nullopt;
      }
      out.trajectory.steps.push_back(std::move(step));
      out.subjects.push_back(commit.subject);
    }
    if (!unreadable_.empty()) {
      out.left_out.push_back(fmt::format("{} files whose names are no UTF-8 are left out, the first is {}",
                                         unreadable_.size(), readable(*unreadable_.begin())));
    }
    return out;
  }

 private:
  void read_commits() {
    const std::string ids = git_.run(
        {"rev-list", "--first-parent", fmt::format("--max-count={}", kMostCommits + 1), range_, "--"});
    std::vector<std::string> order;
    for (const std::string_view id : words_of(ids)) order.emplace_back(id);
    if (order.empty()) throw Error::input("no commits are in this range").at(repository_).found(range_);
    if (order.size() > kMostCommits) {
      throw Error::input("too many commits for a trajectory")
          .at(repository_)
          .found(range_)
          .expected(fmt::format("at most {}", kMostCommits));
    }
    std::reverse(order.begin(), order.end());
    const std::map<std::string, size_t> sizes = objects_.sizes({order.begin(), order.end()});
    for (const auto& [id, size] : sizes) {
      if (size <= kMostMessage) continue;
      throw Error::input("a commit is too large")
          .at(repository_)
          .field(id)
          .found(fmt::format("{} bytes without its files", size))
          .expected(fmt::format("at most {}", kMostMessage))
          .hint("judge a range without it");
    }
    const auto raw = objects_.contents(sizes);
    for (const std::string& id : order) {
      const auto found = raw.find(id);
      if (found == raw.end()) throw missing(id);
      commits_.push_back(parsed(id, found->second));
      if (commits_.size() == 1 || commits_.back().parent == commits_[commits_.size() - 2].id) continue;
      throw Error::input("these commits are not one after the other")
          .at(repository_)
          .found(range_)
          .expected("a range on one branch, as main~5..main");
    }
    const std::string& first = commits_[0].parent;
    if (!first.empty() && objects_.sizes({first}).empty()) throw missing(first);
  }

  Error missing(const std::string& id) const {
    return Error::outside("the repository does not hold an object of this range")
        .at(repository_)
        .found(id)
        .hint("a shallow or partial clone: git fetch --unshallow, or a shorter range");
  }

  static Commit parsed(const std::string& id, std::string_view raw) {
    const size_t end = std::min(raw.find("\n\n"), raw.size());
    Commit out{.id = id, .parent = "", .subject = subject_of(raw.substr(end)), .entries = {}};
    for (const std::string_view line : pieces_between(raw.substr(0, end), "\n")) {
      if (out.parent.empty() && line.starts_with("parent ")) out.parent = line.substr(7);
    }
    return out;
  }

  // Of every commit its id; then, for every file, ":MODE MODE HASH HASH LETTER" and the path.
  void read_changes() {
    std::string asked;  // "COMMIT PARENT"; --root compares one without a parent with the empty tree
    for (const Commit& commit : commits_) asked += fmt::format("{} {}\n", commit.id, commit.parent);
    const std::string text =
        git_.run({"diff-tree", "--stdin", "--root", "--always", "-r", "-z", "--no-renames", "--full-index",
                  "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"},
                 asked);
    const auto pieces = pieces_between(text, std::string_view("\0", 1));
    size_t next = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      const auto words = pieces_between(pieces[i], " ");
      if (next < commits_.size() && pieces[i] == commits_[next].id) {
        ++next;
      } else if (next > 0 && words.size() == 5 && i + 1 < pieces.size() && is_named(pieces[++i])) {
        const bool removed = words[4] == "D";
        if (removed || is_regular(words[1]))
          commits_[next - 1].entries.push_back({std::string(pieces[i]), std::string(words[3]), removed});
      }
    }
  }

  // "MODE TYPE HASH", a tab, the path.
  std::vector<Entry> listed() {
    std::vector<Entry> out;
    if (commits_[0].parent.empty()) return out;
    const std::string text = git_.run({"ls-tree", "-r", "-z", "--full-tree", commits_[0].parent});
    for (const std::string_view piece : pieces_between(text, std::string_view("\0", 1))) {
      const size_t tab = piece.find('\t');
      if (tab == piece.npos) continue;
      const auto words = pieces_between(piece.substr(0, tab), " ");
      if (words.size() == 3 && is_regular(words[0]) && is_named(piece.substr(tab + 1)))
        out.push_back({std::string(piece.substr(tab + 1)), std::string(words[2])});
    }
    return out;
  }

  bool is_named(std::string_view path) {
    if (!first_invalid_utf8(path)) return true;
    unreadable_.emplace(path);
    return false;
  }

  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const Commit& commit : commits_) {
      for (const Entry& entry : commit.entries) out.push_back(entry.path);
    }
    for (const Entry& entry : start_) out.push_back(entry.path);
    return out;
  }

  // Reads what the server reads; then what this includes, and the other texts of the steps.
  void choose(const ServerProfile& profile) {
    std::set<std::string, std::less<>> configuration, included;
    for (const std::string& file : profile.config_files) configuration.emplace(name_of(file));
    const auto is_read = [&](const Entry& entry) {
      return profile.reads(entry.path) || configuration.count(name_of(entry.path)) > 0;
    };
    take(entries(is_read, is_read), kMostBytes, true);
    for (const auto& [hash, text] : texts_) add_included(text, included);
    const auto is_included = [&](const Entry& entry) { return included.count(name_of(entry.path)) > 0; };
    take(entries(is_included, is_included), kMostBytes, true);
    const auto never = [](const Entry&) { return false; };
    take(entries(never, [](const Entry&) { return true; }), kMostOther, false);
  }

  std::set<std::string> entries(const std::function<bool(const Entry&)>& of_start,
                                const std::function<bool(const Entry&)>& of_steps) {
    std::set<std::string> out;
    for (const Entry& entry : start_) {
      if (!of_start(entry)) continue;
      out.insert(entry.hash);
      chosen_.insert(entry.path);  // another file with the same content need not be
    }
    for (const Commit& commit : commits_) {
      for (const Entry& entry : commit.entries) {
        if (!entry.removed && of_steps(entry)) out.insert(entry.hash);
      }
    }
    return out;
  }

  // Texts of at most `most` bytes. `needed`: what the repository does not hold is an error.
  void take(const std::set<std::string>& ids, size_t most, bool needed) {
    std::set<std::string> fresh;
    for (const std::string& id : ids) {
      if (!texts_.count(id)) fresh.insert(id);
    }
    std::map<std::string, size_t> sizes = objects_.sizes(fresh);
    for (const std::string& id : fresh) {
      if (needed && !sizes.count(id)) throw missing(id);
    }
    std::erase_if(sizes, [&](const auto& one) { return one.second > most; });
    size_t bytes = 0;
    for (const auto& [id, size] : sizes) bytes += size;
    if (texts_.size() + sizes.size() > kMostFiles || bytes > 2 * kMostBytes)
      throw too_much(texts_.size() + sizes.size(), bytes_ + bytes);
    for (auto& [id, text] : objects_.contents(sizes)) {
      if (!is_text(text)) continue;
      bytes_ += text.size();
      texts_[id] = std::move(text);
    }
    if (bytes_ > kMostBytes) throw too_much(texts_.size(), bytes_);
  }

  // A text that stands in many states is copied into each of them.
  void require_few_copies() const {
    size_t files = 0, bytes = 0;
    const auto count = [&](const std::string* text) {
      if (text == nullptr) return;
      ++files;
      bytes += text->size();
    };
    for (const Entry& entry : start_) count(chosen_.count(entry.path) > 0 ? taken(entry) : nullptr);
    for (const Commit& commit : commits_) {
      for (const Entry& entry : commit.entries) count(entry.removed ? nullptr : taken(entry));
    }
    if (files > kMostFiles || bytes > kMostBytes) throw too_much(files, bytes);
  }

  Error too_much(size_t files, size_t bytes) const {
    return Error::input("too many files for a trajectory")
        .at(repository_)
        .found(fmt::format("{} files that the server reads or the steps change, {} MiB in all states", files,
                           bytes >> 20))
        .expected(fmt::format("at most {} and {} MiB", kMostFiles, kMostBytes >> 20))
        .hint("judge a shorter range");
  }

  const std::string* taken(const Entry& entry) const {
    const auto found = texts_.find(entry.hash);
    return found == texts_.end() ? nullptr : &found->second;
  }

  GitStore git_;
  Objects objects_;
  const std::string& repository_;
  const std::string& range_;
  std::vector<Commit> commits_;  // the oldest first
  std::vector<Entry> start_;
  std::map<std::string, std::string> texts_;   // by their ids
  std::set<std::string> chosen_, unreadable_;  // paths: of the start; whose names are no UTF-8
  size_t bytes_ = 0;
};

}  // namespace

std::string server_of_files(const std::vector<std::string>& paths) {
  std::vector<ServerProfile> servers;
  for (const std::string& name : server_names()) servers.push_back(server_profile(name));
  for (const std::string& path : paths) {
    for (const ServerProfile& server : servers) {
      if (server.reads(path)) return server.name;
    }
  }
  throw LspError(Status::bad_selector_syntax,
                 Error::input("no known language server reads a file of these edits")
                     .hint("name one with --server: " + fmt::format("{}", fmt::join(server_names(), ", "))));
}

CommitRange trajectory_from_git(const std::string& repository, const std::string& range,
                                const std::string& server) {
  if (range.empty() || range[0] == '-')
    throw Error::input("not a range of commits").found(range).expected("main~5..main");
  return Reader(repository, range).read(server);
}

}  // namespace gradus
