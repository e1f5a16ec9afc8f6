// gradus lsp reward: what every step of an edit trajectory is worth, from what a language server finds.
#include <filesystem>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/cli/lsp.h"
#include "gradus/cli/lsp_print.h"
#include "gradus/lsp/edit_rewards.h"

namespace gradus {

namespace {

struct Options {
  std::string edits, workspace = ".", trace_file, replay, form;
  EditRewardPlan plan;
  double timeout_s = 60;
  bool json = false;
};

CommitRange edits_of(const Options& options) {
  if (!std::filesystem::is_regular_file(options.edits))
    return trajectory_from_git(options.workspace, options.edits, options.plan.server);
  CommitRange out{trajectory_from_json(read_document(options.edits))};
  out.subjects.resize(out.trajectory.steps.size());
  return out;
}

int run(Options options) {
  if (options.edits.empty() == options.replay.empty()) {
    throw Error::input("give either edits or a trace of some")
        .expected("a range of commits, a JSON file, or --replay t.jsonl");
  }
  std::optional<RewardForm> form;
  if (!options.form.empty()) form = reward_form_from_name(options.form);
  if (!options.replay.empty()) {
    const auto trace = std::make_shared<const Trace>(read_trace(options.replay));
    return show_edit_rewards(replay_edit_rewards(trace, form), options.json);
  }
  options.plan.form = form.value_or(options.plan.form);
  options.plan.timeout = Milliseconds(static_cast<int64_t>(options.timeout_s * 1000));
  const CommitRange edits = edits_of(options);
  for (const std::string& one : edits.left_out) fmt::print(stderr, "gradus: {}\n", one);
  return show_edit_rewards(reward_edits(edits, options.plan, options.trace_file), options.json);
}

}  // namespace

int show_edit_rewards(const Json& paid, bool json) {
  if (json) {
    fmt::print("{}\n", paid.dump(2));
  } else {
    print_edit_rewards(paid);
  }
  for (const Json& step : paid.at("steps")) {
    if (step.at("processReward").at("r").is_null()) return 1;
  }
  return 0;
}

void add_lsp_reward(CLI::App& lsp, Verb& chosen) {
  const auto options = std::make_shared<Options>();
  CLI::App* verb = lsp.add_subcommand("reward", "What every step of an agent's edits is worth");
  verb->footer(
      "A JSON file: {\"start\": {\"a.py\": \"x = 1\\n\"},\n"
      "              \"steps\": [{\"files\": {\"a.py\": \"x = y\\n\"}, \"target\": \"a.py@L1:C1\"}]}\n"
      "Exit code 0: every step has a reward; 1: one has none.\n"
      "Example (in a git repository):\n"
      "  gradus lsp reward main~5..main --server clangd");
  verb->add_option("edits", options->edits,
                   "Range of commits, one step each (main~5..main; main: all), or a JSON file of states");
  verb->add_option("-w,--workspace", options->workspace, "Repository of the commits [.]");
  verb->add_option("-s,--server", options->plan.server, "clangd, pyright or a TOML file [by the edits]");
  verb->add_option("--form", options->form, "Form of the reward [pr-v1-potential; with --replay as then]")
      ->check(CLI::IsMember(reward_form_names()));
  verb->add_flag("--every-severity", options->plan.literal,
                 "Count information and hints too [errors, warnings]");
  verb->add_flag(
      "--touched-only", options->plan.touched_only,
      "Watch only the files that the steps change: breakage elsewhere is not seen [all, at most 500]");
  verb->add_option("--timeout", options->timeout_s, "Seconds for one state [60]")
      ->check(CLI::Range(0.1, 3600.0));
  verb->add_option("--trace-file", options->trace_file, "Where to write down everything that is said");
  verb->add_option("--replay", options->replay, "Pay the edits of such a trace; no server is started");
  verb->add_flag("--json", options->json, "Facts and rewards of every step");
  verb->callback([&chosen, options] {
    chosen = [options] { return with_published_exit([&] { return run(*options); }); };
  });
}

}  // namespace gradus
