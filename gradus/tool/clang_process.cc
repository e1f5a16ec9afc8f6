#include "gradus/tool/clang_process.h"

#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include "gradus/base/error.h"
#include "gradus/base/program_part.h"
#include "gradus/tool/clang_protocol.h"

namespace gradus {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// Of the clock, for one exchange. The limit on processor time comes first unless the machine is overloaded.
constexpr seconds kPatience{120};

std::string find_program() {
  if (const char* named = std::getenv("GRADUS_CLANG"); named != nullptr && *named != 0) return named;
  return program_part("gradus-clang");
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

ClangProcess::ClangProcess()
    : child_({find_program()}, {.name = "gradus-clang",
                                .hint = "gradus-clang belongs beside the program or into ../lib/gradus from "
                                        "there; $GRADUS_CLANG names another place",
                                .socket = clang_child::socket_fd,
                                .silent = true}) {
  clang_child::Hello hello{};
  const auto deadline = steady_clock::now() + kPatience;
  const bool said =
      child_.receive(&hello, sizeof hello, deadline) && hello.version == clang_child::protocol_version;
  if (said) {
    version_.resize(hello.size);
    if (child_.receive(version_.data(), version_.size(), deadline) && hello.works == 1) return;
  }
  const std::string reason = end();
  if (said && hello.works == 0) throw Error::outside(version_);
  throw Error::outside("gradus-clang did not report for work")
      .found(reason)
      .hint("it must be the gradus-clang of the same build");
}

ClangProcess::~ClangProcess() {
  end();
}

bool ClangProcess::exchange(std::span<const std::string> sources, std::span<const size_t> indices,
                            std::vector<CFunctionFacts>& facts, std::string& reason) {
  std::string bytes;
  append(bytes, clang_child::BatchHeader{static_cast<uint32_t>(indices.size())});
  for (const size_t i : indices) {
    append(bytes, clang_child::SourceHeader{static_cast<uint32_t>(sources[i].size())});
    bytes += sources[i];
  }
  const auto deadline = steady_clock::now() + kPatience;
  std::vector<CFunctionFacts> taken(indices.size());
  bool whole = child_.send(bytes, deadline);
  for (size_t n = 0; n < indices.size() && whole; ++n) {
    clang_child::FactsHeader header{};
    whole = child_.receive(&header, sizeof header, deadline);
    taken[n].compiles = header.compiles != 0;
    for (uint32_t k = 0; k < header.findings && whole; ++k) {
      clang_child::Finding finding{};
      whole = child_.receive(&finding, sizeof finding, deadline);
      taken[n].findings.push_back({static_cast<CFact>(finding.fact), finding.line});
    }
  }
  if (!whole) {
    reason = end();
    return false;
  }
  for (size_t n = 0; n < indices.size(); ++n) facts[indices[n]] = std::move(taken[n]);
  return true;
}

std::string ClangProcess::too_slow() {
  return fmt::format("libclang used up {} s of processor time", clang_child::unit_seconds);
}

std::string ClangProcess::end() {
  const bool late = child_.late();
  if (child_.pid() <= 0) return "";
  // It has hung up, and ends, or it is idle, and ends because we hang up.
  const int status = child_.end(late ? std::chrono::milliseconds(0) : kPatience);
  if (late) return fmt::format("it took longer than {} seconds", kPatience.count());
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return signal == SIGPROF ? too_slow() : fmt::format("libclang died of SIG{}", sigabbrev_np(signal));
  }
  const int code = WEXITSTATUS(status);
  return code > clang_child::gave_up
             ? fmt::format("libclang gave up (CXErrorCode {})", code - clang_child::gave_up)
             : fmt::format("libclang ended with exit code {}", code);
}

}  // namespace gradus
