// One child gradus-clang (gradus/tool/clang/main.cc) and the conversation with it.
//
//   ClangProcess child;
//   std::string reason;
//   if (!child.exchange(sources, indices, facts, reason)) ...   // it is dead now; reason says of what
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/tool/c_facts.h"
#include "gradus/tool/child_process.h"

namespace gradus {

class ClangProcess {
 public:
  // Error::outside where it does not start or libclang cannot be loaded.
  ClangProcess();
  ClangProcess(const ClangProcess&) = delete;
  ClangProcess& operator=(const ClangProcess&) = delete;
  ~ClangProcess();

  // Writes the facts of the sources at `indices`, at most clang_child::max_batch, each at its index. False:
  // the child died, or had to be killed, and none were written.
  bool exchange(std::span<const std::string> sources, std::span<const size_t> indices,
                std::vector<CFunctionFacts>& facts, std::string& reason);

  // The reason where a source used up its processor time.
  static std::string too_slow();

  const std::string& version() const { return version_; }

 private:
  std::string end();  // what it died of

  ChildProcess child_;
  std::string version_;
};

}  // namespace gradus
