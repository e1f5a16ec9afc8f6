// gradus verify FILE|DIR...: does this build agree with the authors' own code?
#include "gradus/verify/verify.h"

#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/base/json.h"
#include "gradus/cli/command.h"

namespace gradus {

namespace {

struct Options {
  std::vector<std::string> paths;
  std::string data;
  bool allow_unclaimed = false, json = false;
};

Json report_json(const VerifyReport& report) {
  Json functions = Json::array();
  for (const FunctionResult& f : report.functions) {
    functions.push_back({{"method", f.method},
                         {"function", f.function},
                         {"claimed", f.claimed},
                         {"passed", f.passed},
                         {"total", f.total},
                         {"worst", f.worst},
                         {"failed", f.failed}});
  }
  return {{"clean", report.clean()}, {"unclaimed", report.unclaimed()}, {"functions", functions}};
}

void print_report(const VerifyReport& report) {
  for (const FunctionResult& f : report.functions) {
    const char* const mark = !f.claimed ? "-- " : f.passed == f.total ? "ok " : "NO ";
    const std::string count = f.claimed ? fmt::format("{}/{}", f.passed, f.total) : "unclaimed";
    fmt::print("{} {:<14} {:<58} {:>9}  worst {:.1e}\n", mark, f.method, f.function, count, f.worst);
    for (const std::string& line : f.failed) fmt::print("     {}\n", line);
  }
  size_t passed = 0, total = 0;
  for (const FunctionResult& f : report.functions) {
    passed += f.passed;
    total += f.total;
  }
  fmt::print("{} of {} cases agree; {} functions that no operator claims\n", passed, total,
             report.unclaimed());
}

int run(const Options& options) {
  const VerifyReport report = verify(options.paths, options.data);
  size_t cases = 0;
  for (const FunctionResult& f : report.functions) cases += f.total;
  if (cases == 0) throw Error::input("the golden files hold no case, so nothing was checked");
  if (options.json) {
    fmt::print("{}\n", report_json(report).dump(2));
  } else {
    print_report(report);
  }
  return report.clean() && (options.allow_unclaimed || report.unclaimed() == 0) ? 0 : 1;
}

}  // namespace

void add_verify(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("verify", "Check this build against numbers of the authors' own code");
  verb->footer(
      "Exit code 0: every case agrees; 1: one does not, or no operator claims a function.\n"
      "Example (in a source tree):\n"
      "  gradus verify tests/golden");
  verb->add_option("paths", options->paths, "Golden files, or folders of them")->required();
  verb->add_option("--data", options->data, "Folder of real data files [data/ beside the golden folder]");
  verb->add_flag("--allow-unclaimed", options->allow_unclaimed,
                 "A function without an operator is no failure");
  verb->add_flag("--json", options->json, "Machine-readable output");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
