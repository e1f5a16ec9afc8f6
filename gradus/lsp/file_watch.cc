#include "gradus/lsp/file_watch.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

#include "gradus/base/canonical.h"
#include "gradus/lsp/disk_view.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/text.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kMaxFiles = 50'000;
constexpr size_t kMaxFolders = 20'000;

int64_t nanoseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

LspError too_many(const Jail& jail) {
  return LspError(Status::fs_permissions,
                  Error::input("the workspace has more than 50,000 files or 20,000 folders for this server")
                      .at(jail.root())
                      .hint("name a smaller folder as --workspace"));
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// A name that is no UTF-8 has no text of its own; no path begins so.
std::string name_in_digest(const std::string& path) {
  return first_invalid_utf8(path) ? "//" + percent_encoded(path) : path;
}

}  // namespace

FileWatch::FileWatch(const Jail& jail, const ServerProfile& profile) : jail_(jail), profile_(profile) {}

bool FileWatch::counts(const std::string& path) const {
  return profile_.is_config_file(path) || profile_.reads(path);
}

std::map<std::string, FileWatch::Stamp> FileWatch::look() const {
  std::map<std::string, Stamp> found;
  std::vector<std::string> folders = {""};
  for (size_t next = 0; next < folders.size(); ++next) {
    const std::string folder = folders[next];
    const int descriptor = openat(jail_.descriptor(), folder.empty() ? "." : folder.c_str(),
                                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const std::unique_ptr<DIR, CloseFolder> entries(descriptor < 0 ? nullptr : fdopendir(descriptor));
    if (!entries) continue;
    while (const dirent* entry = readdir(entries.get())) {
      const std::string name = entry->d_name;
      const std::string path = folder.empty() ? name : folder + "/" + name;
      const bool config = counts(path);
      if ((name[0] == '.' && !config) || name == "node_modules") continue;
      struct stat info;
      if (fstatat(dirfd(entries.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (S_ISDIR(info.st_mode)) folders.push_back(path);
      if (folders.size() > kMaxFolders || found.size() > kMaxFiles) throw too_many(jail_);
      if (!S_ISREG(info.st_mode) || !config) continue;
      found[path] = {info.st_size, nanoseconds(info.st_mtim), nanoseconds(info.st_ctim), info.st_ino};
    }
  }
  return found;
}

std::vector<std::string> FileWatch::refresh() {
  std::map<std::string, Stamp> found = look();
  std::vector<std::string> changed;
  for (const auto& [path, stamp] : stamps_) {
    if (found.count(path) != 0) continue;
    changed.push_back(path);
    hashes_.erase(path);
    apart_.erase(path);
  }
  for (const auto& [path, stamp] : found) {
    const auto known = stamps_.find(path);
    if (known != stamps_.end() && known->second == stamp) continue;
    std::string hash;
    try {
      const FileState file = jail_.read_existing(path);
      hash = file.hash;
      apart_.erase(path);
      if (gradus::counts_apart(file.bytes)) apart_.insert(path);
    } catch (const LspError&) {
      hashes_.erase(path);
      continue;
    }
    std::string& kept = hashes_[path];
    if (kept != hash) changed.push_back(path);
    kept = hash;
  }
  stamps_ = std::move(found);
  if (!changed.empty() || digest_.empty()) {
    std::map<std::string, std::string> named;
    for (const auto& [path, hash] : hashes_) named[name_in_digest(path)] = hash;
    digest_ = content_id(named);
  }
  std::sort(changed.begin(), changed.end());
  return changed;
}

}  // namespace gradus
