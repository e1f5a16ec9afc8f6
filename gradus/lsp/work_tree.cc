#include "gradus/lsp/work_tree.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>

#include "gradus/lsp/git_store.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

namespace fs = std::filesystem;

LspError refused(const std::string& what, const std::string& path) {
  return LspError(Status::fs_permissions, Error::input(what).at(path).hint(
                                              "--allow-dirty applies all the same; nothing was changed"));
}

bool in_work_tree(const std::string& root) {
  for (fs::path folder = root;; folder = folder.parent_path()) {
    std::error_code ignored;
    if (fs::exists(folder / ".git", ignored)) return true;
    if (folder == folder.parent_path()) return false;
  }
}

// A folder of the repository that is asked, and what to ask it.
std::string git(const GitStore& store, const std::string& folder, const std::vector<std::string>& words) {
  try {
    return store.run_at_work_tree(words, folder);
  } catch (const Error& error) {
    throw refused(fmt::format("git cannot say whether the work tree is clean: {}", error.what()), folder);
  }
}

void require_clean(const std::string& root, const std::string& folder,
                   const std::vector<std::string>& targets) {
  std::unique_ptr<GitStore> store;
  try {
    store = std::make_unique<GitStore>(folder);
  } catch (const Error& error) {
    throw refused(fmt::format("git cannot say whether the work tree is clean: {}", error.what()), folder);
  }
  std::string prefix = git(*store, folder, {"rev-parse", "--show-prefix"});
  while (prefix.ends_with('\n')) prefix.pop_back();
  // What lies in a submodule is asked of the submodule. "XY path" with a zero byte at its end.
  const std::string listed = git(*store, folder,
                                 {"status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames",
                                  "--ignore-submodules=dirty", "--", "."});
  for (size_t at = 0; at < listed.size();) {
    const size_t end = std::min(listed.find('\0', at), listed.size());
    const std::string state = listed.substr(at, 2);
    std::string path = end - at > 3 ? listed.substr(at + 3, end - at - 3) : "";
    if (path.starts_with(prefix)) path.erase(0, prefix.size());
    at = end + 1;
    const std::string full = (fs::path(folder) / path).lexically_relative(root).string();
    if (state != "??") throw refused("the git work tree has changes that are not committed", full);
    if (std::find(targets.begin(), targets.end(), full) != targets.end()) {
      throw refused("git does not track this file, so a change could not be undone", full);
    }
  }
}

}  // namespace

void require_clean_work_tree(const Jail& jail, const std::vector<std::string>& targets) {
  if (!in_work_tree(jail.root())) return;
  // The folder of the workspace, and every repository further down that a target lies in.
  std::set<std::string> folders{jail.root()};
  for (const std::string& target : targets) {
    for (fs::path at = fs::path(target).parent_path(); !at.empty(); at = at.parent_path()) {
      std::error_code ignored;
      if (fs::exists(jail.root() / at / ".git", ignored)) folders.insert((jail.root() / at).string());
    }
  }
  for (const std::string& folder : folders) require_clean(jail.root(), folder, targets);
}

}  // namespace gradus
