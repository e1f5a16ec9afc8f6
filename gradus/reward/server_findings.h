// reward.server_findings: a penalty on every statement that a language server has an error or a warning
// about.
//
//   step.{channel} = penalty   where the server reports a diagnostic that begins on the line of the statement
//                  = 0         elsewhere
//
// Reads the note "rollout.source" as reward.c_style does: a C function with one statement per line, the first
// on line 2. A rollout without that note, and one whose source the server did not judge in time, keep missing
// values: a failed call is no clean program. The note "rollout.{channel}_failure" then says why, and the
// sources beside the one that the server dies of are asked about again. `flags` are what the compiler in the
// server warns by. Every source is asked about once; 32 at a time, behind the diagnostics barrier
// (gradus/lsp/diagnostics.h).
//
//   [[operator]]
//   name = "reward.server_findings"
//   server = "clangd"
//   penalty = -1.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gradus/base/bounded_cache.h"
#include "gradus/base/scratch_folder.h"
#include "gradus/lsp/client.h"
#include "gradus/rollout/operator.h"

namespace gradus {

struct FoundLines {
  std::vector<int64_t> lines;
  std::string failure;  // why the server did not judge this source; "": it did
};

// Lines of C sources, from 0, that a server has findings on. Safe to call from many threads.
class ServerFindings {
 public:
  ServerFindings(ServerProfile profile, std::vector<std::string> flags);

  // One per source, each once.
  std::vector<FoundLines> lines_of(const std::vector<std::string>& sources) const;

 private:
  using Lines = std::vector<int64_t>;
  void judge(std::span<const std::string> sources, std::string& gone,
             std::map<std::string, std::string>& failures) const;
  std::string ask(std::span<const std::string> sources) const;

  ServerProfile profile_;
  std::vector<std::string> flags_;
  mutable std::mutex mutex_;
  mutable BoundedCache<Lines> cache_;
  mutable std::unique_ptr<ScratchFolder> folder_;
  mutable std::unique_ptr<Client> client_;  // ends before the folder goes away
};

void register_server_findings(OperatorRegistry& registry);

}  // namespace gradus
