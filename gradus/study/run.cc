#include "gradus/study/run.h"

#include <cmath>
#include <fmt/format.h>

#include "gradus/eval/metrics.h"
#include "gradus/study/drift.h"

namespace gradus {

namespace {

// Standard deviation over rollouts, kept as sums so that it goes on after a checkpoint.
struct Spread {
  double count = 0, sum = 0, squares = 0;
  void add(double value) {
    count += 1;
    sum += value;
    squares += value * value;
  }
  Json json() const { return {count, sum, squares}; }
  static Spread from(const Json& json) { return {json[0], json[1], json[2]}; }
};

struct Progress {
  int64_t rollouts = 0, tokens = 0;
  Spread outcome, process;
  Json memory;  // of the operators

  Json json() const {
    return {{"rollouts", rollouts},
            {"tokens", tokens},
            {"outcome", outcome.json()},
            {"process", process.json()},
            {"memory", memory}};
  }
  static Progress from(const Json& json) {
    return {json["rollouts"], json["tokens"], Spread::from(json["outcome"]), Spread::from(json["process"]),
            json.value("memory", Json())};
  }
};

// Adds the valid values of a step column to the total of their rollout.
void add_totals(const RolloutBatch& batch, const std::string& name, std::vector<double>& totals) {
  const Column& column = batch.column(name);
  if (column.level() != Level::step) return;
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      if (column.valid(s)) totals[r] += column[s];
    }
  }
}

// Runs the pipeline and counts what it paid: per-rollout totals of the raw process rewards, before any
// shaping.
void pay(const Pipeline& pipeline, const EnvironmentInfo& info, RolloutBatch& batch, OperatorContext context,
         Progress& progress) {
  const std::set<Evaluator> reaching = pipeline.evaluators_of("token.advantage");
  std::vector<double> totals(batch.rollouts(), 0.0);
  for (const auto& [name, judge] : info.evaluators) {
    if (reaching.count({judge.first, {}}) && batch.has_column(name)) add_totals(batch, name, totals);
  }
  context.memory = &progress.memory;
  pipeline.apply(batch, context, [&](const Spec& spec, const std::vector<std::string>& written) {
    if (spec.evaluator.empty()) return;
    for (const std::string& name : written) add_totals(batch, name, totals);
  });
  progress.rollouts += static_cast<int64_t>(batch.rollouts());
  progress.tokens += static_cast<int64_t>(batch.tokens());
  const Column& outcome = batch.column("rollout.outcome");
  for (size_t r = 0; r < batch.rollouts(); ++r) {
    progress.process.add(totals[r]);
    if (outcome.valid(r)) progress.outcome.add(outcome[r]);
  }
}

// The first rollouts as token ids and observation flags: enough to build them again for the report.
Json viewer_samples(const RolloutBatch& batch, int tasks, int samples) {
  Json out = Json::array();
  const size_t count = std::min(batch.rollouts(), static_cast<size_t>(tasks) * static_cast<size_t>(samples));
  for (size_t r = 0; r < count; ++r) {
    Json tokens = Json::array(), observed = Json::array();
    for (size_t s = batch.step_begin(r); s < batch.step_end(r); ++s) {
      for (size_t t = batch.token_begin(s); t < batch.token_end(s); ++t) {
        tokens.push_back(batch.token(t));
        observed.push_back(batch.kind(s) == StepKind::observe ? 1 : 0);
      }
    }
    out.push_back({std::move(tokens), std::move(observed)});
  }
  return out;
}

template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json judge(const RunContext& context, Policy& policy, Policy& base, const RunPoint& point,
           const Stream& stream) {
  const EvaluationSpec& evaluation = context.spec.evaluation;
  const EnvironmentInfo& info = context.environment.info();
  const std::vector<Task> tasks =
      evaluation_tasks(context.spec, context.environment, static_cast<size_t>(point.seed));
  RolloutBatch batch = roll_out(policy, context.environment, tasks, evaluation.samples, 1.0, stream);
  Json samples = viewer_samples(batch, evaluation.viewer, evaluation.samples);
  context.environment.truth_columns(batch, tasks);
  add_base_logprobs(base, batch);
  add_drift(batch);
  EvalTable table(study_metrics(info));
  const std::string pass = table.metric(evaluation.constraint).column;
  record_metrics(batch, tasks, {.run = point, .pass_column = pass, .style_column = info.style_column}, table);
  Json entries = Json::array();
  for (const auto& [key, entry] : table.slice(point.arm, point.update)) {
    entries.push_back(
        {key.task, key.sample, optional_json(entry.passed), optional_json(entry.sloppy), Json::array()});
    for (const std::optional<float>& value : entry.values)
      entries.back().back().push_back(optional_json(value));
  }
  return {{"entries", std::move(entries)}, {"samples", std::move(samples)}};
}

// True when every checkpoint up to `update` still has its evaluation.
bool complete(const std::vector<std::pair<int, Json>>& evaluations, int update, const StudySpec& spec) {
  size_t expected = 0;
  for (int u = 1; u <= update; ++u) expected += u % spec.evaluation.every == 0 || u == spec.training.updates;
  return evaluations.size() >= expected;
}

constexpr int kFitCheckpoints = 10;  // of a supervised training: what a kill costs at most is a tenth of it

// From the bytes of a supervised training that was stopped: the steps that it took.
int continue_fit(const std::string& bytes, Policy& policy) {
  const size_t line = bytes.find('\n');
  require(line != std::string::npos, "an unfinished base policy says its steps");
  policy.load(std::string_view(bytes).substr(line + 1));
  return std::stoi(bytes);
}

}  // namespace

void RunContext::check_stop() const {
  if (stop) throw Error::cancelled("stopped; run the same command again to go on from here");
}

std::vector<Task> evaluation_tasks(const StudySpec& spec, const Environment& environment, size_t seed) {
  try {
    return distinct_tasks(environment, Split::test, static_cast<size_t>(spec.evaluation.tasks),
                          Stream(spec.seeds[seed]).child("evaluation tasks"));
  } catch (Error& error) {
    throw error.at(spec.file).field("evaluation.tasks");
  }
}

RolloutBatch roll_out(Policy& policy, const Environment& environment, std::span<const Task> tasks,
                      int samples, double temperature, const Stream& stream) {
  std::vector<SampleRequest> requests;
  for (size_t i = 0; i < tasks.size() * static_cast<size_t>(samples); ++i) {
    requests.push_back({tasks[i / static_cast<size_t>(samples)].prompt_tokens, stream.child(i).key()});
  }
  const Observer observer = [&](size_t row, std::span<const int32_t> response) {
    return environment.observe(tasks[row / static_cast<size_t>(samples)], response);
  };
  const SamplingOptions options{.temperature = temperature, .max_tokens = environment.info().max_response};
  return environment.rollouts(tasks, policy.sample(requests, options, observer));
}

std::string base_policy(const RunContext& context, size_t base) {
  const StudySpec& spec = context.spec;
  const std::string key = spec.key_of_base(base);
  if (const auto found = context.store.artifact(key)) return *found;
  const Stream stream = Stream(spec.seeds[base]).child("base policy");
  std::vector<Example> examples;
  for (const Demonstration& shown : context.environment.demonstrations(
           static_cast<size_t>(spec.demonstrations), stream.child("demonstrations"))) {
    examples.push_back({shown.task.prompt_tokens, shown.response});
  }
  FitOptions options = spec.fit;
  options.key = stream.child("order").key();
  const std::unique_ptr<Policy> policy = make_policy(spec.policy, stream.child("weights").key());
  const std::string part = "unfinished " + key;
  if (const auto found = context.store.artifact(part)) options.done = continue_fit(*found, *policy);
  policy->fit(examples, options, [&](int step, int steps, double) {
    if (step < steps && step % std::max(1, steps / kFitCheckpoints) == 0) {
      context.store.put_artifact(part, "unfinished base policy", fmt::format("{}\n{}", step, policy->save()));
    }
    context.check_stop();
    context.events.progress(fmt::format("base policy {}", base + 1), static_cast<double>(step) / steps);
  });
  const std::string bytes = policy->save();
  context.store.put_artifact(key, "base policy", bytes);
  context.store.drop_artifact(part);
  return bytes;
}

Json start_evaluation(const RunContext& context, size_t seed) {
  const std::string key = context.spec.key_of_start(seed);
  if (const auto found = context.store.artifact(key)) return Json::from_cbor(*found);
  const std::unique_ptr<Policy> policy = make_policy(context.spec.policy, 0);
  policy->load(base_policy(context, context.spec.base_of(seed)));
  const std::unique_ptr<Policy> base = make_policy(context.spec.policy, 0);
  base->load(policy->save());
  const RunPoint point{kBaseArm, 0, static_cast<int64_t>(seed)};
  const Json evaluation =
      judge(context, *policy, *base, point, Stream(context.spec.seeds[seed]).child("evaluation").child(0));
  std::string bytes;
  Json::to_cbor(evaluation, bytes);
  context.store.put_artifact(key, "base evaluation", bytes);
  return evaluation;
}

void train_run(const RunContext& context, const ArmSpec& arm, size_t seed) {
  const StudySpec& spec = context.spec;
  const EnvironmentInfo& info = context.environment.info();
  const std::string run = spec.key_of_run(arm, seed);
  const std::string unit = fmt::format("{} / seed {}", arm.id, seed + 1);
  const Pipeline pipeline = build_pipeline(arm.recipe, info, arm.place);
  const std::unique_ptr<Policy> policy = make_policy(spec.policy, 0);
  const std::unique_ptr<Policy> base = make_policy(spec.policy, 0);
  base->load(base_policy(context, spec.base_of(seed)));
  policy->load(base->save());
  Progress progress;
  int done = 0;
  if (const auto found = context.store.newest_checkpoint(run);
      found && complete(context.store.evaluations(run), found->update, spec)) {
    done = found->update;
    progress = Progress::from(found->progress);
    if (done < spec.training.updates) policy->load(found->policy);
  }
  const Stream stream = Stream(spec.seeds[seed]).child("run");
  for (int update = done + 1; update <= spec.training.updates; ++update) {
    context.check_stop();
    const uint64_t key = static_cast<uint64_t>(update);
    const std::vector<Task> tasks = context.environment.tasks(
        Split::train, static_cast<size_t>(spec.training.prompts), stream.child("tasks").child(key));
    RolloutBatch batch = roll_out(*policy, context.environment, tasks, spec.training.samples,
                                  spec.training.temperature, stream.child("samples").child(key));
    context.environment.reward_columns(batch, tasks);
    pay(pipeline, info, batch, {.random = stream.child("operators").child(key), .updates = update - 1},
        progress);
    if (spec.training.objective.loss.kl_weight > 0) add_base_logprobs(*base, batch);
    Objective objective = spec.training.objective;
    objective.key = stream.child("minibatches").child(key).key();
    policy->update(batch, objective);
    if (update % spec.evaluation.every == 0 || update == spec.training.updates) {
      const Stream judged = Stream(spec.seeds[seed]).child("evaluation").child(key);
      const RunPoint point{arm.id, update, static_cast<int64_t>(seed)};
      Json evaluation = judge(context, *policy, *base, point, judged);
      evaluation["tokens"] = progress.tokens;
      context.store.put_checkpoint(run, {update, policy->save(), std::move(evaluation), progress.json()});
    }
    context.events.progress(unit, static_cast<double>(update) / spec.training.updates);
  }
}

}  // namespace gradus
