// gradus-jail: compiles and runs model-written C behind every wall that the host offers. Started by
// `Sandbox` (gradus/tool/sandbox.h), never by hand.
//
// The first process puts up the namespaces and stays as a guard outside: it kills the worker, and with it
// the whole process namespace, the moment the caller hangs up. The second one is the worker, process 1
// inside.
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/tool/jail/worker.h"

namespace gradus::jail {
namespace {

// Programs that look at addresses must see the same ones every time.
void fix_addresses(char** arguments) {
  int persona = personality(0xffffffff);
  if (persona < 0 || (persona & ADDR_NO_RANDOMIZE) != 0) return;
  if (personality(static_cast<unsigned long>(persona) | ADDR_NO_RANDOMIZE) < 0) return;
  char* empty[] = {nullptr};
  execve("/proc/self/exe", arguments, empty);
}

// Keeps the socket alone.
void close_descriptors() {
  for (int fd = 0; fd < socket_fd; ++fd) close(fd);
  syscall(SYS_close_range, socket_fd + 1, ~0U, 0);
}

void default_signals() {
  for (int signal = 1; signal < SIGRTMIN; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

int work(Walls& walls, const Limits& limits) try {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Filters filters = build_filters();
  Worker worker(limits);
  walls.enclose(limits);
  bool filtered = walls.wanted(SandboxLayer::seccomp);
  if (filtered) walls.record(SandboxLayer::seccomp, install(filters.worker));
  if (send(socket_fd, &walls.hello(), sizeof(Hello), MSG_NOSIGNAL) != sizeof(Hello) || !walls.complete())
    return 1;
  worker.serve(filtered ? &filters : nullptr);
  return 0;
} catch (int error) {
  Walls failed(0);
  failed.record(SandboxLayer::seccomp, error);
  send(socket_fd, &failed.hello(), sizeof(Hello), MSG_NOSIGNAL);
  return 1;
}

int guard(pid_t worker) {
  int worker_fd = static_cast<int>(syscall(SYS_pidfd_open, worker, 0));
  pollfd events[] = {{socket_fd, POLLRDHUP, 0}, {worker_fd, POLLIN, 0}};
  while (poll(events, 2, -1) < 0 && errno == EINTR) {
  }
  kill(worker, SIGKILL);
  int status = 0;
  waitpid(worker, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace
}  // namespace gradus::jail

int main(int count, char** arguments) {
  using namespace gradus::jail;
  if (count != 5) return 2;
  fix_addresses(arguments);
  close_descriptors();
  default_signals();
  setsid();
  Limits limits = {atoi(arguments[1]), atoi(arguments[2]), atoi(arguments[3])};
  Walls walls(static_cast<uint32_t>(atoi(arguments[4])));
  walls.separate();
  pid_t worker = fork();
  if (worker < 0) return 1;
  if (worker == 0) _exit(work(walls, limits));
  return guard(worker);
}
