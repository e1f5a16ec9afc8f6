#include "gradus/tool/program_output.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/descriptor.h"
#include "gradus/base/error.h"
#include "gradus/base/program_folder.h"

extern char** environ;

namespace gradus {

namespace {

constexpr size_t kMostErrors = size_t{64} << 10;

Error failed(const std::string& program, const std::string& what) {
  return Error::outside(program + " failed: " + what).hint("run 'gradus doctor'");
}

// A file in memory: nobody has to write while somebody else reads.
Descriptor input_of(const std::string& program, const std::string& text) {
  Descriptor out(text.empty() ? open("/dev/null", O_RDONLY | O_CLOEXEC) : memfd_create("input", MFD_CLOEXEC));
  if (!out) throw failed(program, std::string("no input: ") + std::strerror(errno));
  for (size_t at = 0; at < text.size();) {
    const ssize_t put = write(out.get(), text.data() + at, text.size() - at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) throw failed(program, std::string("no input: ") + std::strerror(errno));
    at += static_cast<size_t>(put);
  }
  lseek(out.get(), 0, SEEK_SET);
  return out;
}

struct Pipe {
  Descriptor out, in;  // to read from, to write to
};

Pipe pipe_for(const std::string& program) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw failed(program, std::string("no pipe: ") + std::strerror(errno));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// One chunk of what has arrived; false at its end.
bool take_chunk(int fd, std::string& into, size_t most) {
  char chunk[65536];
  const ssize_t got = read(fd, chunk, sizeof chunk);
  if (got < 0) return errno == EINTR;
  if (got > 0 && into.size() <= most) into.append(chunk, static_cast<size_t>(got));
  return got > 0;
}

// Both outputs until they close; else what was too much.
std::string read_both(Descriptor& text, Descriptor& errors, const ProgramOptions& options,
                      ProgramOutput& out) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  while (text || errors) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting[] = {{text.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}};
    const int ready = left.count() <= 0 ? 0 : poll(waiting, 2, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return fmt::format("no end within {} seconds", options.seconds);
    if (waiting[0].revents != 0 && !take_chunk(text.get(), out.text, options.most_output)) text = {};
    if (waiting[1].revents != 0 && !take_chunk(errors.get(), out.errors, kMostErrors)) errors = {};
    if (out.text.size() > options.most_output) {
      return fmt::format("more than {} MiB of output", options.most_output >> 20);
    }
  }
  return "";
}

void limit(pid_t child, const ProgramOptions& options) {
  const auto set = [child](__rlimit_resource which, rlim_t most) {
    const rlimit limits{most, most};
    prlimit(child, which, &limits, nullptr);
  };
  set(RLIMIT_CORE, 0);
  set(RLIMIT_CPU, static_cast<rlim_t>(options.seconds) + 1);
  if (options.memory > 0) set(RLIMIT_AS, options.memory);
}

}  // namespace

std::optional<ProgramOutput> program_output(std::vector<std::string> words, const ProgramOptions& options) {
  const std::string program = words.at(0);
  const std::optional<std::string> place = program_on_path(program);
  if (!place) return std::nullopt;
  const Descriptor input = input_of(program, options.input);
  Pipe text = pipe_for(program), errors = pipe_for(program);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, text.in.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, errors.in.get(), 2);
  std::vector<std::string> variables = options.environment.value_or(std::vector<std::string>{});
  const std::vector<char*> argv = pointers(words), own = pointers(variables);
  pid_t child = 0;
  const int code = posix_spawn(&child, place->c_str(), &actions, nullptr, argv.data(),
                               options.environment ? own.data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  text.in = {};
  errors.in = {};
  if (code == ENOENT) return std::nullopt;
  if (code != 0) throw failed(program, std::strerror(code));
  limit(child, options);
  ProgramOutput out;
  out.failure = read_both(text.out, errors.out, options, out);
  if (!out.failure.empty()) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (out.failure.empty() && WIFSIGNALED(status)) {
    out.failure = fmt::format("ended by SIG{}", sigabbrev_np(WTERMSIG(status)));
  }
  out.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

}  // namespace gradus
