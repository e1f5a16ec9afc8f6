#include "gradus/tool/clang_process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/program_folder.h"
#include "gradus/tool/clang_protocol.h"

namespace gradus {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// Of the clock, for one exchange. The limit on processor time comes first unless the machine is overloaded.
constexpr seconds kPatience{120};

std::filesystem::path find_program() {
  if (const char* named = std::getenv("GRADUS_CLANG"); named != nullptr && *named != 0) return named;
  return program_folder() / "gradus-clang";
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

ClangProcess::ClangProcess() {
  spawn();
  clang_child::Hello hello{};
  deadline_ = steady_clock::now() + kPatience;
  const bool said = receive(&hello, sizeof hello) && hello.version == clang_child::protocol_version;
  if (said) {
    version_.resize(hello.size);
    if (receive(version_.data(), version_.size()) && hello.works == 1) return;
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

void ClangProcess::spawn() {
  const std::filesystem::path program = find_program();
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error::outside(fmt::format("gradus-clang has no socket: {}", strerror(errno)));
  std::string name = program.string();
  char* arguments[] = {name.data(), nullptr};
  char* environment[] = {nullptr};
  const int wanted = clang_child::socket_fd;
  // Moved above the number that it gets there, so that dup2 always clears close-on-exec.
  const int theirs = ends[1] > wanted ? ends[1] : fcntl(ends[1], F_DUPFD_CLOEXEC, wanted + 1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs, wanted);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  for (const int fd : {1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  const int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (theirs != ends[1]) close(theirs);
  close(ends[1]);
  socket_ = ends[0];
  if (error == 0) return;
  pid_ = -1;
  end();
  throw Error::outside(fmt::format("gradus-clang does not start: {}", strerror(error)))
      .at(program.string())
      .hint("`make build` leaves gradus-clang beside gradus; $GRADUS_CLANG names another place");
}

bool ClangProcess::exchange(std::span<const std::string> sources, std::span<const size_t> indices,
                            std::vector<CFunctionFacts>& facts, std::string& reason) {
  std::string bytes;
  append(bytes, clang_child::BatchHeader{static_cast<uint32_t>(indices.size())});
  for (const size_t i : indices) {
    append(bytes, clang_child::SourceHeader{static_cast<uint32_t>(sources[i].size())});
    bytes += sources[i];
  }
  deadline_ = steady_clock::now() + kPatience;
  std::vector<CFunctionFacts> taken(indices.size());
  bool whole = send(bytes);
  for (size_t n = 0; n < indices.size() && whole; ++n) {
    clang_child::FactsHeader header{};
    whole = receive(&header, sizeof header);
    taken[n].compiles = header.compiles != 0;
    for (uint32_t k = 0; k < header.findings && whole; ++k) {
      clang_child::Finding finding{};
      whole = receive(&finding, sizeof finding);
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

bool ClangProcess::send(const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - steady_clock::now()).count();
    pollfd event = {socket_, POLLOUT, 0};
    const int ready = left <= 0 ? 0 : poll(&event, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    late_ = ready == 0;
    if (ready <= 0) return false;
    const ssize_t put =
        ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put <= 0) return false;
    sent += static_cast<size_t>(put);
  }
  return true;
}

bool ClangProcess::receive(void* data, size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - steady_clock::now()).count();
    pollfd event = {socket_, POLLIN, 0};
    const int ready = left <= 0 ? 0 : poll(&event, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    late_ = ready == 0;
    if (ready <= 0) return false;
    const ssize_t got = recv(socket_, bytes, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

std::string ClangProcess::too_slow() {
  return fmt::format("libclang used up {} s of processor time", clang_child::unit_seconds);
}

std::string ClangProcess::end() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  if (pid_ <= 0) return "";
  if (late_) kill(pid_, SIGKILL);
  // It has hung up, and ends, or it is idle, and ends because we hang up.
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (late_) return fmt::format("it took longer than {} seconds", kPatience.count());
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
