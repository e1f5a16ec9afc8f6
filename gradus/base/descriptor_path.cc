#include "gradus/base/descriptor_path.h"

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace gradus {

namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel's own limit

// What a path says without what its last name points to: the links in its folder are followed.
fs::path with_real_folder(const std::string& path) {
  const fs::path whole(path);
  std::error_code failed;
  const fs::path folder = fs::canonical(whole.has_parent_path() ? whole.parent_path() : ".", failed);
  return failed ? whole : folder / whole.filename();
}

}  // namespace

std::string followed(const std::string& path) {
  std::string target = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    const fs::path place = with_real_folder(target);
    struct stat status = {};
    // Links in /proc are not texts: opened they lead to what is meant, read they do not.
    const bool magic = place.string().starts_with("/proc/") && place.parent_path().filename() == "fd";
    if (magic || lstat(target.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return target;
    std::error_code failed;
    const fs::path next = fs::read_symlink(target, failed);
    if (failed) {
      errno = failed.value();
      return "";
    }
    target = (next.is_absolute() ? next : place.parent_path() / next).string();
  }
  errno = ELOOP;
  return "";
}

// /proc/PID/fd/N: the way that /dev/stdout and /dev/fd/N lead.
std::optional<int> own_descriptor(const std::string& path) {
  const fs::path place = with_real_folder(path);
  const std::string folder = place.parent_path().string(), name = place.filename().string();
  const std::string self = "/proc/" + std::to_string(getpid());
  if (folder != self + "/fd" && !(folder.starts_with(self + "/task/") && folder.ends_with("/fd"))) return {};
  int number = -1;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (code != std::errc() || end != name.data() + name.size()) return {};
  return number;
}

}  // namespace gradus
