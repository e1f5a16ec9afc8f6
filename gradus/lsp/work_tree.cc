#include "gradus/lsp/work_tree.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "gradus/lsp/status.h"
#include "gradus/tool/program_output.h"

namespace gradus {

namespace {

LspError refused(const std::string& what, const std::string& path) {
  return LspError(Status::fs_permissions, Error::input(what).at(path).hint(
                                              "--allow-dirty applies all the same; nothing was changed"));
}

bool in_work_tree(const std::string& root) {
  for (std::filesystem::path folder = root;; folder = folder.parent_path()) {
    std::error_code ignored;
    if (std::filesystem::exists(folder / ".git", ignored)) return true;
    if (folder == folder.parent_path()) return false;
  }
}

std::string git(const Jail& jail, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"git", "--no-optional-locks",      "-c", "core.fsmonitor=false",
                                    "-c",  "core.hooksPath=/dev/null", "-C", jail.root()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::optional<ProgramOutput> ran = program_output(words);
  if (!ran)
    throw refused("git is not installed, so nobody can say whether the work tree is clean", jail.root());
  if (ran->exit_code != 0) {
    throw refused(
        fmt::format("git cannot say whether the work tree is clean: 'git -C {} {}' gives exit code {}",
                    jail.root(), arguments[0], ran->exit_code),
        jail.root());
  }
  return ran->text;
}

}  // namespace

void require_clean_work_tree(const Jail& jail, const std::vector<std::string>& targets) {
  if (!in_work_tree(jail.root())) return;
  std::string prefix = git(jail, {"rev-parse", "--show-prefix"});
  while (prefix.ends_with('\n')) prefix.pop_back();
  // "XY path" with a zero byte at its end.
  const std::string listed =
      git(jail, {"status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", "."});
  for (size_t at = 0; at < listed.size();) {
    const size_t end = std::min(listed.find('\0', at), listed.size());
    const std::string state = listed.substr(at, 2);
    std::string path = end - at > 3 ? listed.substr(at + 3, end - at - 3) : "";
    if (path.starts_with(prefix)) path.erase(0, prefix.size());
    at = end + 1;
    if (state != "??") throw refused("the git work tree has changes that are not committed", path);
    if (std::find(targets.begin(), targets.end(), path) != targets.end()) {
      throw refused("git does not track this file, so a change could not be undone", path);
    }
  }
}

}  // namespace gradus
