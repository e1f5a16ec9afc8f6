#include "gradus/env/calculator/environment.h"

#include <fmt/format.h>

#include "gradus/env/calculator/dataflow.h"
#include "gradus/env/calculator/task.h"
#include "gradus/env/calculator/trace.h"
#include "gradus/env/sampled.h"

namespace gradus {
namespace {

using namespace calculator;

constexpr int kSpareCalls = 2;  // calls of a response beyond the needed ones

struct CalculatorOptions {
  int operations = 2;
  double failing = 0.5;
  double trivial = 0.2;
};

// Eight chains of ten train, one validates, one tests.
Split split_of(const Chain& chain) {
  const uint64_t tenth = hash64(chain.text()) % 10;
  return tenth < 8 ? Split::train : tenth == 8 ? Split::validation : Split::test;
}

EnvironmentInfo describe(const CalculatorOptions& options) {
  EnvironmentInfo info;
  info.name = "calculator";
  info.vocabulary = token_texts();
  info.max_prompt = 2 * options.operations + 3;  // <begin> d op d ... ?
  const int calls = options.operations + kSpareCalls;
  info.max_response = calls * static_cast<int>(kCallTokens + 1) + 3;  // ANS d <end>
  info.reward_columns = {"rollout.outcome", "step.call_ok"};
  info.truth_columns = {
      "rollout.correct", "step.error_free",          "step.failed",     "step.useful", "step.recovered",
      "rollout.calls",   "rollout.error_free_trace", "rollout.grounded"};
  info.evaluators["rollout.outcome"] = {"calculator.answer", {"calculator.answer"}};
  info.evaluators["step.call_ok"] = {"calculator.status", {"calculator.status"}};
  info.metrics = {
      {.id = "correct",
       .label = "Right answer",
       .axis = "outcome",
       .chance = 1.0 / 9,  // an answer is a digit 1..9
       .unit = "rollout",
       .column = "rollout.correct",
       .evaluator = "calculator.answer",
       .components = {"calculator.answer"},
       .exact = true},
      {.id = "error_free_calls",
       .label = "Calls without error",
       .axis = "process-correctness",
       .unit = "step",
       .column = "step.error_free",
       .evaluator = "calculator.status",
       .components = {"calculator.status"},
       .exact = true},
      {.id = "error_free_trace",
       .label = "Traces without a failed call",
       .axis = "process-correctness",
       .unit = "rollout",
       .column = "rollout.error_free_trace",
       .evaluator = "calculator.trace",
       .components = {"calculator.status"},
       .function_of = {"calculator.status"},
       .exact = true},
      {.id = "recovered",
       .label = "Failed calls followed by a good one",
       .axis = "process-correctness",
       .unit = "step",
       .column = "step.recovered",
       .evaluator = "calculator.recovery",
       .components = {"calculator.status"},
       .function_of = {"calculator.status"},
       .only_where = "a call failed",
       .exact = true},
      {.id = "useful_calls",
       .label = "Results that the answer needs",
       .axis = "process-efficiency",
       .unit = "step",
       .column = "step.useful",
       .evaluator = "calculator.dataflow",
       .components = {"calculator.dataflow"},
       .exact = true},
      {.id = "grounded",
       .label = "Answers that the calculator gave",
       .axis = "process-correctness",
       .unit = "rollout",
       .column = "rollout.grounded",
       .evaluator = "calculator.dataflow",
       .components = {"calculator.dataflow"},
       .exact = true},
      {.id = "calls",
       .label = "Calls",
       .axis = "cost",
       .higher_is_better = false,
       .high = static_cast<double>(calls),
       .unit = "rollout",
       .column = "rollout.calls",
       .evaluator = "calculator.count",
       .components = {"calculator.count"},
       .function_of = {"length"},
       .exact = true},
  };
  info.style_column = "step.failed";
  return info;
}

class CalculatorEnvironment : public Environment {
 public:
  explicit CalculatorEnvironment(const CalculatorOptions& options)
      : options_(options), info_(describe(options)) {}

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
      shown.response = show(parse_chain(shown.task.prompt), own.child("style"));
      out.push_back(std::move(shown));
    }
    return out;
  }

  std::vector<int32_t> observe(const Task&, std::span<const int32_t> response) const override {
    const auto token = answer_due(response);
    return token ? std::vector<int32_t>{*token} : std::vector<int32_t>{};
  }

  RolloutBatch rollouts(std::span<const Task> tasks, std::span<const Sample> samples) const override;
  void reward_columns(RolloutBatch& batch, std::span<const Task> tasks) const override;
  void truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const override;

 private:
  Task task(Split split, Stream stream) const;
  std::vector<int32_t> show(const Chain& chain, Stream stream) const;

  CalculatorOptions options_;
  EnvironmentInfo info_;
};

Task CalculatorEnvironment::task(Split split, Stream stream) const {
  for (;;) {
    const Chain chain = draw_chain(options_.operations, stream);
    if (split_of(chain) != split) continue;
    Task task;
    task.prompt = chain.text();
    task.id = "calculator: " + task.prompt;
    task.twin = chain.canonical();
    task.prompt_tokens = encode(task.prompt);
    task.prompt_tokens.insert(task.prompt_tokens.begin(), kBegin);
    task.detail = {{"answer", chain.answer()}};
    return task;
  }
}

// Needed calls in order, each perhaps after one that fails (operands first, operation last), one of them
// perhaps after the trivial call; at most kSpareCalls that are not needed. A failed call is as long as a good
// one.
std::vector<int32_t> CalculatorEnvironment::show(const Chain& chain, Stream stream) const {
  std::vector<int32_t> response;
  int spare = kSpareCalls;
  const auto call = [&](const std::string& text) {
    for (const int32_t token : encode("CALL " + text)) response.push_back(token);
    response.push_back(*answer_due(response));
  };
  const std::vector<Operation> nodes = chain.nodes();
  const size_t trivial_at =
      stream.chance(options_.trivial) ? static_cast<size_t>(stream.below(nodes.size())) : nodes.size();
  if (trivial_at < nodes.size()) --spare;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Operation& node = nodes[i];
    if (i == trivial_at) call("0 + 0");
    if (spare > 0 && stream.chance(options_.failing)) {
      call(fmt::format("{} {} {}", node.left, node.right, node.op));
      --spare;
    }
    call(fmt::format("{} {} {}", node.left, node.op, node.right));
  }
  for (const int32_t token : encode(fmt::format("ANS {}", chain.answer()))) response.push_back(token);
  response.push_back(kEnd);
  return response;
}

StepKind kind_of(EventKind kind) {
  switch (kind) {
    case EventKind::call:
      return StepKind::act;
    case EventKind::observation:
      return StepKind::observe;
    case EventKind::answer:
      return StepKind::answer;
    case EventKind::stray:
      return StepKind::reason;
  }
  throw Error::internal("an event without a kind of step");
}

void add_steps(const Sample& sample, RolloutBatch& batch) {
  const std::span<const int32_t> tokens = sample.tokens;
  for (const Event& event : read_trace(tokens, sample.observed).events) {
    const bool ends = tokens[event.end - 1] == kEnd;
    const size_t written = event.end - (ends ? 1 : 0);
    batch.add_step(kind_of(event.kind), decode(tokens.subspan(event.begin, written - event.begin)));
    for (size_t i = event.begin; i < event.end; ++i) batch.add_token(tokens[i]);
  }
}

RolloutBatch CalculatorEnvironment::rollouts(std::span<const Task> tasks,
                                             std::span<const Sample> samples) const {
  return rollouts_of(tasks, samples, add_steps);
}

// The trace of a rollout: one event per step.
Trace trace_of(const RolloutBatch& batch, size_t rollout) {
  std::vector<int32_t> tokens;
  std::vector<uint8_t> observed;
  for (size_t s = batch.step_begin(rollout); s < batch.step_end(rollout); ++s) {
    for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t) {
      tokens.push_back(batch.token(t));
      observed.push_back(batch.kind(s) == StepKind::observe ? 1 : 0);
    }
  }
  Trace trace = read_trace(tokens, observed);
  if (trace.events.size() != batch.step_end(rollout) - batch.step_begin(rollout)) {
    throw Error::input("the steps of a calculator rollout are not its calls, observations and answers")
        .field(batch.header(rollout).id)
        .hint("make the batch with the environment's rollouts()");
  }
  return trace;
}

Chain chain_of(const RolloutBatch& batch, size_t rollout, std::span<const Task> tasks) {
  return parse_chain(tasks[static_cast<size_t>(batch.group(rollout))].prompt);
}

float number(bool value) {
  return value ? 1.0f : 0.0f;
}

void CalculatorEnvironment::reward_columns(RolloutBatch& batch, std::span<const Task> tasks) const {
  Column& outcome = batch.add_column(
      "rollout.outcome", {.estimates = "outcome", .evaluator = "calculator.answer", .online = false});
  Column& ok =
      batch.add_column("step.call_ok", {.estimates = "correctness", .evaluator = "calculator.status"});
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const Trace trace = trace_of(batch, r);
    outcome.set(r, number(trace.answer == chain_of(batch, r, tasks).answer()));
    for (size_t i = 0; i < trace.events.size(); ++i) {
      if (trace.events[i].ran) ok.set(batch.step_begin(r) + i, number(trace.events[i].ok()));
    }
  }
}

// The next call after event `i` that ran has a result.
bool recovers(const Trace& trace, size_t i) {
  for (size_t j = i + 1; j < trace.events.size(); ++j) {
    if (trace.events[j].ran) return trace.events[j].ok();
  }
  return false;
}

void CalculatorEnvironment::truth_columns(RolloutBatch& batch, std::span<const Task> tasks) const {
  const auto add = [&](const char* name, const char* estimates, const char* evaluator) -> Column& {
    return batch.add_column(name, {.estimates = estimates, .evaluator = evaluator, .online = false});
  };
  Column& correct = add("rollout.correct", "outcome", "calculator.answer");
  Column& error_free = add("step.error_free", "correctness", "calculator.status");
  Column& failed = add("step.failed", "style", "calculator.status");
  Column& useful = add("step.useful", "progress", "calculator.dataflow");
  Column& recovered = add("step.recovered", "correctness", "calculator.recovery");
  Column& calls = add("rollout.calls", "cost", "calculator.count");
  Column& clean_trace = add("rollout.error_free_trace", "correctness", "calculator.trace");
  Column& is_grounded = add("rollout.grounded", "correctness", "calculator.dataflow");
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    const Trace trace = trace_of(batch, r);
    const Chain chain = chain_of(batch, r, tasks);
    const auto needed = useful_calls(chain, trace);
    size_t ran = 0, good = 0;
    for (size_t i = 0; i < trace.events.size(); ++i) {
      const Event& event = trace.events[i];
      const size_t s = batch.step_begin(r) + i;
      if (!event.ran) continue;
      ++ran;
      good += event.ok() ? 1 : 0;
      error_free.set(s, number(event.ok()));
      failed.set(s, number(!event.ok()));
      if (needed[i]) useful.set(s, number(*needed[i]));
      if (!event.ok()) recovered.set(s, number(recovers(trace, i)));
    }
    correct.set(r, number(trace.answer == chain.answer()));
    calls.set(r, static_cast<float>(ran));
    if (ran > 0) clean_trace.set(r, number(good == ran));
    if (const auto from_calculator = grounded(chain, trace)) is_grounded.set(r, number(*from_calculator));
  }
}

}  // namespace

void register_calculator_environment(EnvironmentRegistry& registry) {
  registry.add(
      {.name = "calculator",
       .summary =
           "one-digit arithmetic with a calculator that can fail: which calls were needed, which failed",
       .params = {integer_param("operations", 2, "operations of a task", 1, kMaxOperations),
                  number_param("failing", 0.5,
                               "share of needed calls that fail once first, in demonstrations", 0, 1),
                  number_param("trivial", 0.2, "share of demonstrations with a useless call 0 + 0", 0, 1)},
       .evaluator = "calculator.answer",
       .components = {"calculator.answer"}},
      [](const Params& params) {
        return std::make_unique<CalculatorEnvironment>(
            CalculatorOptions{.operations = static_cast<int>(params.integer("operations")),
                              .failing = params.number("failing"),
                              .trivial = params.number("trivial")});
      });
}

}  // namespace gradus
