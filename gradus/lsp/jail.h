// The workspace as a jail: every path is walked component by component from an open root with O_NOFOLLOW, so
// that what was checked is what is used, whatever happens to the tree meanwhile.
//
//   const Jail jail("/home/me/project", {.deny = {"vendor", "*.lock"}});
//   const JailPlace place = jail.place("src/app.py");         // folder held open, links followed inside
//   const std::optional<FileState> file = jail.read(place);
//   jail.permit(place.path);                                  // may it be changed? FS_PERMISSIONS (71)
//
// Refused with FS_PERMISSIONS: "..", absolute paths that are not under the root, symbolic links that lead out
// of it, more than 40 links on one way, everything that is no regular file, files with more than one hard
// link unless `hard_links` is set, files above 16 MiB. Symbolic links that stay inside are followed by hand,
// so a file has one canonical path under all its names.
//
// Source: Lanser-CLI (paper, safety envelope: jail, allow and deny filters); the walk, hard links and limits
// are ours, the paper leaves them open. Filters: deny wins over allow, an empty allow list means everything.
// A pattern has * and ? within one name and ** across names; without "/" it is matched with every name on the
// way, and what matches a folder holds for everything in it. Nothing in .git or of an apply in progress may
// ever be changed: a hook written there would be run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "gradus/base/descriptor.h"

namespace gradus {

struct JailRules {
  std::vector<std::string> allow, deny;
  bool hard_links = false;  // files with other names elsewhere may be changed
};

// Where a path leads: a name in a folder that is held open. The name need not exist.
struct JailPlace {
  Descriptor folder;
  std::string name;
  std::string path;  // canonical, relative to the root, "/" between names
};

struct FileState {
  std::string bytes, hash;  // hash: hex SHA-256 of the bytes
  mode_t mode = 0;          // permission bits
  uid_t owner = 0;
  gid_t group = 0;
  uint64_t device = 0, inode = 0;
};

class Jail {
 public:
  explicit Jail(const std::string& root, JailRules rules = {});

  const std::string& root() const { return root_; }  // absolute, without links
  int descriptor() const { return descriptor_.get(); }

  // The path relative to the root: of a relative one by its letters alone, of an absolute one under the root
  // as it was given, as it is called without links, or as a link to it is called.
  std::string relative(std::string_view path) const;

  // Throws NOT_FOUND where a folder on the way is missing.
  JailPlace place(std::string_view path) const;

  // Nothing where no such file is.
  std::optional<FileState> read(const JailPlace& place) const;
  FileState read_existing(std::string_view path) const;  // throws NOT_FOUND

  // Throws FS_PERMISSIONS where the filters keep this canonical path from being changed.
  void permit(const std::string& path) const;

  // May this file be replaced? Read-only files and folders are FS_PERMISSIONS.
  void check_writable(const JailPlace& place) const;

 private:
  std::string given_, root_;
  JailRules rules_;
  Descriptor descriptor_;
};

// Does `pattern` name this path, or a folder above it?
bool matches_pattern(std::string_view pattern, std::string_view path);

}  // namespace gradus
