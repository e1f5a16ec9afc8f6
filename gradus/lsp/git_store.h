// The history of a git repository, read as data: nothing that the repository holds can start a program.
//
// An agent may write .git/config, and git runs what that names: gpg for signatures, filters, monitors,
// hooks, pagers, text converters, transports of a partial clone. So git never sees that configuration. It
// runs in an empty folder of our own in the place of .git, whose refs are links to those of the repository
// and which borrows its objects; neither the configuration of the person and of the machine nor any GIT_
// variable of the caller is in force. Two things are read of the configuration, as text: the format of the
// object names, and how files in a work tree are compared (line ends, modes). What needs more of it is not
// known here: `@{upstream}`.
//
//   const GitStore git("/home/me/project/src");                  // or a work tree, or a bare repository
//   git.run({"rev-list", "main~5..main", "--"});                 // git's own reason where it fails
//   git.run_at_work_tree({"status", "--porcelain"});
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradus/base/scratch_folder.h"
#include "gradus/tool/program_output.h"

namespace gradus {

class GitStore {
 public:
  // Error::outside where no repository is there or above it.
  explicit GitStore(const std::string& folder);

  // Standard output. Error::outside where git fails.
  std::string run(const std::vector<std::string>& words, const std::string& input = "",
                  size_t most_output = size_t{64} << 20) const;
  // The same in `folder` of the repository's work tree.
  std::string run_at_work_tree(const std::vector<std::string>& words, const std::string& folder) const;

 private:
  struct Place {
    std::filesystem::path top;     // of the work tree; empty: a bare repository
    std::filesystem::path own;     // HEAD and index
    std::filesystem::path common;  // objects, refs and configuration
  };
  static std::optional<Place> find(const std::string& folder);

  void link(const std::filesystem::path& target, const std::string& name) const;
  std::map<std::string, std::string> settings() const;
  std::string answer(const std::vector<std::string>& words, const std::string& folder,
                     const ProgramOptions& options) const;

  std::string folder_;
  Place place_;
  ScratchFolder shadow_;                         // stands in the place of .git
  std::map<std::string, std::string> settings_;  // as they were when it was opened
};

}  // namespace gradus
