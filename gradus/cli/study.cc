// gradus study FILE: train every arm, judge every arm on what it was not paid for, say what the process
// reward bought.
#include "gradus/study/study.h"

#include <fmt/format.h>
#include <optional>
#include <thread>

#include "gradus/base/error.h"
#include "gradus/cli/command.h"
#include "gradus/cli/number_checks.h"
#include "gradus/cli/output.h"
#include "gradus/cli/progress_bar.h"
#include "gradus/eval/roles.h"
#include "gradus/report/report.h"

namespace gradus {

namespace {

struct Options {
  std::string file, out;
  int workers = 0;
  std::optional<uint64_t> seed;
  bool json = false, quiet = false, check = false;
};

int report_check(const StudySpec& spec, const Options& options) {
  if (options.json) {
    const Json summary = {{"file", spec.file},
                          {"arms", spec.arms.size()},
                          {"seeds", spec.seeds},
                          {"updates", spec.training.updates}};
    fmt::print("{}\n", summary.dump(2));
  } else {
    fmt::print("{}: {}, {}, {}: nothing is missing\n", spec.file, counted(spec.arms.size(), "arm"),
               counted(spec.seeds.size(), "seed"),
               counted(static_cast<size_t>(spec.training.updates), "update"));
  }
  return 0;
}

int run(const Options& options) {
  StudySpec spec = StudySpec::load(options.file);
  if (options.seed) spec.reseed(*options.seed);
  if (options.check) return report_check(spec, options);
  const std::string folder = options.out.empty() ? "runs/" + spec.name : options.out;
  const int workers =
      options.workers > 0 ? options.workers : static_cast<int>(std::thread::hardware_concurrency());
  Json results;
  {
    ProgressBar bar(options.quiet || options.json);
    results =
        run_study(spec, {.folder = folder, .workers = std::max(1, workers)}, bar.events(), stop_on_signals());
  }
  const std::string page = folder + "/report.html";
  write_report(results, page);
  if (options.json) {
    fmt::print("{}\n", results.dump(1));
  } else {
    fmt::print("\n{}\nreport: {}\n", verdict_table(results), page);
  }
  return results.at("verdict").at("refusals").empty() ? 0 : 1;
}

}  // namespace

void add_study(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("study", "Run a study: arms x paired seeds, fair statistics, a report");
  verb->footer(
      "Stopped at any moment (Ctrl-C, kill), the same command goes on where it was.\n"
      "Example:\n  gradus study studies/clean_code.toml");
  verb->add_option("file", options->file, "Study file (TOML), '-' for standard input")->required();
  verb->add_option("-o,--out", options->out,
                   "Folder for the run store, results.json and report.html [runs/NAME]");
  verb->add_option("-j,--workers", options->workers, "Runs at a time [number of cores]")
      ->check(CLI::Range(1, 1024));
  verb->add_option("--seed", options->seed, "Draw fresh seeds from this number instead of those of the file")
      ->check(seed_number());
  verb->add_flag("--check", options->check, "Check the study file and stop");
  verb->add_flag("--json", options->json, "Print results.json instead of the table");
  verb->add_flag("--quiet", options->quiet, "No progress");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
