#include "gradus/tool/child_process.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "gradus/base/error.h"

namespace gradus {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

ChildProcess::ChildProcess(std::vector<std::string> words, const ChildOptions& options) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error::outside(fmt::format("{} has no socket: {}", options.name, strerror(errno)));
  socket_ = Descriptor(ends[0]);
  Descriptor theirs(ends[1]);
  // Moved above the number that it gets there, so that dup2 always clears close-on-exec.
  if (theirs.get() <= options.socket)
    theirs = Descriptor(fcntl(theirs.get(), F_DUPFD_CLOEXEC, options.socket + 1));
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* environment[] = {nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), options.socket);
  if (options.silent) {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    for (const int fd : {1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  }
  const int error = posix_spawn(&pid_, words.at(0).c_str(), &actions, nullptr, arguments.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return;
  pid_ = -1;
  throw Error::outside(fmt::format("{} does not start: {}", options.name, strerror(error)))
      .at(words[0])
      .hint(options.hint);
}

ChildProcess::~ChildProcess() {
  end(milliseconds(0));
}

bool ChildProcess::wait_for(short event, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting = {socket_.get(), event, 0};
    const int ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    late_ = ready == 0;
    return ready > 0;
  }
}

bool ChildProcess::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!wait_for(POLLOUT, deadline)) return false;
    const ssize_t put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

bool ChildProcess::receive(void* data, size_t size, Deadline deadline) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    if (!wait_for(POLLIN, deadline)) return false;
    const ssize_t got = recv(socket_.get(), bytes, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

int ChildProcess::end(milliseconds farewell) {
  socket_ = {};
  if (pid_ <= 0) return 0;
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  pollfd event = {process.get(), POLLIN, 0};
  if (!process || poll(&event, 1, static_cast<int>(farewell.count())) <= 0) kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

}  // namespace gradus
