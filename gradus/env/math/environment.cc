#include "gradus/env/math/environment.h"

#include <fmt/format.h>

#include "gradus/env/math/checker.h"
#include "gradus/env/math/generator.h"
#include "gradus/env/math/injection.h"
#include "gradus/env/math/solution.h"
#include "gradus/env/math/vocabulary.h"
#include "gradus/env/sampled.h"

namespace gradus {
namespace {

using namespace math;

// Eight problem cores of ten train, one validates, one tests.
Split split_of(uint64_t core) {
  const uint64_t tenth = core % 10;
  return tenth < 8 ? Split::train : tenth == 8 ? Split::validation : Split::test;
}

struct MathOptions {
  DrawOptions draw;
  double padded = 0.3;
};

EnvironmentInfo describe(const MathOptions& options, const Vocabulary& vocabulary) {
  const int defined = options.draw.steps + options.draw.distractors;
  EnvironmentInfo info;
  info.name = "math";
  info.vocabulary = vocabulary.texts();
  // <begin> mod m ;   name = n ;   name = x op y ;   ? name
  info.max_prompt = 4 + 4 * given_count(options.draw.steps) + 6 * defined + 2;
  // A step has eleven symbols and a line end; every quantity once and one more; "answer n" and the end token.
  info.max_response = 12 * (defined + 1) + 3;
  info.reward_columns = {"rollout.outcome"};
  info.truth_columns = {"rollout.correct",     "step.valid",          "step.redundant", "step.repeated",
                        "rollout.first_error", "rollout.valid_share", "rollout.sound"};
  info.evaluators["rollout.outcome"] = {"math.answer", {"math.answer"}};
  const auto metric = [&](const char* id, const char* label, const char* axis, const char* column,
                          const char* unit, const char* evaluator, bool higher) {
    info.metrics.push_back({.id = id,
                            .label = label,
                            .axis = axis,
                            .higher_is_better = higher,
                            .unit = unit,
                            .column = column,
                            .evaluator = evaluator,
                            .components = {evaluator},
                            .exact = true});
  };
  metric("correct", "Right answer", "outcome", "rollout.correct", "rollout", "math.answer", true);
  info.metrics.back().chance = 1.0 / options.draw.modulus;
  metric("valid_steps", "Valid steps", "process-correctness", "rollout.valid_share", "rollout",
         "math.checker", true);
  metric("sound", "Derivation without any error", "process-correctness", "rollout.sound", "rollout",
         "math.checker", true);
  metric("redundant_steps", "Steps that the answer does not need", "process-efficiency", "step.redundant",
         "step", "math.checker", false);
  metric("repeated_steps", "Repeated steps", "process-efficiency", "step.repeated", "step", "math.checker",
         false);
  info.metrics.back().function_of = {"occurrences"};
  info.style_column = "step.redundant";
  return info;
}

class MathEnvironment : public Environment {
 public:
  explicit MathEnvironment(const MathOptions& options)
      : options_(options),
        vocabulary_(options.draw.modulus,
                    given_count(options.draw.steps) + options.draw.steps + options.draw.distractors),
        info_(describe(options, vocabulary_)) {}

  const EnvironmentInfo& info() const override { return info_; }

  std::vector<Task> tasks(Split split, size_t count, Stream stream) const override {
    std::vector<Task> out;
    for (size_t i = 0; i < count; ++i) out.push_back(task(split, stream.child(i)));
    return out;
  }

  std::vector<Demonstration> demonstrations(size_t count, Stream stream) const override {
    std::vector<Demonstration> out;
    for (size_t i = 0; i < count; ++i) {
      const Stream own = stream.child(i);
      Demonstration shown{.task = task(Split::train, own.child("task"))};
      shown.response =
          vocabulary_.encode(join_lines(show(parse_problem(shown.task.prompt), own.child("style"))));
      shown.response.push_back(Vocabulary::kEnd);
      out.push_back(std::move(shown));
    }
    return out;
  }

  RolloutBatch rollouts(std::span<const Task> tasks, std::span<const Sample> samples) const override;
  void reward_columns(RolloutBatch& batch, std::span<const Task> tasks) const override;
  void truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const override;

 private:
  Task task(Split split, Stream stream) const;
  std::vector<std::string> show(const Problem& problem, Stream stream) const;
  void add_steps(const Sample& sample, RolloutBatch& batch) const;

  MathOptions options_;
  Vocabulary vocabulary_;
  EnvironmentInfo info_;
};

Task MathEnvironment::task(Split split, Stream stream) const {
  for (;;) {
    const DrawnProblem drawn = draw_problem(options_.draw, stream);
    if (split_of(drawn.core) != split) continue;
    Task task;
    task.prompt = to_text(drawn.problem);
    task.id = fmt::format("math-{:016x}", hash64(task.prompt));
    task.twin = fmt::format("math-{:016x}", drawn.core);
    task.prompt_tokens = vocabulary_.encode(task.prompt);
    task.prompt_tokens.insert(task.prompt_tokens.begin(), Vocabulary::kBegin);
    task.detail = {{"answer", *values(drawn.problem)[index_of(drawn.problem.target)]}};
    return task;
  }
}

// A reference solution, in a share of the demonstrations with one step that the answer does not need.
std::vector<std::string> MathEnvironment::show(const Problem& problem, Stream stream) const {
  const std::vector<std::string> lines = reference_solution(problem);
  if (!stream.chance(options_.padded)) return lines;
  const auto flaw = stream.chance(0.5) ? Flaw::repeated_step : Flaw::redundant_step;
  const auto at = static_cast<size_t>(stream.below(lines.size() - 1));
  for (const Flaw kind : {flaw, Flaw::repeated_step}) {
    if (auto padded = inject(problem, lines, kind, at, stream.child("padding")))
      return std::move(padded->lines);
  }
  throw Error::internal("a step of a solution can always be repeated");
}

void MathEnvironment::add_steps(const Sample& sample, RolloutBatch& batch) const {
  const std::span<const int32_t> tokens = sample.tokens;
  for (size_t begin = 0; begin < tokens.size();) {
    size_t end = begin;
    while (end < tokens.size() && tokens[end] != vocabulary_.line_end()) ++end;
    if (end < tokens.size()) ++end;  // the line end belongs to its step
    if (end + 1 == tokens.size() && tokens[end] == Vocabulary::kEnd)
      ++end;  // so does the end of the response
    size_t written = end;
    while (written > begin &&
           (tokens[written - 1] == Vocabulary::kEnd || tokens[written - 1] == vocabulary_.line_end())) {
      --written;
    }
    const StepKind kind = tokens[begin] == vocabulary_.answer() ? StepKind::answer : StepKind::reason;
    batch.add_step(kind, vocabulary_.decode(tokens.subspan(begin, written - begin)));
    for (size_t i = begin; i < end; ++i) batch.add_token(tokens[i]);
    begin = end;
  }
}

RolloutBatch MathEnvironment::rollouts(std::span<const Task> tasks, std::span<const Sample> samples) const {
  return rollouts_of(tasks, samples,
                     [this](const Sample& sample, RolloutBatch& batch) { add_steps(sample, batch); });
}

SolutionVerdict judge(const RolloutBatch& batch, size_t rollout, std::span<const Task> tasks) {
  std::vector<std::string> lines;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s)
    lines.emplace_back(batch.text(s));
  return check_solution(parse_problem(tasks[static_cast<size_t>(batch.group(rollout))].prompt), lines);
}

void MathEnvironment::reward_columns(RolloutBatch& batch, std::span<const Task> tasks) const {
  Column& outcome = batch.add_column("rollout.outcome",
                                     {.estimates = "outcome", .evaluator = "math.answer", .online = false});
  for (size_t r = 0; r < batch.rollouts(); ++r) outcome.set(r, judge(batch, r, tasks).correct ? 1.0f : 0.0f);
}

void MathEnvironment::truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const {
  const auto add = [&](const char* name, const char* estimates, const char* evaluator) -> Column& {
    return batch.add_column(name, {.estimates = estimates, .evaluator = evaluator, .online = false});
  };
  Column& correct = add("rollout.correct", "outcome", "math.answer");
  Column& valid = add("step.valid", "correctness", "math.checker");
  Column& redundant = add("step.redundant", "style", "math.checker");
  Column& repeated = add("step.repeated", "style", "math.checker");
  Column& first_error = add("rollout.first_error", "correctness", "math.checker");
  Column& valid_share = add("rollout.valid_share", "correctness", "math.checker");
  Column& sound = add("rollout.sound", "correctness", "math.checker");
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const SolutionVerdict verdict = judge(batch, r, tasks);
    correct.set(r, verdict.correct ? 1.0f : 0.0f);
    if (verdict.first_error) first_error.set(r, static_cast<float>(*verdict.first_error));
    size_t steps = 0, valid_steps = 0;
    for (size_t i = 0; i < verdict.steps.size(); ++i) {
      const size_t s = batch.step_begin(r) + i;
      const StepVerdict& step = verdict.steps[i];
      const bool is_valid = step.label != StepLabel::invalid;
      valid.set(s, is_valid ? 1.0f : 0.0f);
      if (step.answer) continue;
      redundant.set(s, step.label == StepLabel::redundant ? 1.0f : 0.0f);
      repeated.set(s, step.label == StepLabel::repeated ? 1.0f : 0.0f);
      ++steps;
      valid_steps += is_valid ? 1 : 0;
    }
    if (steps == 0) continue;
    valid_share.set(r, static_cast<float>(valid_steps) / static_cast<float>(steps));
    sound.set(r, valid_steps == steps ? 1.0f : 0.0f);
  }
}

}  // namespace

void register_math_environment(EnvironmentRegistry& registry) {
  registry.add(
      {.name = "math",
       .summary =
           "multi-step modular arithmetic over a dependency graph, with an exact checker of every step",
       .params = {integer_param("steps", 4, "steps that the answer needs", 1, kMaxSteps),
                  integer_param("distractors", 2, "defined quantities that it does not need", 0,
                                kMaxDistractors),
                  integer_param("modulus", 17, "all arithmetic is modulo this", 5, 97),
                  number_param("padded", 0.3, "share of demonstrations with a redundant or repeated step", 0,
                               1)},
       .evaluator = "math.answer",
       .components = {"math.answer"}},
      [](const Params& params) {
        MathOptions options;
        options.draw = {.steps = static_cast<int>(params.integer("steps")),
                        .distractors = static_cast<int>(params.integer("distractors")),
                        .modulus = static_cast<int>(params.integer("modulus"))};
        options.padded = params.number("padded");
        return std::make_unique<MathEnvironment>(options);
      });
}

}  // namespace gradus
