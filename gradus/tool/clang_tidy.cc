#include "gradus/tool/clang_tidy.h"

#include <optional>
#include <regex>

#include "gradus/base/error.h"
#include "gradus/base/scratch_folder.h"
#include "gradus/tool/c_facts.h"
#include "gradus/tool/c_unit.h"
#include "gradus/tool/program_output.h"

namespace gradus {

namespace {

constexpr const char* kSource = "functions.c";
constexpr const char* kChecks =
    "-checks=-*,readability-*,misc-*,bugprone-*,-readability-magic-numbers,-readability-identifier-length,"
    "-readability-identifier-naming,-misc-unused-parameters,-bugprone-easily-swappable-parameters";
constexpr const char* kConfig =
    "-config={CheckOptions: [{key: readability-function-cognitive-complexity.Threshold, value: 0}, "
    "{key: readability-function-cognitive-complexity.DescribeBasicIncrements, value: false}]}";

Error failed(const std::string& what) {
  return Error::outside("clang-tidy failed: " + what).hint("run 'gradus doctor'");
}

// Standard output of clang-tidy; nothing where there is no such program.
std::optional<std::string> output_of(std::vector<std::string> words) {
  std::optional<ProgramOutput> ran = program_output(std::move(words));
  if (!ran) return std::nullopt;
  // Exit code 1 only says that a warning or a compile error was found.
  if (ran->exit_code > 1) throw failed("ended with an exit code above 1");
  return std::move(ran->text);
}

void read_output(const std::string& output, const CUnit& unit, std::vector<TidyReport>& reports) {
  static const std::regex finding(R"(^.*functions\.c:(\d+):\d+: (warning|error): (.*) \[([a-z0-9.,-]+)\]$)",
                                  std::regex::optimize);
  static const std::regex complexity(R"(has cognitive complexity of (\d+))", std::regex::optimize);
  for (size_t begin = 0; begin < output.size();) {
    const size_t end = std::min(output.find('\n', begin), output.size());
    const std::string line = output.substr(begin, end - begin);
    begin = end + 1;
    std::smatch match, number;
    if (line.size() > 4096 || !std::regex_match(line, match, finding)) continue;
    const int where = std::stoi(match[1]);
    const size_t position = unit.function_at(where);
    TidyReport& report = reports[unit.functions[position]];
    const std::string message = match[3], check = match[4];
    if (match[2] == "error") {
      report.judged = false;
    } else if (std::regex_search(message, number, complexity)) {
      report.cognitive = std::stoi(number[1]);
    } else {
      report.findings.push_back({where - unit.first_line[position] + 1, check});
    }
  }
}

}  // namespace

std::vector<TidyReport> clang_tidy(std::span<const std::string> sources) {
  std::vector<TidyReport> reports(sources.size());
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  std::vector<std::string> names(sources.size());
  std::vector<size_t> functions;
  for (size_t i = 0; i < sources.size(); ++i) {
    names[i] = shareable_name(sources[i]);
    if (facts[i].compiles && !names[i].empty()) functions.push_back(i);
  }
  if (functions.empty()) return reports;
  const CUnit unit = join_functions(sources, names, functions);
  const ScratchFolder folder;
  folder.put(kSource, unit.text);
  const std::optional<std::string> output = output_of(
      {"clang-tidy", "--quiet", kChecks, kConfig, folder.path(kSource), "--", "-std=c11", "-nostdinc", "-w"});
  if (!output) return reports;
  for (const size_t f : functions) reports[f].judged = true;
  read_output(*output, unit, reports);
  return reports;
}

std::string clang_tidy_version() {
  const std::optional<std::string> output = output_of({"clang-tidy", "--version"});
  static const std::regex version(R"(version (\d+[^\s]*))");
  std::smatch match;
  return output && std::regex_search(*output, match, version) ? "clang-tidy version " + match.str(1) : "";
}

}  // namespace gradus
