// reward.c_style: a penalty on every statement that libclang finds sloppy.
//
//   step.{channel} = penalty   where a statement has a finding of one of `families`
//                  = 0         elsewhere
//
// Reads the note "rollout.source": a C function with one statement per line, the first on line 2 (as the
// environment `code` writes it). A rollout without that note keeps missing values. So does one whose source
// kills libclang, takes it too long or is larger than 64 KiB (gradus/tool/c_facts.h); the note
// "rollout.{channel}_failure" then says why.
//
//   [[operator]]
//   name = "reward.c_style"
//   families = ["unused_variable", "dead_store"]
//   penalty = -1.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/base/bounded_cache.h"
#include "gradus/rollout/operator.h"
#include "gradus/tool/c_facts.h"

namespace gradus {

// Findings of sources seen before are remembered. Safe to call from many threads.
class CStyleSource {
 public:
  CStyleSource();

  struct Flags {
    std::vector<int> steps;             // of the batch: 1 sloppy, 0 clean, -1 not known
    std::vector<std::string> failures;  // per rollout: why its source could not be judged; "": it was
  };
  Flags flags(const RolloutBatch& batch, const std::vector<CFact>& families) const;

 private:
  std::vector<CFunctionFacts> facts(const std::vector<std::string>& sources) const;

  mutable BoundedCache<CFunctionFacts> cache_;
};

void register_c_style(OperatorRegistry& registry);

}  // namespace gradus
