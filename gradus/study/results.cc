#include "gradus/study/results.h"

#include <cmath>
#include <filesystem>

#include "gradus/eval/analysis.h"
#include "gradus/eval/anytime.h"
#include "gradus/rollout/jsonl.h"
#include "gradus/study/drift.h"

namespace gradus {

namespace {

std::optional<bool> maybe_flag(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<bool>());
}

void add_entries(const Json& evaluation, const RunPoint& point, EvalTable& table) {
  for (const Json& row : evaluation["entries"]) {
    EvalEntry entry{.passed = maybe_flag(row[2]), .sloppy = maybe_flag(row[3]), .values = {}};
    for (const Json& value : row[4]) {
      entry.values.push_back(value.is_null() ? std::nullopt : std::optional(value.get<float>()));
    }
    table.add({point.arm, point.update, point.seed, row[0].get<std::string>(), row[1].get<int64_t>()},
              std::move(entry));
  }
}

double deviation(const Json& sums) {
  const double count = sums[0], sum = sums[1], squares = sums[2];
  return count < 2 ? 0.0 : std::sqrt(std::max(0.0, (squares - sum * sum / count) / (count - 1)));
}

// Standard deviation of the process totals over that of the outcome, mean over seeds; null where nothing was
// paid.
Json process_scale(const RunContext& context, const ArmSpec& arm) {
  double total = 0, count = 0;
  for (size_t seed = 0; seed < context.spec.seeds.size(); ++seed) {
    const auto checkpoint = context.store.newest_checkpoint(context.spec.key_of_run(arm, seed));
    if (!checkpoint) continue;
    const double process = deviation(checkpoint->progress["process"]),
                 outcome = deviation(checkpoint->progress["outcome"]);
    if (process <= 0 || outcome <= 0) continue;
    total += process / outcome;
    count += 1;
  }
  return count == 0 ? Json(nullptr) : Json(total / count);
}

Json arms_json(const RunContext& context) {
  Json out = Json::array();
  for (const ArmSpec& arm : context.spec.arms) {
    const Pipeline pipeline = build_pipeline(arm.recipe, context.environment.info(), arm.place);
    out.push_back({{"id", arm.id},
                   {"label", arm.label},
                   {"recipe", pipeline.text()},
                   {"process_scale", process_scale(context, arm)}});
  }
  return out;
}

// The address of each seed's base policy: equal addresses, equal policies, in whatever study.
Json base_addresses(const StudySpec& spec) {
  Json out = Json::array();
  for (size_t seed = 0; seed < spec.seeds.size(); ++seed) out.push_back(spec.key_of_base(spec.base_of(seed)));
  return out;
}

Json study_json(const RunContext& context) {
  const StudySpec& spec = context.spec;
  return {{"name", spec.name},
          {"title", spec.title},
          {"question", spec.question},
          {"environment", {{"name", spec.environment}, {"parameters", spec.environment_params}}},
          {"primary", spec.evaluation.primary},
          {"constraint", spec.evaluation.constraint},
          {"margin", spec.evaluation.margin},
          {"baseline", spec.baseline},
          {"seeds", spec.seeds},
          {"base_policies", spec.bases()},
          {"base_addresses", base_addresses(spec)},
          {"updates", spec.training.updates},
          {"rollouts_per_update", spec.training.prompts * spec.training.samples},
          {"eval_tasks", spec.evaluation.tasks},
          {"eval_samples", spec.evaluation.samples},
          {"sandbox", context.environment.isolation()},
          {"kernels", kernels_of(spec.policy.device)}};
}

Json step_values(const RolloutBatch& batch, size_t step, const std::vector<std::string>& columns) {
  Json out = Json::object();
  for (const std::string& name : columns) {
    const Column& column = batch.column(name);
    out[split_column_name(name).second] = column.valid(step) ? Json(column[step]) : Json(nullptr);
  }
  return out;
}

std::vector<std::string> step_columns(const RolloutBatch& batch) {
  std::vector<std::string> names;
  for (const std::string& name : batch.column_names()) {
    if (batch.column(name).level() == Level::step) names.push_back(name);
  }
  return names;
}

// The rollouts that the report shows, as the environment cuts them; paid: with every reward channel of the
// study.
struct Shown {
  std::vector<Task> tasks;
  RolloutBatch paid, judged;
};

std::optional<Shown> shown_rollouts(const RunContext& context, const Json& evaluation, bool with_truth) {
  const EvaluationSpec& plan = context.spec.evaluation;
  const Environment& environment = context.environment;
  Shown shown;
  shown.tasks = evaluation_tasks(context.spec, environment, 0);
  shown.tasks.resize(std::min(shown.tasks.size(), static_cast<size_t>(plan.viewer)));
  std::vector<Sample> samples;
  for (const Json& row : evaluation["samples"]) {
    // An evaluation keeps no log-probabilities: none here, so that they are missing and not 0.
    samples.push_back({.tokens = row[0], .logprob = {}, .observed = row[1], .finished = true});
  }
  if (shown.tasks.empty() || samples.size() != shown.tasks.size() * static_cast<size_t>(plan.samples))
    return std::nullopt;
  std::vector<Recipe> recipes;
  for (const ArmSpec& arm : context.spec.arms) recipes.push_back(arm.recipe);
  shown.paid = environment.rollouts(shown.tasks, samples);
  environment.reward_columns(shown.paid, shown.tasks);
  build_sources(recipes, environment.info()).apply(shown.paid, {});
  if (!with_truth) return shown;
  shown.judged = environment.rollouts(shown.tasks, samples);
  environment.truth_columns(shown.judged, shown.tasks);
  return shown;
}

void add_rollouts(const RunContext& context, const Json& evaluation, const std::string& arm, Json& out) {
  const std::optional<Shown> shown = shown_rollouts(context, evaluation, true);
  if (!shown) return;
  const RolloutBatch &paid = shown->paid, &judged = shown->judged;
  const std::vector<std::string> channels = step_columns(paid), truths = step_columns(judged);
  for (size_t r = 0; r < judged.rollouts(); ++r) {
    Json steps = Json::array();
    for (size_t s = judged.step_begin(r); s < judged.step_end(r); ++s) {
      steps.push_back({{"text", judged.text(s)},
                       {"kind", kind_name(judged.kind(s))},
                       {"channels", step_values(paid, s, channels)},
                       {"truth", step_values(judged, s, truths)}});
    }
    const Column& outcome = paid.column("rollout.outcome");
    out.push_back({{"task", judged.header(r).task},
                   {"prompt", judged.header(r).prompt},
                   {"arm", arm},
                   {"seed", context.spec.seeds[0]},
                   {"sample", r % static_cast<size_t>(context.spec.evaluation.samples)},
                   {"outcome", outcome.valid(r) ? Json(outcome[r]) : Json(nullptr)},
                   {"steps", std::move(steps)}});
  }
}

// The newest evaluation of the base policy and of every arm, for the first seed.
std::vector<std::pair<std::string, Json>> newest_evaluations(const RunContext& context) {
  std::vector<std::pair<std::string, Json>> out{{kBaseArm, start_evaluation(context, 0)}};
  for (const ArmSpec& arm : context.spec.arms) {
    auto evaluations = context.store.evaluations(context.spec.key_of_run(arm, 0));
    if (!evaluations.empty()) out.emplace_back(arm.id, std::move(evaluations.back().second));
  }
  return out;
}

Json rollouts_json(const RunContext& context) {
  Json out = Json::array();
  for (const auto& [arm, evaluation] : newest_evaluations(context))
    add_rollouts(context, evaluation, arm, out);
  return out;
}

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

// Null for a study that is looked at once.
Json sequence_json(const StudySpec& spec, const std::vector<Look>& looks) {
  if (!spec.evaluation.sequence) return nullptr;
  Json entries = Json::array();
  for (const Look& look : looks) {
    entries.push_back({{"seeds", look.seeds},
                       {"primary", interval_json(look.primary)},
                       {"constraint", interval_json(look.constraint)}});
  }
  return {{"method", "t test with a normal prior of variance 1 on the effect size, over paired seeds"},
          {"level", kSequenceLevel},
          {"looks", std::move(entries)},
          {"settled",
           looks.empty() || looks.back().settled.empty() ? Json(nullptr) : Json(looks.back().settled)}};
}

}  // namespace

AnalysisPlan analysis_plan(const StudySpec& spec, const EnvironmentInfo& environment) {
  AnalysisPlan plan;
  plan.baseline = spec.baseline;
  plan.primary = spec.evaluation.primary;
  plan.constraint = spec.evaluation.constraint;
  plan.margin = spec.evaluation.margin;
  plan.draws = spec.evaluation.draws;
  plan.stream_key = Stream(0).child("analysis").key();
  plan.looks = spec.evaluation.sequence ? Looks::every_seed : Looks::one;
  for (const ArmSpec& arm : spec.arms) {
    ArmPlan entry{.id = arm.id, .label = arm.label, .paid = {}, .primary = arm.primary, .explained = {}};
    const Pipeline pipeline = build_pipeline(arm.recipe, environment, arm.place);
    for (const Evaluator& judge : pipeline.evaluators_of("token.advantage")) {
      entry.paid.push_back({judge.id, judge.components});
    }
    plan.arms.push_back(std::move(entry));
  }
  return plan;
}

EvalTable read_table(const RunContext& context) {
  const StudySpec& spec = context.spec;
  EvalTable table(study_metrics(context.environment.info()));
  for (size_t seed = 0; seed < spec.seeds.size(); ++seed) {
    table.set_base(static_cast<int64_t>(seed), static_cast<int64_t>(spec.base_of(seed)));
    add_entries(start_evaluation(context, seed), {kBaseArm, 0, static_cast<int64_t>(seed)}, table);
    for (const ArmSpec& arm : spec.arms) {
      for (const auto& [update, evaluation] : context.store.evaluations(spec.key_of_run(arm, seed))) {
        const RunPoint point{arm.id, update, static_cast<int64_t>(seed)};
        add_entries(evaluation, point, table);
        const double rollouts = static_cast<double>(update) * spec.training.prompts * spec.training.samples;
        table.add_cost(point, {.rollouts = rollouts, .tokens = evaluation["tokens"].get<double>()});
      }
    }
  }
  return table;
}

Json assemble_results(const RunContext& context, const AnalysisPlan& plan, const std::vector<Look>& looks) {
  const EvalTable table = read_table(context);
  Json results = {{"schema", "gradus.study/1"}, {"study", study_json(context)}, {"arms", arms_json(context)}};
  const Json analysis = analyse(table, plan);
  for (const auto& [key, value] : analysis.items()) results[key] = value;
  results["sequence"] = sequence_json(context.spec, looks);
  results["rollouts"] = rollouts_json(context);
  return results;
}

void write_study_rollouts(const RunContext& context, const std::string& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) throw Error::outside("cannot make the folder: " + code.message()).at(folder);
  for (const auto& [arm, evaluation] : newest_evaluations(context)) {
    if (const auto shown = shown_rollouts(context, evaluation, false))
      write_rollouts(shown->paid, folder + "/" + arm + ".jsonl");
  }
}

}  // namespace gradus
