#include "gradus/tool/program_output.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradus/base/error.h"
#include "gradus/base/text.h"

extern char** environ;

namespace gradus {

namespace {

constexpr size_t kMostErrors = size_t{64} << 10;

Error failed(const std::string& program, const std::string& what) {
  return Error::outside(program + " failed: " + what).hint("run 'gradus doctor'");
}

// A descriptor that closes with its owner.
class Opened {
 public:
  explicit Opened(int number = -1) : number_(number) {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() { shut(); }

  int get() const { return number_; }
  void take(int number) { number_ = number; }
  void shut() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

// A file in memory: nobody has to write while somebody else reads.
void put_input(const std::string& program, const std::string& text, Opened& out) {
  out.take(text.empty() ? open("/dev/null", O_RDONLY | O_CLOEXEC) : memfd_create("input", MFD_CLOEXEC));
  if (out.get() < 0) throw failed(program, std::string("no input: ") + std::strerror(errno));
  for (size_t at = 0; at < text.size();) {
    const ssize_t put = write(out.get(), text.data() + at, text.size() - at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) throw failed(program, std::string("no input: ") + std::strerror(errno));
    at += static_cast<size_t>(put);
  }
  lseek(out.get(), 0, SEEK_SET);
}

// Where the program is; never below the current folder, which may be somebody else's.
std::optional<std::string> on_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const path = std::getenv("PATH");
  for (const std::string_view folder : pieces_between(path == nullptr ? "" : path, ":")) {
    if (!folder.starts_with('/')) continue;
    const std::filesystem::path candidate = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) && access(candidate.c_str(), X_OK) == 0)
      return candidate.string();
  }
  return std::nullopt;
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
std::string read_both(Opened& text, Opened& errors, const ProgramOptions& options, ProgramOutput& out) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  while (text.get() >= 0 || errors.get() >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting[] = {{text.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}};
    const int ready = left.count() <= 0 ? 0 : poll(waiting, 2, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return fmt::format("no end within {} seconds", options.seconds);
    if (waiting[0].revents != 0 && !take_chunk(text.get(), out.text, options.most_output)) text.shut();
    if (waiting[1].revents != 0 && !take_chunk(errors.get(), out.errors, kMostErrors)) errors.shut();
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
  const std::optional<std::string> place = on_path(program);
  if (!place) return std::nullopt;
  Opened input, text, errors;
  put_input(program, options.input, input);
  int text_ends[2], error_ends[2];
  if (pipe2(text_ends, O_CLOEXEC) != 0)
    throw failed(program, std::string("no pipe: ") + std::strerror(errno));
  text.take(text_ends[0]);
  Opened text_in(text_ends[1]);
  if (pipe2(error_ends, O_CLOEXEC) != 0)
    throw failed(program, std::string("no pipe: ") + std::strerror(errno));
  errors.take(error_ends[0]);
  Opened errors_in(error_ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, text_in.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, errors_in.get(), 2);
  std::vector<std::string> variables = options.environment.value_or(std::vector<std::string>{});
  const std::vector<char*> argv = pointers(words), own = pointers(variables);
  pid_t child = 0;
  const int code = posix_spawn(&child, place->c_str(), &actions, nullptr, argv.data(),
                               options.environment ? own.data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  text_in.shut();
  errors_in.shut();
  if (code == ENOENT) return std::nullopt;
  if (code != 0) throw failed(program, std::strerror(code));
  limit(child, options);
  ProgramOutput out;
  out.failure = read_both(text, errors, options, out);
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
