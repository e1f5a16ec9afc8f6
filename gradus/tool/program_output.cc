#include "gradus/tool/program_output.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/error.h"

extern char** environ;

namespace gradus {

namespace {

constexpr int kTimeLimitMs = 60'000;
constexpr size_t kOutputLimit = 16 << 20;

Error failed(const std::string& program, const std::string& what) {
  return Error::outside(program + " failed: " + what).hint("run 'gradus doctor'");
}

// Everything that arrives on `fd` until it closes; nothing where it takes too long or too much.
std::optional<std::string> read_all(int fd) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeLimitMs);
  std::string out;
  char chunk[65536];
  while (out.size() <= kOutputLimit) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{fd, POLLIN, 0};
    if (left.count() <= 0) return std::nullopt;
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return out;
    out.append(chunk, static_cast<size_t>(got));
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProgramOutput> program_output(std::vector<std::string> words) {
  const std::string program = words.at(0);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw failed(program, std::string("no pipe: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int code = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (code != 0) {
    close(ends[0]);
    if (code == ENOENT) return std::nullopt;
    throw failed(program, std::strerror(code));
  }
  std::optional<std::string> out = read_all(ends[0]);
  close(ends[0]);
  if (!out) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!out) throw failed(program, "no end within 60 seconds, or more than 16 MiB of output");
  if (!WIFEXITED(status)) throw failed(program, "ended with a signal");
  return ProgramOutput{WEXITSTATUS(status), std::move(*out)};
}

}  // namespace gradus
