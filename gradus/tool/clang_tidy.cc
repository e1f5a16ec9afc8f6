#include "gradus/tool/clang_tidy.h"

#include <fmt/format.h>
#include <optional>
#include <regex>

#include "gradus/base/error.h"
#include "gradus/base/halves.h"
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

constexpr uint64_t kMemory = uint64_t{4} << 30;

// Nothing where there is no such program.
std::optional<ProgramOutput> ran(std::vector<std::string> words) {
  return program_output(std::move(words), {.memory = kMemory});
}

// What is wrong with the end of a run; "": nothing. Exit code 1 only says that something was found.
std::string fault_of(const ProgramOutput& out) {
  if (!out.failure.empty()) return "clang-tidy: " + out.failure;
  return out.exit_code > 1 ? fmt::format("clang-tidy ended with exit code {}", out.exit_code) : "";
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

class Judge {
 public:
  Judge(std::span<const std::string> sources, std::span<const std::string> names,
        std::vector<TidyReport>& reports)
      : sources_(sources), names_(names), reports_(reports) {}

  void judge(std::span<const size_t> functions) {
    std::string fault;
    in_halves(
        functions, [&](std::span<const size_t> some) { return (fault = fault_among(some)).empty(); },
        [&](size_t bad) {
          if (clang_tidy_version().empty()) throw Error::outside(fault).hint("run 'gradus doctor'");
          reports_[bad].failure = fault;
        });
  }

 private:
  // What ended the run; "": their reports are there, or there is no clang-tidy.
  std::string fault_among(std::span<const size_t> functions) {
    const CUnit unit = join_functions(sources_, names_, functions);
    const ScratchFolder folder;
    folder.put(kSource, unit.text);
    const auto out = ran({"clang-tidy", "--quiet", kChecks, kConfig, folder.path(kSource), "--", "-std=c11",
                          "-nostdinc", "-w"});
    if (!out) return "";
    std::string fault = fault_of(*out);
    if (!fault.empty()) return fault;
    for (const size_t f : functions) reports_[f].judged = true;
    read_output(out->text, unit, reports_);
    return "";
  }

  std::span<const std::string> sources_, names_;
  std::vector<TidyReport>& reports_;
};

}  // namespace

std::vector<TidyReport> clang_tidy(std::span<const std::string> sources) {
  std::vector<TidyReport> reports(sources.size());
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  std::vector<std::string> names(sources.size());
  std::vector<size_t> functions;
  for (size_t i = 0; i < sources.size(); ++i) {
    names[i] = shareable_name(sources[i]);
    reports[i].failure = facts[i].failure;
    if (facts[i].compiles && !names[i].empty()) functions.push_back(i);
  }
  if (!functions.empty()) Judge(sources, names, reports).judge(functions);
  return reports;
}

std::string clang_tidy_version() {
  const std::optional<ProgramOutput> out = ran({"clang-tidy", "--version"});
  static const std::regex version(R"(version (\d+[^\s]*))");
  std::smatch match;
  if (!out || !fault_of(*out).empty()) return "";
  return std::regex_search(out->text, match, version) ? "clang-tidy version " + match.str(1) : "";
}

}  // namespace gradus
