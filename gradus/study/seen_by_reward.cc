#include "gradus/study/seen_by_reward.h"

#include "gradus/eval/plain_words.h"
#include "gradus/study/drift.h"
#include "gradus/study/results.h"

namespace gradus {

namespace {

// The judged channels of one arm on rollouts of the base policy, as their sources write them.
std::vector<RewardChannel> channels_of_arm(const Pipeline& pipeline, RolloutBatch batch,
                                           const Stream& stream) {
  const std::set<std::string> wanted = pipeline.channels_of("token.advantage");
  std::map<std::string, Column> found;
  for (const std::string& name : wanted) {
    if (batch.has_column(name)) found.emplace(name, batch.column(name));
  }
  Json memory;
  pipeline.apply(batch, {.random = stream, .memory = &memory},
                 [&](const Spec& spec, const std::vector<std::string>& written) {
                   if (!is_source(spec)) return;
                   for (const std::string& name : written) {
                     if (wanted.count(name)) found.insert_or_assign(name, batch.column(name));
                   }
                 });
  std::vector<RewardChannel> out;
  for (auto& [name, column] : found) out.push_back({name, std::move(column)});
  return out;
}

std::string key_of_view(const RunContext& context, const ArmSpec& arm, size_t seed) {
  const Pipeline pipeline = build_pipeline(arm.recipe, context.environment.info(), arm.place);
  return sha256_hex(
      canonical({{"seen by reward", context.spec.key_of_start(seed)}, {"recipe", pipeline.json()}}));
}

RewardView view_of(const RunContext& context, const ArmSpec& arm, size_t seed) {
  const auto found = context.store.artifact(key_of_view(context, arm, seed));
  require(found.has_value(), "the base rollouts of every seed have been seen");
  return RewardView::from_json(Json::from_cbor(*found));
}

}  // namespace

void see_base_rollouts(const RunContext& context, size_t seed) {
  const StudySpec& spec = context.spec;
  const Environment& environment = context.environment;
  std::vector<const ArmSpec*> fresh;
  for (const ArmSpec& arm : spec.arms) {
    if (!context.store.artifact(key_of_view(context, arm, seed))) fresh.push_back(&arm);
  }
  if (fresh.empty()) return;
  const std::unique_ptr<Policy> policy = make_policy(spec.policy, 0);
  policy->load(base_policy(context, spec.base_of(seed)));
  const std::vector<Task> tasks = evaluation_tasks(spec, environment, seed);
  const Stream stream = Stream(spec.seeds[seed]).child("seen by reward");
  RolloutBatch judged =
      roll_out(*policy, environment, tasks, spec.evaluation.samples, 1.0, stream.child("samples"));
  RolloutBatch paid = judged;
  environment.reward_columns(paid, tasks);
  environment.truth_columns(judged, tasks);
  for (const ArmSpec* arm : fresh) {
    const Pipeline pipeline = build_pipeline(arm->recipe, environment.info(), arm->place);
    RewardView view;
    view.add(channels_of_arm(pipeline, paid, stream.child("operators")), judged, environment.info().metrics);
    std::string bytes;
    Json::to_cbor(view.json(), bytes);
    context.store.put_artifact(key_of_view(context, *arm, seed), "seen by reward", bytes);
  }
}

std::vector<ArmView> seen_by_rewards(const RunContext& context) {
  std::vector<ArmView> out;
  for (const ArmSpec& arm : context.spec.arms) {
    const Pipeline pipeline = build_pipeline(arm.recipe, context.environment.info(), arm.place);
    ArmView seen{.channels = pipeline.channels_of("token.advantage"), .view = {}};
    for (size_t seed = 0; seed < context.spec.seeds.size(); ++seed) {
      seen.view.append(view_of(context, arm, seed));
    }
    out.push_back(std::move(seen));
  }
  return out;
}

AnalysisPlan measured_plan(const StudySpec& spec, const EnvironmentInfo& environment,
                           const std::vector<ArmView>& views) {
  AnalysisPlan plan = analysis_plan(spec, environment);
  for (size_t arm = 0; arm < plan.arms.size(); ++arm) {
    for (const MetricSpec& metric : environment.metrics) {
      plan.arms[arm].explained[metric.id] = views[arm].view.explained(metric.id, views[arm].channels);
    }
  }
  return plan;
}

Json seen_json(const AnalysisPlan& plan, const EnvironmentInfo& environment,
               const std::vector<ArmView>& views) {
  const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  Json cells = Json::array();
  for (size_t arm = 0; arm < views.size(); ++arm) {
    for (const MetricSpec& metric : environment.metrics) {
      const auto add = [&](const Explained& explained, const Json& name) {
        cells.push_back({{"arm", plan.arms[arm].id},
                         {"metric", metric.id},
                         {"channel", name},
                         {"r2", number(explained.r2)},
                         {"auc", number(explained.auc)},
                         {"values", explained.units}});
      };
      add(plan.arms[arm].explained.at(metric.id), nullptr);
      for (const std::string& channel : views[arm].channels) {
        add(views[arm].view.explained(metric.id, {channel}), channel);
      }
    }
  }
  return {{"limit_r2", kSameConstructR2},
          {"limit_auc", kSameConstructAuc},
          {"part_r2", kPartR2},
          {"part_auc", kPartAuc},
          {"rollouts", views.empty() ? 0 : views[0].view.rollouts()},
          {"cells", std::move(cells)}};
}

}  // namespace gradus
