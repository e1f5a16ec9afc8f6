#include "gradus/lsp/git_store.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>

#include "gradus/base/error.h"
#include "gradus/base/input_file.h"
#include "gradus/base/text.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

// How the files of a work tree are compared with those of a commit; none of them names a program.
constexpr const char* kComparing[] = {"core.autocrlf",   "core.eol",       "core.filemode",
                                      "core.ignorecase", "core.symlinks",  "core.trustctime",
                                      "core.checkstat",  "core.quotepath", "core.bigfilethreshold",
                                      "core.longpaths",  "core.safecrlf"};

// HEAD, commondir, a .git of one line: nothing that could keep a reader waiting or fill its memory.
std::string text_of(const fs::path& path) {
  constexpr size_t kMostBytes = size_t{64} << 10;
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) ? read_input(path, kMostBytes, "a file of git") : "";
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Is this what stands in the place of .git?
bool is_git_folder(const fs::path& path) {
  return is_there(path / "HEAD") && (is_there(path / "objects") || is_there(path / "commondir"));
}

std::vector<std::string> environment_of(const fs::path& shadow, const fs::path& objects) {
  const char* const path = std::getenv("PATH");
  return {fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path),
          "HOME=/nonexistent",
          "XDG_CONFIG_HOME=/nonexistent",
          "LC_ALL=C",
          fmt::format("GIT_DIR={}", shadow.string()),
          fmt::format("GIT_OBJECT_DIRECTORY={}", objects.string()),
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_CONFIG_SYSTEM=/dev/null",
          "GIT_CONFIG_GLOBAL=/dev/null",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_NO_LAZY_FETCH=1",
          "GIT_NO_REPLACE_OBJECTS=1",
          "GIT_OPTIONAL_LOCKS=0",
          "GIT_TERMINAL_PROMPT=0"};
}

}  // namespace

std::optional<GitStore::Place> GitStore::find(const std::string& folder) {
  std::error_code failed;
  fs::path at = fs::canonical(folder, failed);
  if (failed) return std::nullopt;
  for (;; at = at.parent_path()) {
    fs::path own = at / ".git", top = at;
    if (fs::is_regular_file(own, failed)) {  // of a further work tree or a submodule: "gitdir: PATH"
      const std::string text = text_of(own);
      if (!text.starts_with("gitdir:")) return std::nullopt;
      own = at / std::string(trim(std::string_view(text).substr(7)));
    } else if (!is_git_folder(own) && is_git_folder(at)) {
      own = at;
      top.clear();
    }
    if (is_git_folder(own)) {
      const std::string common = text_of(own / "commondir");
      const fs::path shared = common.empty() ? own : own / std::string(trim(common));
      return Place{top, fs::weakly_canonical(own, failed), fs::weakly_canonical(shared, failed)};
    }
    if (at == at.parent_path()) return std::nullopt;
  }
}

GitStore::GitStore(const std::string& folder) : folder_(folder) {
  std::optional<Place> found = find(folder);
  if (!found) {
    throw Error::outside("no git repository is in this folder or above it")
        .at(folder)
        .expected("a repository and a range of its commits, as main~5..main");
  }
  place_ = std::move(*found);
  const fs::path& common = place_.common;
  shadow_.put("HEAD", text_of(place_.own / "HEAD"));
  std::error_code failed;
  fs::create_directories(fs::path(shadow_.root()) / "objects", failed);
  fs::create_directories(fs::path(shadow_.root()) / "logs", failed);
  shadow_.put("config", "[core]\nrepositoryformatversion = 0\nbare = true\n");
  link(common / "refs", "refs");
  for (const char* name : {"packed-refs", "shallow", "reftable"}) link(common / name, name);
  for (const char* name : {"ORIG_HEAD", "FETCH_HEAD", "MERGE_HEAD"}) link(place_.own / name, name);
  link(place_.own / "logs" / "HEAD", "logs/HEAD");
  link(common / "logs" / "refs", "logs/refs");
  settings_ = settings();
  const auto value = [this](const char* key) {
    const auto at = settings_.find(key);
    return at == settings_.end() ? "" : at->second;
  };
  const std::string format = value("extensions.objectformat"), refs = value("extensions.refstorage");
  std::string config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n";
  if (!format.empty() || !refs.empty()) config += "[extensions]\n";
  // Known values only: none is to become a line of its own.
  if (format == "sha256" || format == "sha1") config += "\tobjectformat = " + format + "\n";
  if (refs == "reftable" || refs == "files") config += "\trefstorage = " + refs + "\n";
  shadow_.put("config", config);
}

void GitStore::link(const fs::path& target, const std::string& name) const {
  std::error_code failed;
  if (!fs::is_regular_file(target, failed) && !fs::is_directory(target, failed)) return;  // no pipe
  fs::create_symlink(target, fs::path(shadow_.root()) / name, failed);
  if (failed)
    throw Error::outside("cannot read a repository through links").at(target).found(failed.message());
}

// Read as text: what stands there is not in force, nor is what it includes.
std::map<std::string, std::string> GitStore::settings() const {
  const fs::path file = place_.common / "config";
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return {};
  const std::optional<ProgramOutput> ran =
      program_output({"git", "config", "--no-includes", "--file", file, "-z", "--list"},
                     {.environment = environment_of(shadow_.root(), place_.common / "objects")});
  std::map<std::string, std::string> out;
  if (!ran || !ran->failure.empty() || ran->exit_code != 0) return out;
  for (const std::string_view entry : pieces_between(ran->text, std::string_view("\0", 1))) {
    const size_t end = entry.find('\n');  // none: a key without a value, which means true
    out[std::string(entry.substr(0, end))] = end == entry.npos ? "true" : std::string(entry.substr(end + 1));
  }
  return out;
}

std::string GitStore::answer(const std::vector<std::string>& words, const std::string& folder,
                             const ProgramOptions& options) const {
  const auto verb = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word[0] != '-' && word.find('=') == std::string::npos;
  });
  std::vector<std::string> all{"git", "--no-pager",           "-c", "core.hooksPath=/dev/null",
                               "-c",  "core.fsmonitor=false", "-C", folder};
  all.insert(all.end(), words.begin(), words.end());
  const std::optional<ProgramOutput> ran = program_output(all, options);
  if (!ran) throw Error::outside("git is not installed").hint("apt-get install git");
  if (ran->failure.empty() && ran->exit_code == 0) return std::move(ran->text);
  const std::string_view reason = trim(ran->errors);
  throw Error::outside(fmt::format("'git {}' failed", verb == words.end() ? "" : *verb))
      .at(folder_)
      .found(!ran->failure.empty() ? ran->failure
             : reason.empty()      ? fmt::format("exit code {}", ran->exit_code)
                                   : std::string(start_of(reason, 400)))
      .expected("commits of this repository, as main~5..main, or main for all from the first");
}

std::string GitStore::run(const std::vector<std::string>& words, const std::string& input,
                          size_t most_output) const {
  return answer(words, shadow_.root(),
                {.input = input,
                 .environment = environment_of(shadow_.root(), place_.common / "objects"),
                 .seconds = 600,
                 .most_output = most_output});
}

std::string GitStore::run_at_work_tree(const std::vector<std::string>& words,
                                       const std::string& folder) const {
  if (place_.top.empty()) throw Error::outside("this repository has no work tree").at(folder_);
  std::vector<std::string> environment = environment_of(shadow_.root(), place_.common / "objects");
  environment.push_back(fmt::format("GIT_WORK_TREE={}", place_.top.string()));
  environment.push_back(fmt::format("GIT_INDEX_FILE={}", (place_.own / "index").string()));
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(place_.own, failed)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("sharedindex.") && !is_there(fs::path(shadow_.root()) / name))
      link(entry.path(), name);
  }
  if (!is_there(fs::path(shadow_.root()) / "info")) link(place_.common / "info", "info");
  std::vector<std::string> all{"-c", "core.bare=false"};
  for (const auto& [key, value] : settings_) {
    if (std::find(std::begin(kComparing), std::end(kComparing), key) == std::end(kComparing)) continue;
    all.insert(all.end(), {"-c", fmt::format("{}={}", key, value)});
  }
  all.insert(all.end(), words.begin(), words.end());
  return answer(all, folder, {.environment = std::move(environment)});
}

}  // namespace gradus
