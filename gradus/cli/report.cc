// gradus report RESULTS: the one-file HTML report of a finished study, or the page of an evaluation.
#include "gradus/report/report.h"

#include <filesystem>
#include <fmt/format.h>

#include "gradus/cli/command.h"
#include "gradus/cli/output.h"
#include "gradus/study/saved.h"

namespace gradus {

namespace {

struct Options {
  std::string results, out;
};

int run(const Options& options) {
  std::FILE* const say = summary_stream({options.out});
  const Json results = load_document(options.results);
  std::error_code code;
  const bool folder = std::filesystem::is_directory(options.results, code);
  const std::filesystem::path beside =
      folder ? std::filesystem::path(options.results) : std::filesystem::path(options.results).parent_path();
  const std::string out = options.out.empty() ? (beside / "report.html").string() : options.out;
  write_report(results, out);
  fmt::print(say, "report: {}\n", out == "-" ? "standard output" : out);
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("report", "Write the HTML report of a finished study or evaluation");
  verb->footer(
      "Examples (the second with what 'gradus eval ... --out' wrote):\n"
      "  gradus report runs/clean_code --out report.html\n"
      "  gradus report prmbench.json --out prmbench.html");
  verb->add_option(
          "results", options->results,
          "results.json, or the folder that holds it, or the document of an evaluation; '-' for standard "
          "input")
      ->required();
  verb->add_option("-o,--out", options->out,
                   "Where to write it, '-' for standard output [report.html beside the results]");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
