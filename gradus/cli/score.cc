// gradus score FILE...: adds reward columns to the rollouts of files: what an environment pays and knows, and
// what the operators of a recipe compute.
#include <fmt/format.h>
#include <functional>

#include "gradus/base/error.h"
#include "gradus/base/input_file.h"
#include "gradus/cli/command.h"
#include "gradus/cli/output.h"
#include "gradus/method/method.h"
#include "gradus/reward/edit_trajectories.h"
#include "gradus/reward/failure_note.h"
#include "gradus/rollout/float_file.h"
#include "gradus/rollout/jsonl.h"
#include "gradus/rollout/pick.h"
#include "gradus/study/catalogue.h"
#include "gradus/study/recipe.h"

namespace gradus {

namespace {

struct Options {
  std::string out, environment, recipe, method, floats, floats_out, server, commits;
  std::vector<std::string> files, params, with;
  bool truth = false, strict = false, json = false, touched_only = false;
};

// "regime=neutral" -> {"regime": "neutral"}; numbers, true/false and lists keep their type.
Json params_json(const std::vector<std::string>& params, const char* option) {
  Json out = Json::object();
  for (const std::string& param : params) {
    const size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error::input("not a parameter").field(option).found("'" + param + "'").expected("name=value");
    }
    const std::string value = param.substr(equals + 1);
    const Json parsed = Json::parse(value, nullptr, false);
    const bool text = parsed.is_discarded() || parsed.is_object() || parsed.is_null();
    out[param.substr(0, equals)] = text ? Json(value) : parsed;
  }
  return out;
}

Sample sample_of(const RolloutBatch& batch, size_t rollout) {
  Sample sample;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
    if (batch.token_begin(s) == batch.token_end(s) && !batch.text(s).empty()) {
      throw Error::input("a step has text but no token ids, so the environment cannot judge it")
          .field(batch.header(rollout).id + ".steps.tokens");
    }
    for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t) {
      sample.tokens.push_back(batch.token(t));
      sample.observed.push_back(batch.kind(s) == StepKind::observe);
    }
  }
  sample.finished = true;
  return sample;
}

void check_steps(const RolloutBatch& from, const RolloutBatch& to) {
  for (size_t r = 0; r < to.rollouts(); ++r) {
    const size_t cut = from.step_end(r) - from.step_begin(r), here = to.step_end(r) - to.step_begin(r);
    if (cut == here) continue;
    throw Error::input("the environment cuts this rollout into other steps than the file does")
        .field(to.header(r).id)
        .found(counted(here, "step"))
        .expected(counted(cut, "step"));
  }
}

// Copies every column of `from`, which has the same rollouts and steps, and every note.
void copy_columns(const RolloutBatch& from, RolloutBatch& to) {
  check_steps(from, to);
  for (const std::string& name : from.column_names()) {
    const Column& column = from.column(name);
    if (column.level() == Level::token) continue;  // token columns of the file are the sampler's own
    Column& out = to.add_column(name, column.info());
    for (size_t i = 0; i < column.size(); ++i) {
      if (column.valid(i)) out.set(i, column[i]);
    }
  }
  for (const std::string& name : from.note_names()) {
    for (size_t r = 0; r < to.rollouts(); ++r) to.set_note(name, r, from.note(name, r));
  }
}

void judge_all(const Options& options, const Environment& environment, RolloutBatch& batch) {
  std::vector<Task> tasks;
  std::vector<Sample> samples;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    tasks.push_back(environment.task_of(batch.header(r).prompt));
    samples.push_back(sample_of(batch, r));
  }
  RolloutBatch judged = environment.rollouts(tasks, samples);
  check_steps(judged, batch);
  environment.reward_columns(judged, tasks);
  if (options.truth) environment.truth_columns(judged, tasks);
  copy_columns(judged, batch);
}

// Does the work for all rollouts but the bad ones, which leave the batch; gives their number.
size_t for_good_ones(const Options& options, RolloutBatch& batch,
                     const std::function<void(RolloutBatch&)>& work) {
  std::vector<BadRollout> bad;
  try {
    if (options.strict)
      work(batch);
    else
      bad = without_bad(batch, work);
  } catch (Error& error) {
    if (error.file().empty() && options.files.size() == 1) error.at(input_name(options.files[0]));
    throw;
  }
  for (const BadRollout& rollout : bad) {
    remark(fmt::format("left out: rollout '{}': {}", rollout.id, rollout.error.what()));
  }
  return bad.size();
}

EnvironmentInfo judge(const Options& options, RolloutBatch& batch, size_t& bad) {
  EnvironmentInfo info;
  if (!options.environment.empty()) {
    const std::unique_ptr<Environment> environment =
        catalogue().environments.make(options.environment, params_json(options.params, "--param"));
    bad += for_good_ones(options, batch, [&](RolloutBatch& part) { judge_all(options, *environment, part); });
    info = environment->info();
  }
  info.reward_columns = batch.column_names();
  return info;
}

[[noreturn]] void refuse_input(const Options& options, Error error) {
  if (options.files.size() == 1) error.at(input_name(options.files[0]));
  throw error;
}

void say_lacking(const RolloutBatch& batch, size_t with, const std::string& what, const std::string& reader) {
  if (with == batch.rollouts()) return;
  remark(fmt::format("{} of {} rollouts have no {}, which {} reads", batch.rollouts() - with,
                     batch.rollouts(), what, reader));
}

// A note that no rollout has is a mistake in the file or the recipe; where some lack it they are counted.
void check_note(const Options& options, const RolloutBatch& batch, const std::string& reader,
                const NoteRead& read) {
  const size_t with = batch.rollouts_with_note(read.note);
  if (with == 0 && batch.rollouts() > 0) refuse_input(options, lacking_note(batch, reader, read));
  say_lacking(batch, with, "note '" + read.note + "'", reader);
}

void check_texts(const Options& options, const RolloutBatch& batch, const std::string& reader) {
  size_t with = 0;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    size_t s = batch.step_begin(r);
    while (s < batch.step_end(r) && batch.text(s).empty()) ++s;
    with += s < batch.step_end(r);
  }
  if (with == 0 && batch.rollouts() > 0) {
    Error error = Error::input("no step of any rollout has a text, which " + reader + " reads");
    refuse_input(options, error.field("steps.text")
                              .hint("write what the policy wrote into 'text': token ids alone say nothing "
                                    "to it"));
  }
  say_lacking(batch, with, "text in any step", reader);
}

// Whether the rollouts bring what the operators read beside columns.
void check_inputs(const Options& options, const Pipeline& pipeline, const RolloutBatch& batch) {
  for (const Pipeline::Reading& read : pipeline.notes()) check_note(options, batch, read.reader, read.note);
  for (const std::string& reader : pipeline.text_readers()) check_texts(options, batch, reader);
}

// An empty column looks like one without values; there is no place for any.
void say_no_tokens(const RolloutBatch& batch) {
  if (batch.tokens() > 0 || batch.rollouts() == 0) return;
  std::vector<std::string> empty;
  for (const std::string& name : batch.column_names()) {
    if (batch.column(name).level() == Level::token) empty.push_back(name);
  }
  if (empty.empty()) return;
  remark(
      fmt::format("no rollout has token ids ('tokens' is empty in every step), so there is no token to give "
                  "{} to; fill 'tokens', or let the recipe end at steps or rollouts",
                  fmt::join(empty, ", ")));
}

// The facts of every step, and without a recipe the reward that is made of them.
void judge_by_server(const Options& options, RolloutBatch& batch) {
  if (options.server.empty()) return;
  check_note(options, batch, "--lsp " + options.server, {"workspace", ""});
  const ServerProfile server = server_profile(options.server);
  const JudgeOptions judging{.touched_only = options.touched_only};
  for (const std::string& failure : judge_edits(batch, server, judging, options.strict)) {
    remark("no facts: " + failure);
  }
  if (!options.recipe.empty() || !options.method.empty()) return;
  const Json guards{{"suppressions", "suppressions"}, {"fatal", "fatal"}, {"start", "diagnostics_before"}};
  catalogue().operators.make("reward.edit_steps", guards)->apply(batch, {});
}

RolloutFile read_commits(const Options& options) {
  if (options.server.empty()) {
    throw Error::input("commits are judged by a language server")
        .field("--git")
        .hint("add --lsp clangd or --lsp pyright");
  }
  if (options.files.size() > 1) {
    throw Error::input("commits are of one repository")
        .field("--git")
        .found(counted(options.files.size(), "folder"));
  }
  RolloutFile file;
  const CommitRange commits = trajectory_from_git(options.files[0], options.commits, options.server);
  for (const std::string& one : commits.left_out) remark(one);
  file.batch = batch_of_commits(commits, options.files[0], options.commits);
  file.lines = 1;
  return file;
}

RolloutFile read(const Options& options) {
  if (!options.commits.empty()) return read_commits(options);
  RolloutFile file = read_rollouts(options.files, {.strict = options.strict});
  for (const Error& error : file.errors) remark(std::string("left out: ") + error.what());
  return file;
}

// Columns hold float32: a mean says no more digits than one of them.
Json mean_of(double sum, size_t count) {
  if (count == 0) return nullptr;
  const float mean = static_cast<float>(sum / static_cast<double>(count));
  return Json::parse(fmt::format("{}", mean));
}

Json summary(const RolloutBatch& batch) {
  Json out = Json::array();
  for (const std::string& name : batch.column_names()) {
    const Column& column = batch.column(name);
    double sum = 0;
    for (size_t i = 0; i < column.size(); ++i) sum += column.valid(i) ? column[i] : 0;
    const size_t valid = column.size() - column.missing();
    out.push_back(
        {{"column", name}, {"valid", valid}, {"missing", column.missing()}, {"mean", mean_of(sum, valid)}});
  }
  return out;
}

void write(const Options& options, const RolloutBatch& batch) {
  std::vector<std::string> beside;
  if (!options.floats_out.empty()) {
    for (const std::string& name : batch.column_names()) {
      if (batch.column(name).level() == Level::token) beside.push_back(name);
    }
    write_floats(batch, beside, options.floats_out);
  }
  if (!options.out.empty()) write_rollouts(batch, options.out, beside);
}

void print_summary(std::FILE* out, const Options& options, const RolloutFile& file, size_t bad) {
  const RolloutBatch& batch = file.batch;
  const Json columns = summary(batch);
  if (options.json) {
    const Json document{{"rollouts", batch.rollouts()},
                        {"bad_lines", file.bad_lines},
                        {"bad_rollouts", bad},
                        {"columns", columns}};
    fmt::print(out, "{}\n", document.dump(2));
    return;
  }
  fmt::print(out, "{}, {}; {}{} left out\n", counted(batch.rollouts(), "rollout"),
             counted(batch.steps(), "step"), counted(file.bad_lines, "bad line"),
             bad == 0 ? "" : " and " + counted(bad, "bad rollout"));
  for (const Json& row : columns) {
    const std::string mean =
        row.at("mean").is_null() ? "-" : fmt::format("{:.4f}", row.at("mean").get<double>());
    fmt::print(out, "  {:<28} mean {:>9}   {} valid, {} missing\n", row.at("column").get<std::string>(), mean,
               row.at("valid").get<size_t>(), row.at("missing").get<size_t>());
  }
}

// Empty where none was asked for.
Recipe recipe_of(const Options& options) {
  if (options.method.empty() && !options.with.empty()) {
    throw Error::input("parameters of a chain, and no method that has one").field("--with").hint("--method");
  }
  if (!options.recipe.empty()) return load_recipe(options.recipe);
  if (options.method.empty()) return {};
  const Chain& chain = find_chain(options.method).chain;
  return filled(chain, params_json(options.with, "--with"), {.file = "", .path = "--with", .line_of = {}});
}

int run(const Options& options) {
  std::FILE* const out = summary_stream({options.out, options.floats_out});
  RolloutFile file = read(options);
  if (!options.floats.empty()) FloatFile(options.floats).attach(file.batch);
  judge_by_server(options, file.batch);
  size_t bad = 0;
  const EnvironmentInfo info = judge(options, file.batch, bad);
  if (const Recipe recipe = recipe_of(options); !recipe.empty()) {
    // What is wrong with it, or with all rollouts, is no fault of one.
    const Pipeline pipeline = build_operators(recipe, info);
    check_inputs(options, pipeline, file.batch);
    bad += for_good_ones(options, file.batch, [&](RolloutBatch& part) { pipeline.apply(part, {}); });
  }
  for (const std::string& failure : noted_failures(file.batch)) remark("no value: " + failure);
  say_no_tokens(file.batch);
  write(options, file.batch);
  print_summary(out, options, file, bad);
  return 0;
}

}  // namespace

void add_score(CLI::App& app, Verb& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("score", "Give every step of the rollouts in a file its rewards");
  verb->footer(
      "Example (after 'gradus study studies/clean_code.toml'):\n"
      "  gradus score runs/clean_code/rollouts/outcome.jsonl --environment code --truth --out scored.jsonl");
  verb->add_option("files", options->files,
                   "Rollout files (JSONL, see docs/rollout-files.md), '-' for standard input; with --git "
                   "the folder of a repository")
      ->required();
  verb->add_option("--lsp", options->server,
                   "Language server (clangd, pyright, or a profile) that judges the file states in the note "
                   "'workspace' (or 'rollout.workspace', which is the same); without --recipe also "
                   "step.edit_reward");
  verb->add_flag("--touched-only", options->touched_only,
                 "With --lsp: watch only the files that the steps change; breakage elsewhere is not seen");
  verb->add_option("--git", options->commits,
                   "Range of commits, one step each, in place of a rollout file: main~5..main");
  verb->add_option("-e,--environment", options->environment,
                   "Environment that judges them (gradus operators)");
  verb->add_option("-p,--param", options->params, "Parameter of the environment: name=value");
  verb->add_flag("--truth", options->truth, "Add what only evaluation may see");
  verb->add_option("-r,--recipe", options->recipe,
                   "Recipe whose operators run on them; 'gradus operators NAME' says which columns and notes "
                   "one reads");
  verb->add_option("-m,--method", options->method,
                   "Published method whose chain of operators runs on them: METHOD or METHOD/CHAIN (gradus "
                   "methods)")
      ->excludes("--recipe");
  verb->add_option("--with", options->with, "Parameter of the method's chain: name=value");
  verb->add_option("-o,--out", options->out,
                   "Where to write the rollouts with their new columns; '-' for standard output");
  verb->add_option("--floats", options->floats, "Float file with token columns of these rollouts");
  verb->add_option("--floats-out", options->floats_out,
                   "Where to write token columns as binary floats; they are left out of --out then");
  verb->add_flag("--strict", options->strict, "Stop at the first bad line or rollout");
  verb->add_flag("--json", options->json, "Machine-readable summary");
  verb->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace gradus
