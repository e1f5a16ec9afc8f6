#include "gradus/cli/output.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <iostream>
#include <set>
#include <system_error>
#include <unistd.h>

#include "gradus/base/atomic_file.h"
#include "gradus/base/error.h"

namespace gradus {

void remark(std::string_view text) {
  const std::string line = fmt::format("gradus: {}\n", text);
  std::fputs(line.c_str(), stderr);
}

std::FILE* summary_stream(const std::vector<std::string>& outputs) {
  std::FILE* out = stdout;
  std::set<std::string> seen;
  for (const std::string& path : outputs) {
    if (path.empty()) continue;
    const bool printed = is_standard_output(path);
    if (!seen.insert(printed ? "-" : path).second) {
      throw Error::input("two outputs go to one place").found(printed ? "standard output" : path);
    }
    if (printed) out = stderr;
  }
  return out;
}

// The wrong way round: a placeholder gives an error at the first byte, as a closed stream does.
void hold_standard_streams() {
  for (const auto& [number, mode] :
       {std::pair{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}}) {
    if (fcntl(number, F_GETFD) >= 0) continue;
    const int held = open("/dev/null", mode);
    if (held >= 0 && held != number) {
      dup2(held, number);
      close(held);
    }
  }
}

std::string lost_output() {
  errno = 0;
  std::cout.flush();
  const bool whole = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (whole) return "";
  // The reason was lost with an earlier write: another one fails for the same.
  if (errno == 0 && ::write(STDOUT_FILENO, "\n", 1) >= 0) return "a write failed";
  return std::generic_category().message(errno);
}

}  // namespace gradus
