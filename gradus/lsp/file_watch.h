// What is in a workspace at one moment: the hash of every file that a language server reads, so that facts
// can be kept for as long as they hold and a change under our feet is seen.
//
//   FileWatch files(jail, profile);
//   const std::vector<std::string> changed = files.refresh();      // that differ since the last look
//   fmt::print("{} files, {}\n", files.hashes().size(), files.digest());
//
// Read are the files with an ending of the profile's languages and its configuration files. Names that begin
// with a dot, node_modules, symbolic links and files that the jail refuses are left out (servers keep their
// caches there). A file is hashed again when its size, its times or its inode differ. At most 50,000 files.
// digest: "sha256:" and the SHA-256 of the canonical JSON {path: hash}.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gradus/lsp/jail.h"
#include "gradus/lsp/profile.h"

namespace gradus {

class FileWatch {
 public:
  FileWatch(const Jail& jail, const ServerProfile& profile);

  // Added, changed and removed paths, sorted; every path at the first look.
  std::vector<std::string> refresh();

  const std::map<std::string, std::string>& hashes() const { return hashes_; }  // by path
  const std::set<std::string>& counted_apart() const { return apart_; }         // see gradus/lsp/disk_view.h
  const std::string& digest() const { return digest_; }

 private:
  struct Stamp {
    int64_t size = 0, written = 0, changed = 0;
    uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };

  bool counts(const std::string& path) const;
  std::map<std::string, Stamp> look() const;

  const Jail& jail_;
  const ServerProfile& profile_;
  std::map<std::string, Stamp> stamps_;
  std::map<std::string, std::string> hashes_;
  std::set<std::string> apart_;
  std::string digest_;
};

}  // namespace gradus
