#include "gradus/cli/help.h"

#include <sstream>

namespace gradus {

namespace {

constexpr size_t kWidth = 80;

// Commands are there to be copied and stay whole.
bool is_command(const std::string& line) {
  const size_t start = line.find_first_not_of(' ');
  return start != std::string::npos && line.compare(start, 7, "gradus ") == 0;
}

// What does not fit goes on below the start of the explanation.
void add_wrapped(std::string line, size_t column, std::string& out) {
  const bool listed = line.starts_with("  ") && line.find_first_not_of(' ') < column;
  const size_t indent = listed ? column : std::min(line.find_first_not_of(' '), column);
  while (line.size() > kWidth && !is_command(line)) {
    const size_t space = line.rfind(' ', kWidth), comma = line.rfind(',', kWidth - 1);
    const bool at_space = space != std::string::npos && space > indent;
    if (!at_space && (comma == std::string::npos || comma <= indent))
      break;  // a list of choices has commas only
    out += at_space ? line.substr(0, space) : line.substr(0, comma + 1);
    out += "\n";
    line = std::string(indent, ' ') + line.substr((at_space ? space : comma) + 1);
  }
  out += line + "\n";
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::istringstream lines(CLI::Formatter::make_help(app, std::move(name), mode));
  std::string out;
  for (std::string line; std::getline(lines, line);) add_wrapped(line, get_column_width(), out);
  return out;
}

}  // namespace gradus
