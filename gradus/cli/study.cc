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
#include "gradus/study/forecast.h"

namespace gradus {

namespace {

struct Options {
  std::string file, out;
  int workers = 0;
  std::optional<uint64_t> seed;
  size_t seeds = 0;               // 0: as many as the file says
  std::vector<std::string> arms;  // empty: those of the file
  bool json = false, quiet = false, check = false;
};

// Fewer or more seeds than the plan, chosen after a look at the results, is how chance becomes an effect.
void check_seeds(const StudySpec& spec, const Options& options) {
  if (options.check || spec.evaluation.sequence || options.seeds == spec.seeds.size()) return;
  throw Error::input("the number of seeds is part of the plan")
      .at(spec.file)
      .field("seeds")
      .found(fmt::format("{} in the file, --seeds {}", spec.seeds.size(), options.seeds))
      .hint(
          "set sequence = true in [evaluation], which may go on or stop after any seed; or write another "
          "study; "
          "--check --seeds N says what N seeds would show");
}

int report_check(const StudySpec& spec, const Options& options, const std::string& folder) {
  evaluation_tasks(spec, *spec.make_environment(), 0);
  const Json power = power_forecast(spec, folder);
  if (options.json) {
    const Json summary = {{"file", spec.file},
                          {"key", spec.key()},
                          {"arms", spec.arms.size()},
                          {"seeds", spec.seeds},
                          {"updates", spec.training.updates},
                          {"power", power}};
    fmt::print("{}\n", summary.dump(2));
  } else {
    fmt::print("{}: {}, {}, {}: nothing is missing\nkey: {}\n", spec.file, counted(spec.arms.size(), "arm"),
               counted(spec.seeds.size(), "seed"),
               counted(static_cast<size_t>(spec.training.updates), "update"), spec.key());
    fmt::print("{}", power_text(power));
  }
  return 0;
}

int run(const Options& options) {
  StudySpec spec = StudySpec::load(options.file);
  if (options.seeds > 0) {
    check_seeds(spec, options);
    spec.set_seed_count(options.seeds);
  }
  if (options.seed) spec.reseed(*options.seed);
  if (!options.arms.empty()) spec.keep_arms(options.arms);
  const std::string folder = options.out.empty() ? "runs/" + spec.name : options.out;
  if (options.check) return report_check(spec, options, folder);
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
    fmt::print("key: {}\n\n{}\nreport: {}\n", results.at("study").at("key").get<std::string>(),
               verdict_table(results), page);
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
  verb->add_option("--seeds", options->seeds, "Another number of seeds: of a sequence, or with --check")
      ->check(CLI::Range(1, 1000));
  verb->add_option("--arms", options->arms, "These arms and the baseline alone, separated by commas")
      ->delimiter(',');
  verb->add_flag("--check", options->check, "Check the study file, say what its seeds can show, and stop");
  verb->add_flag("--json", options->json, "Print results.json instead of the table");
  verb->add_flag("--quiet", options->quiet, "No progress");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
