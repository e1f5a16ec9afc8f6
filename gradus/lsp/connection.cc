#include "gradus/lsp/connection.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/lsp/status.h"

namespace gradus {

namespace {

constexpr size_t kLastWords = 8192;
constexpr int kReport = 3;  // where the child says why it could not start the program

[[noreturn]] void cannot_start(const std::string& program, int error) {
  throw LspError(Status::ls_crash, Error::outside("the language server does not start")
                                       .at(program)
                                       .found(std::strerror(error))
                                       .hint("gradus lsp doctor shows what is installed"));
}

void close_at(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

// All that the child touches between fork and exec is made before: another thread may hold the heap's lock.
struct Launch {
  std::vector<char*> argv, environment;
  const char* directory;
  std::array<char, 32> uid_map, gid_map;
  int input, output, errors, report;
  pid_t parent;
};

void write_file(const char* path, const char* text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t ignored = write(file, text, std::strlen(text));
  close(file);
}

// No network: an empty network namespace. Root needs no user namespace for it, which would cost root its
// access to the files of others. Where the host refuses, the server runs with the network.
void leave_the_network(const Launch& launch) {
  if (geteuid() == 0) {
    unshare(CLONE_NEWNET);
    return;
  }
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return;
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", launch.uid_map.data());
  write_file("/proc/self/gid_map", launch.gid_map.data());
}

// Runs in the child; only async-signal-safe calls.
[[noreturn]] void become(const Launch& launch) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  leave_the_network(launch);
  // After the namespaces: a change of credentials clears it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int error = getppid() == launch.parent ? 0 : ESRCH;
  if (error == 0 && (dup2(launch.input, 0) < 0 || dup2(launch.output, 1) < 0 || dup2(launch.errors, 2) < 0 ||
                     dup2(launch.report, kReport) < 0 || fcntl(kReport, F_SETFD, FD_CLOEXEC) < 0 ||
                     chdir(launch.directory) < 0)) {
    error = errno;
  }
  if (error == 0) {
    syscall(SYS_close_range, kReport + 1, ~0U, 0);
    execve(launch.argv[0], launch.argv.data(), launch.environment.data());
    error = errno;
  }
  [[maybe_unused]] const ssize_t ignored = write(kReport, &error, sizeof error);
  _exit(127);
}

// Ends that stand above the child's 0 to 3, so that dup2 overwrites none of them.
int raised(int descriptor) {
  const int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, kReport + 1);
  close(descriptor);
  return higher;
}

struct Ends {
  int ours = -1, theirs = -1;
};

// A socket takes MSG_NOSIGNAL, so that a server that is gone is an error and not a signal.
Ends socket_ends() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    throw Error::outside("no socket is left").found(std::strerror(errno));
  return {pair[0], raised(pair[1])};
}

Ends pipe_ends() {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) != 0) throw Error::outside("no pipe is left").found(std::strerror(errno));
  return {pair[0], raised(pair[1])};
}

void set_nonblocking(int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

std::vector<std::string> environment_of(const ServerCommand& command) {
  std::vector<std::string> out{"LC_ALL=C.UTF-8"};
  for (const char* name : {"PATH", "HOME", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) out.push_back(fmt::format("{}={}", name, value));
  }
  for (const auto& [name, value] : command.environment) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// True once the process has ended; it stays a zombie, so that its number is not given to another.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

}  // namespace

ServerProcess::ServerProcess(ServerCommand command) : command_(std::move(command)), reader_(command_.limits) {
  require(!command_.argv.empty(), "a server command without a program");
  spawn();
}

void ServerProcess::spawn() {
  std::vector<std::string> environment = environment_of(command_);
  Launch launch{.argv = pointers(command_.argv),
                .environment = pointers(environment),
                .directory = command_.directory.c_str(),
                .uid_map = {},
                .gid_map = {},
                .parent = getpid()};
  *fmt::format_to_n(launch.uid_map.data(), launch.uid_map.size() - 1, "{0} {0} 1", geteuid()).out = '\0';
  *fmt::format_to_n(launch.gid_map.data(), launch.gid_map.size() - 1, "{0} {0} 1", getegid()).out = '\0';
  Ends input = socket_ends(), output = pipe_ends(), errors = pipe_ends(), report = pipe_ends();
  launch.input = input.theirs;
  launch.output = output.theirs;
  launch.errors = errors.theirs;
  launch.report = report.theirs;
  pid_ = fork();
  if (pid_ == 0) become(launch);
  const int fork_error = errno;
  for (Ends* ends : {&input, &output, &errors, &report}) close_at(ends->theirs);
  input_ = input.ours;
  output_ = output.ours;
  errors_ = errors.ours;
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (const int descriptor : {input_, output_, errors_}) set_nonblocking(descriptor);
  int error = pid_ < 0 ? fork_error : 0;
  if (pid_ > 0) {
    setpgid(pid_, pid_);  // in both, so that neither is too late
    while (read(report.ours, &error, sizeof error) < 0 && errno == EINTR) {
    }
  }
  close(report.ours);
  exit_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (error == 0) return;
  stop(std::chrono::milliseconds(0));
  cannot_start(command_.argv[0], error);
}

ServerProcess::~ServerProcess() {
  stop(std::chrono::milliseconds(0));
}

void ServerProcess::stop(std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    close_at(input_);
    close_at(output_);
    close_at(errors_);
    close_at(wake_);
    close_at(exit_);
  }
  if (pid_ <= 0) return;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!has_ended(pid_) && std::chrono::steady_clock::now() < deadline) {
    const timespec pause{0, 2'000'000};
    nanosleep(&pause, nullptr);
  }
  kill(-pid_, SIGKILL);  // what it started, too
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void ServerProcess::flush() {
  while (unread_at_ < unread_.size()) {
    const ssize_t sent =
        ::send(input_, unread_.data() + unread_at_, unread_.size() - unread_at_, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) {
      gone_ = true;
      break;
    }
    unread_at_ += static_cast<size_t>(sent);
  }
  unread_.clear();
  unread_at_ = 0;
}

void ServerProcess::send(const std::string& body) {
  const std::lock_guard lock(mutex_);
  if (gone_)
    throw LspError(Status::ls_crash, Error::outside("the language server is gone").at(command_.argv[0]));
  if (unread_.size() - unread_at_ + body.size() > command_.unread_bytes) {
    throw LspError(Status::ls_timeout,
                   Error::outside("the language server does not read what it is sent")
                       .at(command_.argv[0])
                       .found(fmt::format("{} bytes unread", unread_.size() - unread_at_)));
  }
  if (unread_at_ * 2 > unread_.size()) {  // a server that is always a little behind must not make it grow
    unread_.erase(0, unread_at_);
    unread_at_ = 0;
  }
  unread_ += framed(body);
  flush();
  // The reading thread sends the rest.
  if (unread_at_ < unread_.size() && wake_ >= 0) eventfd_write(wake_, 1);
}

void ServerProcess::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (wake_ >= 0) eventfd_write(wake_, 1);
}

void ServerProcess::read_output() {
  std::array<char, 65536> bytes;
  const ssize_t count = read(output_, bytes.data(), bytes.size());
  if (count > 0) return reader_.feed({bytes.data(), static_cast<size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const std::lock_guard lock(mutex_);
  gone_ = ended_ = true;
}

void ServerProcess::read_errors() {
  std::array<char, 4096> bytes;
  const ssize_t count = read(errors_, bytes.data(), bytes.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return close_at(errors_);
  const std::lock_guard lock(mutex_);
  last_words_.append(bytes.data(), static_cast<size_t>(count));
  if (last_words_.size() > kLastWords) last_words_.erase(0, last_words_.size() - kLastWords);
}

void ServerProcess::wait_for_bytes() {
  std::array<pollfd, 5> ends{
      {{output_, POLLIN, 0}, {wake_, POLLIN, 0}, {errors_, POLLIN, 0}, {-1, POLLOUT, 0}, {exit_, POLLIN, 0}}};
  {
    const std::lock_guard lock(mutex_);
    if (unread_at_ < unread_.size()) ends[3].fd = input_;
  }
  if (poll(ends.data(), ends.size(), -1) < 0) return;
  if (ends[1].revents) {
    eventfd_t ignored;
    eventfd_read(wake_, &ignored);
  }
  if (ends[2].revents) read_errors();
  if (ends[3].revents) {
    const std::lock_guard lock(mutex_);
    flush();
  }
  // The end counts once everything before it is read.
  if (ends[0].revents) {
    read_output();
  } else if (ends[4].revents) {
    const std::lock_guard lock(mutex_);
    gone_ = ended_ = true;
  }
}

std::optional<std::string> ServerProcess::receive() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (interrupted_) return std::nullopt;
    }
    if (std::optional<std::string> body = reader_.next()) return body;
    if (ended_) {
      reader_.finish();
      return std::nullopt;
    }
    wait_for_bytes();
  }
}

std::string ServerProcess::last_words() const {
  const std::lock_guard lock(mutex_);
  return last_words_;
}

}  // namespace gradus
