#include "gradus/lsp/jail.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>

#include "gradus/base/json.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

constexpr int kMaxLinks = 40;
constexpr size_t kMaxPath = 4096;
constexpr off_t kMaxFile = off_t{16} << 20;

std::string reason() {
  return std::generic_category().message(errno);
}

LspError refused(const std::string& what, std::string_view path) {
  return LspError(Status::fs_permissions, Error::input(what).at(std::string(path)));
}

LspError missing(std::string_view path) {
  return LspError(Status::not_found,
                  Error::input("there is no such file in the workspace").at(std::string(path)));
}

std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view name = path.substr(at, end - at);
    if (!name.empty() && name != ".") names.emplace_back(name);
    at = end + 1;
  }
  return names;
}

// `path` below `folder`, or nothing.
std::optional<std::string_view> below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.substr(1);
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (path.empty()) return path;
  if (path[0] != '/') return std::nullopt;
  return path.substr(1);
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
  if (!real) {
    throw LspError(Status::not_found, Error::input("cannot open the workspace").at(path).found(reason()));
  }
  return real.get();
}

// The rest of an absolute path that comes to the root by other names: through a symbolic link to it.
std::optional<std::string_view> behind_the_root(std::string_view path, const std::string& root) {
  for (size_t slash = path.find('/', 1); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const std::string folder(path.substr(0, slash));
    const std::unique_ptr<char, void (*)(void*)> real(realpath(folder.c_str(), nullptr), std::free);
    if (!real) return std::nullopt;
    if (root == real.get()) return path.substr(slash + 1);
  }
  return std::nullopt;
}

// One walk from the root: the folders that were entered stay open, so that ".." of a link goes back to the
// very folder it came from.
class Walk {
 public:
  Walk(int root, const std::string& root_path, std::string_view asked)
      : root_(root), root_path_(root_path), asked_(asked) {}

  JailPlace to(std::vector<std::string> names) {
    todo_.assign(names.begin(), names.end());
    while (todo_.size() > 1 || (todo_.size() == 1 && is_link(todo_.front()))) advance();
    if (todo_.empty()) throw refused("this is a folder, not a file", asked_);
    JailPlace place{Descriptor(fcntl(current(), F_DUPFD_CLOEXEC, 0)), todo_.front(), ""};
    if (!place.folder) throw refused("cannot hold the folder open: " + reason(), asked_);
    for (const std::string& name : entered_) place.path += name + "/";
    place.path += place.name;
    return place;
  }

 private:
  int current() const { return folders_.empty() ? root_ : folders_.back().get(); }

  bool is_link(const std::string& name) const {
    if (name == "..") return true;  // as the target of a link may end: to be walked as well
    struct stat info;
    return fstatat(current(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
  }

  void advance() {
    const std::string name = todo_.front();
    todo_.pop_front();
    if (name == "..") return leave();
    Descriptor next(openat(current(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next) {
      folders_.push_back(std::move(next));
      entered_.push_back(name);
      return;
    }
    if (errno == ENOENT) throw missing(asked_);
    if ((errno == ELOOP || errno == ENOTDIR) && is_link(name)) return follow(name);
    throw refused("cannot enter the folder '" + name + "': " + reason(), asked_);
  }

  void leave() {
    if (folders_.empty()) throw refused("a symbolic link leads out of the workspace", asked_);
    folders_.pop_back();
    entered_.pop_back();
  }

  void follow(const std::string& name) {
    if (++links_ > kMaxLinks) throw refused("more than 40 symbolic links on the way", asked_);
    char target[PATH_MAX];
    const ssize_t size = readlinkat(current(), name.c_str(), target, sizeof target);
    if (size <= 0 || static_cast<size_t>(size) == sizeof target) {
      throw refused("cannot read the symbolic link '" + name + "'", asked_);
    }
    std::string_view to(target, static_cast<size_t>(size));
    if (to[0] == '/') {
      const std::optional<std::string_view> rest = below(to, root_path_);
      if (!rest) throw refused("a symbolic link leads out of the workspace", asked_);
      to = *rest;
      folders_.clear();
      entered_.clear();
    }
    const std::vector<std::string> names = names_of(to);
    todo_.insert(todo_.begin(), names.begin(), names.end());
  }

  int root_;
  const std::string& root_path_;
  std::string asked_;
  std::vector<Descriptor> folders_;
  std::vector<std::string> entered_;
  std::deque<std::string> todo_;
  int links_ = 0;
};

// Glob on bytes: * and ? within a name, ** across names. One row of a table, so time is pattern x text.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::vector<char> row(text.size() + 1, 0);
  row[0] = 1;
  for (size_t p = 0; p < pattern.size(); ++p) {
    if (pattern.substr(p, 3) == "**/" && (p == 0 || pattern[p - 1] == '/')) {  // no folder, or whole folders
      bool open = false;
      for (size_t t = 0; t <= text.size(); ++t) {
        const bool here = row[t];
        row[t] = here || (open && text[t - 1] == '/');
        open = open || here;
      }
      p += 2;
      continue;
    }
    if (pattern[p] == '*') {
      const bool across = pattern.substr(p, 2) == "**";
      for (size_t t = 1; t <= text.size(); ++t) row[t] |= row[t - 1] && (across || text[t - 1] != '/');
      p += across;
      continue;
    }
    for (size_t t = text.size(); t > 0; --t) {
      const bool same = pattern[p] == '?' ? text[t - 1] != '/' : text[t - 1] == pattern[p];
      row[t] = row[t - 1] && same;
    }
    row[0] = 0;
  }
  return row[text.size()];
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view path) {
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  const bool one_name = pattern.find('/') == std::string_view::npos && pattern != "**";
  for (size_t begin = 0, end = 0; end < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    const std::string_view part = one_name ? path.substr(begin, end - begin) : path.substr(0, end);
    if (matches_glob(pattern, part)) return true;
  }
  return false;
}

Jail::Jail(const std::string& root, JailRules rules)
    : given_(root), root_(real_path(root)), rules_(std::move(rules)) {
  while (given_.size() > 1 && given_.ends_with('/')) given_.pop_back();
  descriptor_ = Descriptor(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor_) {
    throw LspError(Status::not_found,
                   Error::input("the workspace is no folder that can be opened").at(root).found(reason()));
  }
}

std::string Jail::relative(std::string_view path) const {
  if (path.empty() || path.size() > kMaxPath || path.find('\0') != std::string_view::npos) {
    throw refused("a path must have 1 to 4096 bytes and no zero byte", path.substr(0, 80));
  }
  std::string_view rest = path;
  if (path[0] == '/') {
    std::optional<std::string_view> inside = below(path, root_);
    if (!inside && given_[0] == '/') inside = below(path, given_);
    if (!inside) inside = behind_the_root(path, root_);
    if (!inside) throw refused("the path is outside the workspace " + root_, path);
    rest = *inside;
  }
  std::string out;
  for (const std::string& name : names_of(rest)) {
    if (name == "..") throw refused("a path must not contain '..'", path);
    out += (out.empty() ? "" : "/") + name;
  }
  return out;
}

JailPlace Jail::place(std::string_view path) const {
  return Walk(descriptor_.get(), root_, path).to(names_of(relative(path)));
}

std::optional<FileState> Jail::read(const JailPlace& place) const {
  const Descriptor file(
      openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    throw refused("cannot open the file: " + reason(), place.path);
  }
  struct stat info;
  if (fstat(file.get(), &info) != 0) throw refused("cannot look at the file: " + reason(), place.path);
  if (!S_ISREG(info.st_mode)) throw refused("this is no regular file", place.path);
  if (info.st_nlink > 1 && !rules_.hard_links) {
    throw refused(fmt::format("the file has {} hard links: a change would show, or be missed, elsewhere "
                              "(--allow-hard-links)",
                              info.st_nlink),
                  place.path);
  }
  if (info.st_size > kMaxFile) throw refused("the file has more than 16 MiB", place.path);
  FileState state;
  char chunk[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw refused("cannot read the file: " + reason(), place.path);
    if (got == 0) break;
    state.bytes.append(chunk, static_cast<size_t>(got));
    if (state.bytes.size() > static_cast<size_t>(kMaxFile)) {
      throw refused("the file has more than 16 MiB", place.path);
    }
  }
  state.hash = sha256_hex(state.bytes);
  state.mode = info.st_mode & 07777;
  state.owner = info.st_uid;
  state.group = info.st_gid;
  state.device = info.st_dev;
  state.inode = info.st_ino;
  return state;
}

FileState Jail::read_existing(std::string_view path) const {
  std::optional<FileState> state = read(place(path));
  if (!state) throw missing(path);
  return std::move(*state);
}

void Jail::permit(const std::string& path) const {
  for (const std::string& name : names_of(path)) {
    if (name == ".git" || name.starts_with(".gradus-apply")) {
      throw refused("'" + name + "' is never changed", path);
    }
  }
  const auto names_it = [&](const std::string& pattern) { return matches_pattern(pattern, path); };
  const auto denied = std::find_if(rules_.deny.begin(), rules_.deny.end(), names_it);
  if (denied != rules_.deny.end()) throw refused("the filter --deny " + *denied + " keeps this file", path);
  if (!rules_.allow.empty() && std::none_of(rules_.allow.begin(), rules_.allow.end(), names_it)) {
    throw refused("no filter --allow names this file", path);
  }
}

void Jail::check_writable(const JailPlace& place) const {
  if (faccessat(place.folder.get(), ".", W_OK, AT_EACCESS) != 0) {
    throw refused("the folder of this file may not be written: " + reason(), place.path);
  }
  struct stat info;
  if (fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
  // The mode as well: to an administrator every file is writable, and yet somebody meant this one to stay.
  if ((info.st_mode & 0222) == 0 ||
      faccessat(place.folder.get(), place.name.c_str(), W_OK, AT_EACCESS) != 0) {
    throw refused("the file is read-only", place.path);
  }
}

}  // namespace gradus
