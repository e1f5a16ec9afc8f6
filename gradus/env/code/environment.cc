#include "gradus/env/code/environment.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "gradus/base/bounded_cache.h"
#include "gradus/env/code/cases.h"
#include "gradus/env/code/demonstration.h"
#include "gradus/env/code/judge.h"
#include "gradus/env/code/program.h"
#include "gradus/env/code/sloppiness.h"
#include "gradus/env/code/vocabulary.h"
#include "gradus/env/sampled.h"
#include "gradus/reward/c_style.h"
#include "gradus/tool/clang_tidy.h"

namespace gradus {

namespace {

constexpr size_t kTidySample = 64;
constexpr size_t kRememberedTasks = 20'000;
constexpr int kMaxPrompt = 20;

std::vector<SandboxLayer> layers_from_names(const std::vector<std::string>& names) {
  std::vector<SandboxLayer> out;
  for (const SandboxLayer layer : all_sandbox_layers()) {
    if (std::find(names.begin(), names.end(), sandbox_layer_name(layer)) != names.end()) out.push_back(layer);
  }
  return out;
}

std::vector<std::string> layer_names() {
  std::vector<std::string> out;
  for (const SandboxLayer layer : all_sandbox_layers()) out.emplace_back(sandbox_layer_name(layer));
  return out;
}

// The split of a task depends on its expression alone: 8 in 10 train, 1 validation, 1 test.
Split split_of(const Expression& expression) {
  const uint64_t ticket = Stream(hash64(canonical_text(expression))).child("split").below(10);
  return ticket < 8 ? Split::train : ticket == 8 ? Split::validation : Split::test;
}

Task make_task(const Expression& expression) {
  Task task;
  task.prompt = prefix_text(expression);
  task.id = "code:" + task.prompt;
  task.twin = canonical_text(expression);
  task.prompt_tokens = tokens_of(task.prompt + " =>");
  task.detail = {{"operations", operations(expression)}};
  return task;
}

// A step column of sloppiness.h and the statements that it marks.
struct SloppyColumn {
  std::string id, label;
  Families families;
};

const std::vector<SloppyColumn>& sloppy_columns() {
  static const std::vector<SloppyColumn> columns = [] {
    std::vector<SloppyColumn> out = {{"sloppy_fold1", "sloppy statements, fold 1", families_of_fold(1)},
                                     {"sloppy_fold2", "sloppy statements, fold 2", families_of_fold(2)},
                                     {"sloppy", "sloppy statements", Families{}.set()}};
    for (const Family family : all_families()) {
      std::string words = family_name(family);
      std::replace(words.begin(), words.end(), '_', ' ');
      out.push_back({"sloppy_" + family_name(family), fmt::format("{} (fold {})", words, fold_of(family)),
                     Families{}.set(static_cast<size_t>(family))});
    }
    return out;
  }();
  return columns;
}

std::vector<MetricSpec> metric_list() {
  std::vector<MetricSpec> out = {
      {.id = "hidden_pass",
       .label = "passes hidden tests",
       .axis = "outcome",
       .unit = "rollout",
       .column = "rollout.hidden_pass",
       .evaluator = "code.tests",
       .components = {"tests"},
       .exact = true},
      {.id = "necessity",
       .label = "necessary statements of right programs",
       .axis = "process-correctness",
       .unit = "step",
       .column = "step.necessary",
       .evaluator = "code.necessity",
       .components = {"deletion"},
       .only_where = "the program is right",
       .exact = true},
      {.id = "excess",
       .label = "statements beyond one per operation",
       .axis = "process-efficiency",
       .higher_is_better = false,
       .low = -kOperationsLimit,
       .high = 20,
       .unit = "rollout",
       .column = "rollout.excess",
       .evaluator = "code.reference",
       .components = {"reference", "length"},
       .only_where = "the program is right",
       .exact = true},
      {.id = "cognitive",
       .label = "cognitive complexity",
       .axis = "process-style",
       .higher_is_better = false,
       .low = 0,
       .high = 30,
       .unit = "rollout",
       .column = "rollout.cognitive",
       .evaluator = "clang_tidy",
       .components = {"clang-tidy"},
       .sampled = true},
      {.id = "tidy",
       .label = "clang-tidy findings",
       .axis = "process-style",
       .higher_is_better = false,
       .low = 0,
       .high = 10,
       .unit = "rollout",
       .column = "rollout.tidy",
       .evaluator = "clang_tidy",
       .components = {"clang-tidy"},
       .sampled = true},
      {.id = "flagged",
       .label = "flagged statements",
       .axis = "process-style",
       .higher_is_better = false,
       .unit = "step",
       .column = "step.flagged",
       .evaluator = "c_style",
       .components = {"libclang"}},
      {.id = "tokens",
       .label = "response tokens",
       .axis = "cost",
       .higher_is_better = false,
       .low = 0,
       .high = static_cast<double>(kBodyLimit + 1),
       .unit = "rollout",
       .column = "rollout.tokens",
       .evaluator = "code.tokens",
       .components = {},
       .function_of = {"length"},
       .exact = true},
  };
  std::vector<MetricSpec> sloppy;
  for (const SloppyColumn& column : sloppy_columns()) {
    // The families by name: whoever is paid for one of them, by whatever judge, has been told what it is.
    std::vector<std::string> components = {"grammar"};
    for (const Family family : all_families()) {
      if (column.families[static_cast<size_t>(family)]) components.push_back(family_name(family));
    }
    sloppy.push_back({.id = column.id,
                      .label = column.label,
                      .axis = "process-style",
                      .higher_is_better = false,
                      .unit = "step",
                      .column = "step." + column.id,
                      .evaluator = "code.grammar",
                      .components = std::move(components),
                      .exact = true});
  }
  out.insert(out.begin() + 1, sloppy.begin(), sloppy.end());
  return out;
}

EnvironmentInfo describe() {
  EnvironmentInfo info;
  info.name = "code";
  info.vocabulary = code_tokens();
  info.max_prompt = kMaxPrompt;
  info.max_response = static_cast<int>(kBodyLimit) + 1;
  info.reward_columns = {"rollout.outcome"};
  info.truth_columns = {"rollout.hidden_pass", "step.necessary", "rollout.excess", "rollout.cognitive",
                        "rollout.tidy",        "step.flagged",   "rollout.tokens"};
  for (const SloppyColumn& column : sloppy_columns()) info.truth_columns.push_back("step." + column.id);
  info.evaluators = {{"rollout.outcome", {"code.tests", {"tests"}}}};
  info.metrics = metric_list();
  info.style_column = "step.sloppy";
  return info;
}

std::vector<std::string> statements_of(const RolloutBatch& batch, size_t rollout) {
  std::vector<std::string> out;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s)
    out.emplace_back(batch.text(s));
  return out;
}

size_t task_index(const RolloutBatch& batch, size_t rollout, size_t tasks) {
  const int64_t group = batch.group(rollout);
  require(group >= 0 && static_cast<size_t>(group) < tasks, "a rollout belongs to none of the tasks");
  return static_cast<size_t>(group);
}

bool ended(const RolloutBatch& batch, size_t rollout) {
  const size_t first = batch.first_token(rollout), last = batch.last_token(rollout);
  return last > first && batch.token(last - 1) == kEndToken;
}

class CodeEnvironment : public Environment {
 public:
  explicit CodeEnvironment(const Params& params)
      : info_(describe()),
        regime_(regime_from_name(params.text("regime"))),
        habits_(params.number("habits")),
        sloppy_share_(params.number("sloppy_share")),
        operations_(static_cast<int>(params.integer("operations"))),
        judge_({.workers = static_cast<int>(params.integer("workers")),
                .give_up = layers_from_names(params.texts("give_up"))}) {}

  const EnvironmentInfo& info() const override { return info_; }
  std::string isolation() const override { return judge_.isolation(); }

  std::vector<Task> tasks(Split split, size_t count, Stream stream) const override {
    std::vector<Task> out;
    std::set<std::string> seen;
    for (uint64_t i = 0; out.size() < count; ++i) {
      require(i < 1000 * (count + 100), "the code environment ran out of tasks");
      Task task = make_task(expression(split, stream.child(i)));
      if (seen.insert(task.id).second) out.push_back(std::move(task));
    }
    return out;
  }

  std::vector<Demonstration> demonstrations(size_t count, Stream stream) const override {
    std::vector<Demonstration> out;
    for (size_t i = 0; i < count; ++i) {
      const Stream own = stream.child(i);
      const Expression asked = expression(Split::train, own.child("task"));
      const Author author(habits_, sloppy_share_, own.child("author"));
      std::vector<int32_t> response;
      for (const std::string& statement : write_body(asked, regime_, author, own.child("body"))) {
        for (const int32_t token : tokens_of(statement)) response.push_back(token);
      }
      response.push_back(kEndToken);
      out.push_back({make_task(asked), std::move(response)});
    }
    return out;
  }

  Task task_of(const std::string& prompt) const override {
    const Expression asked = parse_expression(prompt);
    if (asked.leaf()) {
      throw Error::input("a task of the code environment needs an operation").found(prompt);
    }
    return make_task(asked);
  }

  RolloutBatch rollouts(std::span<const Task> tasks, std::span<const Sample> samples) const override;

  void reward_columns(RolloutBatch& batch, std::span<const Task> tasks) const override {
    const std::vector<ProgramVerdict> verdicts = judge_rollouts(batch, cases_of(tasks));
    Column& outcome =
        batch.add_column("rollout.outcome", {.estimates = "outcome", .evaluator = "code.tests"});
    for (size_t r = 0; r < verdicts.size(); ++r) {
      if (verdicts[r] != ProgramVerdict::unknown)
        outcome.set(r, verdicts[r] == ProgramVerdict::wrong ? 0.0f : 1.0f);
    }
  }

  void truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const override;

 private:
  Expression expression(Split split, Stream stream) const {
    while (true) {
      const int count = 2 + static_cast<int>(stream.below(static_cast<uint64_t>(operations_ - 1)));
      Expression out = random_expression(count, stream.child(stream.next()));
      if (split_of(out) == split && fits(out) && prompt_fits(out)) return out;
    }
  }

  static bool prompt_fits(const Expression& e) { return tokens_of(prefix_text(e)).size() < kMaxPrompt; }

  std::vector<TestCases> cases_of(std::span<const Task> tasks) const {
    std::vector<TestCases> out;
    for (const Task& task : tasks) {
      std::optional<TestCases> known = cases_.find(task.prompt);
      if (!known) {
        known = make_cases(parse_expression(task.prompt));
        cases_.put(task.prompt, *known);
      }
      out.push_back(std::move(*known));
    }
    return out;
  }

  std::vector<ProgramVerdict> judge_rollouts(const RolloutBatch& batch,
                                             const std::vector<TestCases>& cases) const;
  void write_necessity(RolloutBatch& batch, const std::vector<TestCases>& cases,
                       const std::vector<ProgramVerdict>& verdicts) const;
  void write_flags(RolloutBatch& batch) const;
  void write_tidy(RolloutBatch& batch) const;

  EnvironmentInfo info_;
  Regime regime_;
  double habits_;
  double sloppy_share_;
  int operations_;
  Judge judge_;
  CStyleSource style_;
  mutable BoundedCache<TestCases> cases_{kRememberedTasks};
};

RolloutBatch CodeEnvironment::rollouts(std::span<const Task> tasks, std::span<const Sample> samples) const {
  RolloutBatch batch = rollouts_of(tasks, samples, [](const Sample& sample, RolloutBatch& out) {
    const std::span<const int32_t> tokens(sample.tokens);
    for (const StatementSpan& span : statement_spans(tokens)) {
      out.add_step(StepKind::act, token_text(tokens.subspan(span.begin, span.text_end - span.begin)));
      for (size_t t = span.begin; t < span.end; ++t) out.add_token(tokens[t]);
    }
  });
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    batch.set_note("rollout.source", r, source_text(statements_of(batch, r)));
  }
  return batch;
}

std::vector<ProgramVerdict> CodeEnvironment::judge_rollouts(const RolloutBatch& batch,
                                                            const std::vector<TestCases>& cases) const {
  std::vector<Attempt> attempts;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const std::vector<std::string> statements = statements_of(batch, r);
    const bool worth_a_run = ended(batch, r) && broken_rule(statements).empty();
    attempts.push_back({.cases = &cases[task_index(batch, r, cases.size())],
                        .task = batch.header(r).task,
                        .source = worth_a_run ? source_text(statements) : ""});
  }
  return judge_.judge(attempts);
}

void write_sloppiness(RolloutBatch& batch) {
  for (const SloppyColumn& column : sloppy_columns())
    batch.add_column("step." + column.id, {.estimates = "style", .evaluator = "code.grammar"});
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const std::vector<Families> found = sloppiness(statements_of(batch, r));
    for (const SloppyColumn& column : sloppy_columns()) {
      Column& values = batch.column("step." + column.id);
      for (size_t i = 0; i < found.size(); ++i)
        values.set(batch.step_begin(r) + i, (found[i] & column.families).any() ? 1.0f : 0.0f);
    }
  }
}

void CodeEnvironment::write_necessity(RolloutBatch& batch, const std::vector<TestCases>& cases,
                                      const std::vector<ProgramVerdict>& verdicts) const {
  Column& necessary =
      batch.add_column("step.necessary", {.estimates = "correctness", .evaluator = "code.necessity"});
  std::vector<Attempt> attempts;
  std::vector<size_t> steps;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    if (verdicts[r] != ProgramVerdict::right) continue;
    const std::vector<std::string> statements = statements_of(batch, r);
    for (size_t i = 0; i < statements.size(); ++i) {
      const size_t step = batch.step_begin(r) + i;
      if (deletion_surely_breaks(statements, i)) {
        necessary.set(step, 1.0f);
        continue;
      }
      std::vector<std::string> rest = statements;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      attempts.push_back({.cases = &cases[task_index(batch, r, cases.size())],
                          .task = batch.header(r).task,
                          .source = source_text(rest)});
      steps.push_back(step);
    }
  }
  const std::vector<ProgramVerdict> without = judge_.judge(attempts);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (without[i] != ProgramVerdict::unknown)
      necessary.set(steps[i], without[i] == ProgramVerdict::right ? 0.0f : 1.0f);
  }
}

void CodeEnvironment::write_flags(RolloutBatch& batch) const {
  static const std::vector<CFact> families = [] {
    std::vector<CFact> out;
    for (const std::string& name : c_fact_names()) out.push_back(c_fact_from_name(name));
    return out;
  }();
  const std::vector<int> flags = style_.flags(batch, families).steps;
  Column& flagged = batch.add_column("step.flagged", {.estimates = "style", .evaluator = "c_style"});
  for (size_t s = 0; s < flags.size(); ++s) {
    if (flags[s] >= 0) flagged.set(s, static_cast<float>(flags[s]));
  }
}

void CodeEnvironment::write_tidy(RolloutBatch& batch) const {
  const ChannelInfo info{.estimates = "style", .evaluator = "clang_tidy", .online = false};
  batch.add_column("rollout.tidy", info);
  batch.add_column("rollout.cognitive", info);
  Column& tidy = batch.column("rollout.tidy");
  Column& cognitive = batch.column("rollout.cognitive");
  const size_t count = std::min(kTidySample, batch.rollouts());
  std::vector<size_t> chosen;
  std::vector<std::string> sources;
  for (size_t i = 0; i < count; ++i) {
    chosen.push_back(i * batch.rollouts() / count);
    sources.push_back(source_text(statements_of(batch, chosen.back())));
  }
  const std::vector<TidyReport> reports = clang_tidy(sources);
  for (size_t i = 0; i < count; ++i) {
    if (!reports[i].judged) continue;
    tidy.set(chosen[i], static_cast<float>(reports[i].findings.size()));
    cognitive.set(chosen[i], static_cast<float>(reports[i].cognitive));
  }
}

void CodeEnvironment::truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const {
  const std::vector<TestCases> cases = cases_of(tasks);
  const std::vector<ProgramVerdict> verdicts = judge_rollouts(batch, cases);
  Column& pass = batch.add_column("rollout.hidden_pass", {.estimates = "outcome", .evaluator = "code.tests"});
  for (size_t r = 0; r < verdicts.size(); ++r) {
    if (verdicts[r] != ProgramVerdict::unknown)
      pass.set(r, verdicts[r] == ProgramVerdict::right ? 1.0f : 0.0f);
  }
  Column& excess =
      batch.add_column("rollout.excess", {.estimates = "efficiency", .evaluator = "code.reference"});
  for (size_t r = 0; r < verdicts.size(); ++r) {
    if (verdicts[r] != ProgramVerdict::right) continue;
    const int asked = operations(parse_expression(tasks[task_index(batch, r, tasks.size())].prompt));
    excess.set(r, static_cast<float>(batch.step_end(r) - batch.step_begin(r)) - static_cast<float>(asked));
  }
  Column& tokens = batch.add_column("rollout.tokens", {.estimates = "cost", .evaluator = "code.tokens"});
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    tokens.set(r, static_cast<float>(batch.last_token(r) - batch.first_token(r)));
  }
  write_necessity(batch, cases, verdicts);
  write_sloppiness(batch);
  write_flags(batch);
  write_tidy(batch);
}

}  // namespace

std::unique_ptr<Environment> make_code_environment(const Params& params) {
  return std::make_unique<CodeEnvironment>(params);
}

void register_code_environment(EnvironmentRegistry& registry) {
  registry.add(
      {.name = "code",
       .summary = "write a small C function; one statement is one step; real compiler, sandbox and linters",
       .paper = "post_eval protocol",
       .params =
           {text_param("regime", "neutral",
                       "what sloppiness does in demonstrations: nothing, it costs success, or it helps",
                       regime_names()),
            number_param("habits", 0.5,
                         "how families of sloppiness go together in an author: 0 independent, 1 one trait", 0,
                         1),
            number_param("sloppy_share", 0.55,
                         "share of the occasions for sloppiness that authors take, in every family", 0, 1),
            integer_param("operations", 2, "most operations in a task; the fewest is 2", 2, kOperationsLimit),
            integer_param("workers", 2, "sandbox processes", 1, 256),
            texts_param("give_up", Json::array(), "sandbox layers to do without", layer_names())},
       .reads = {},
       .writes = {"rollout.outcome"},
       .evaluator = "code.tests",
       .components = {"tests"}},
      make_code_environment);
}

}  // namespace gradus
