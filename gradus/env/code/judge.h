// Compiles and runs programs on the tests of their tasks, in the sandbox, each distinct (task, program) once.
//
//   Judge judge({.workers = 2});
//   std::vector<ProgramVerdict> verdicts = judge.judge(attempts);      // many at once
//   if (verdicts[0] == ProgramVerdict::unknown) ...                    // the machine failed, not the program
//
// The sandbox starts with the first program that needs it. Safe to call from many threads.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gradus/base/bounded_cache.h"
#include "gradus/env/code/cases.h"
#include "gradus/tool/sandbox.h"

namespace gradus {

struct Attempt {
  const TestCases* cases = nullptr;
  std::string task;    // equal tasks have equal cases
  std::string source;  // C with int f(int a, int b, int c); "": known to be wrong without a run
};

enum class ProgramVerdict : uint8_t {
  unknown,  // infrastructure: no verdict is possible
  wrong,    // does not compile, does not end well, or fails a visible test
  visible,  // passes the visible tests, fails a hidden one
  right,    // passes all
};

class Judge {
 public:
  explicit Judge(SandboxOptions options);

  std::vector<ProgramVerdict> judge(std::span<const Attempt> attempts) const;
  std::string isolation() const;  // layers in force; starts the sandbox

 private:
  Sandbox& sandbox() const;

  SandboxOptions options_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<Sandbox> sandbox_;
  mutable BoundedCache<ProgramVerdict> cache_;
};

}  // namespace gradus
