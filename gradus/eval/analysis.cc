#include "gradus/eval/analysis.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "gradus/eval/neutrality.h"
#include "gradus/eval/pareto.h"
#include "gradus/eval/plain_words.h"

namespace gradus {

namespace {

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void put_interval(Json& into, const std::string& low, const std::string& high,
                  const std::optional<Interval>& interval) {
  into[low] = interval ? Json(interval->low) : Json(nullptr);
  into[high] = interval ? Json(interval->high) : Json(nullptr);
}

Json metrics_json(const std::vector<MetricSpec>& metrics) {
  Json out = Json::array();
  for (const MetricSpec& metric : metrics) {
    out.push_back({{"id", metric.id},
                   {"label", metric.label},
                   {"axis", metric.axis},
                   {"higher_is_better", metric.higher_is_better},
                   {"low", metric.low},
                   {"high", metric.high},
                   {"chance", number(metric.chance)},
                   {"unit", metric.unit},
                   {"evaluator", metric.evaluator},
                   {"function_of", metric.function_of},
                   {"only_where", metric.only_where},
                   {"exact", metric.exact}});
  }
  return out;
}

Json roles_json(const std::vector<MetricSpec>& metrics, const AnalysisPlan& plan) {
  Json out = Json::object();
  for (const ArmPlan& arm : plan.arms) {
    Json& of_arm = out[arm.id] = Json::object();
    for (const MetricSpec& metric : metrics) of_arm[metric.id] = role_name(role_of(metric, arm));
  }
  return out;
}

Json base_json(const EvalTable& table, const AnalysisPlan& plan) {
  Json out = Json::object();
  for (size_t i = 0; i < table.metrics().size(); ++i) {
    const std::optional<BaseValue> value = base_value(table, plan, i);
    Json entry = {{"mean", value ? Json(value->mean) : Json(nullptr)}};
    put_interval(entry, "low", "high", value ? value->interval : std::nullopt);
    out[table.metrics()[i].id] = std::move(entry);
  }
  return out;
}

Json neutrality_json(const EvalTable& table, const AnalysisPlan& plan) {
  const auto found = neutrality(table, plan);
  if (!found) return nullptr;
  Json out = {{"p_pass_sloppy", found->pass_sloppy},
              {"p_pass_clean", found->pass_clean},
              {"difference", found->difference}};
  put_interval(out, "low", "high", found->interval);
  out["rollouts_sloppy"] = found->rollouts_sloppy;
  out["rollouts_clean"] = found->rollouts_clean;
  return out;
}

Json conditional_json(const ConditionalEffect& effect) {
  Json out = {{"difference", number(effect.difference)}};
  put_interval(out, "low", "high", effect.interval);
  out["prompts"] = effect.tasks;
  return out;
}

std::optional<double> mean_if_any(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return sample_mean(values);
}

Json row_json(const Comparison& row) {
  const Pairing& pairing = row.pairing;
  const bool measured = !pairing.differences.empty();
  Json out = {{"arm", row.arm},
              {"baseline", row.baseline},
              {"metric", row.metric.id},
              {"axis", row.metric.axis},
              {"role", role_name(row.role)},
              {"baseline_role", role_name(row.baseline_role)},
              {"mean", number(mean_if_any(pairing.arm_means))},
              {"sd", number(sample_sd(pairing.arm_means))},
              {"baseline_mean", number(mean_if_any(pairing.baseline_means))},
              {"baseline_sd", number(sample_sd(pairing.baseline_means))},
              {"difference", number(row.difference())}};
  put_interval(out, "low", "high",
               row.effect ? std::optional(Interval{row.effect->low, row.effect->high}) : std::nullopt);
  put_interval(out, "t_low", "t_high", paired_t_interval(pairing.differences));
  out["error"] = row.effect ? Json(row.effect->error) : Json(nullptr);
  out["degrees"] = row.effect ? Json(row.effect->degrees) : Json(nullptr);
  out["base_variance"] = row.effect ? Json(row.effect->base_variance) : Json(nullptr);
  out["task_variance"] = row.effect ? Json(row.effect->task_variance) : Json(nullptr);
  out["p"] = row.effect ? number(row.effect->p) : Json(nullptr);
  out["p_permutation"] = number(row.p_permutation);
  out["p_holm"] = number(row.p_holm);
  out["after_holm"] = row.open_after_holm();
  out["d_z"] = number(cohens_dz(pairing.differences));
  out["hedges_g"] = number(hedges_g(pairing.differences));
  out["cliffs_delta"] =
      measured ? Json(cliffs_delta(pairing.arm_means, pairing.baseline_means)) : Json(nullptr);
  const auto& [better, worse] = row.metric.higher_is_better
                                    ? std::tie(pairing.arm_means, pairing.baseline_means)
                                    : std::tie(pairing.baseline_means, pairing.arm_means);
  out["p_better"] = measured ? Json(probability_of_improvement(better, worse)) : Json(nullptr);
  out["seeds"] = pairing.differences.size();
  out["bases"] = std::set(pairing.study.bases.begin(), pairing.study.bases.end()).size();
  out["prompts"] = pairing.tasks;
  out["measured"] = number(row.measured);
  out["baseline_measured"] = number(row.baseline_measured);
  out["non_inferior"] = row.non_inferior ? Json(*row.non_inferior) : Json(nullptr);
  out["verdict"] = verdict_name(row.verdict);
  out["differences"] = pairing.differences;
  out["conditional"] = {{"correct", conditional_json(row.correct)}, {"common", conditional_json(row.common)}};
  return out;
}

Json rows_json(const std::vector<Comparison>& rows) {
  Json out = Json::array();
  for (const Comparison& row : rows) out.push_back(row_json(row));
  return out;
}

Json curves_json(const std::vector<Curve>& curves) {
  Json out = Json::array();
  for (const Curve& curve : curves) {
    Json points = Json::array();
    for (const CurvePoint& point : curve.points) {
      Json entry = {{"update", point.update},
                    {"rollouts", point.cost ? Json(point.cost->rollouts) : Json(nullptr)},
                    {"tokens", point.cost ? Json(point.cost->tokens) : Json(nullptr)},
                    {"mean", point.mean}};
      put_interval(entry, "low", "high", point.interval);
      entry["seeds"] = point.seeds;
      points.push_back(std::move(entry));
    }
    out.push_back({{"arm", curve.arm}, {"metric", curve.metric}, {"points", std::move(points)}});
  }
  return out;
}

Json pareto_json(const ParetoPlane& plane, const AnalysisPlan& plan) {
  Json points = Json::array();
  for (const ParetoPoint& point : plane.points) {
    Json entry = {{"arm", point.arm}, {"x", point.x}, {"y", point.y}};
    put_interval(entry, "x_low", "x_high", point.x_interval);
    put_interval(entry, "y_low", "y_high", point.y_interval);
    entry["on_front"] = point.on_front;
    points.push_back(std::move(entry));
  }
  return {{"x", plan.constraint},
          {"y", plan.primary},
          {"points", std::move(points)},
          {"hypervolume", number(plane.hypervolume)},
          {"reference", {{"x", number(plane.reference_x)}, {"y", number(plane.reference_y)}}}};
}

void put_gain(Json& into, const std::string& name, const std::optional<Effect>& gain) {
  into[name] = gain ? Json(gain->mean) : Json(nullptr);
  put_interval(into, name + "_low", name + "_high",
               gain ? std::optional(Interval{gain->low, gain->high}) : std::nullopt);
}

Json goodhart_json(const std::vector<Goodhart>& all) {
  Json out = Json::array();
  for (const Goodhart& found : all) {
    Json entry = {{"arm", found.arm}, {"state", goodhart_state_name(found.state)}};
    put_gain(entry, "paid", found.paid);
    put_gain(entry, "held_out", found.held_out);
    entry["flagged"] = found.flagged();
    entry["reason"] = found.reason;
    out.push_back(std::move(entry));
  }
  return out;
}

Json plain_json(const std::vector<PlainWords>& all) {
  const auto change = [](const PlainChange& of) {
    return Json{{"metric", of.metric.empty() ? Json(nullptr) : Json(of.metric)}, {"parts", of.parts}};
  };
  Json out = Json::array();
  for (const PlainWords& words : all) {
    out.push_back({{"arm", words.arm},
                   {"paid_for", words.paid_for},
                   {"paid", change(words.paid)},
                   {"not_paid", change(words.not_paid)},
                   {"cost", change(words.cost)}});
  }
  return out;
}

Json verdict_json(const StudyVerdict& verdict, const std::vector<PlainWords>& words) {
  return {{"answer", verdict.answer},
          {"sentences", verdict.sentences},
          {"refusals", verdict.refusals},
          {"plain", plain_json(words)}};
}

// What a report of the outcome alone would say, beside what the two axes say.
Json naive_json(const AnalysisPlan& plan, const std::vector<Comparison>& rows) {
  const OutcomeOnlyConclusion naive = outcome_only(plan, rows);
  return Json::array({{{"arm", arm_under_test(plan).id},
                       {"conclusion", naive.benefit ? "benefit" : "no benefit"},
                       {"sentence", naive.sentence}}});
}

}  // namespace

int64_t final_update(const EvalTable& table, const AnalysisPlan& plan) {
  int64_t last = 0;
  for (const ArmPlan& arm : plan.arms) {
    const std::vector<int64_t> updates = table.updates(arm.id);
    if (!updates.empty()) last = std::max(last, updates.back());
  }
  for (const ArmPlan& arm : plan.arms) {
    const std::vector<int64_t> updates = table.updates(arm.id);
    if (!updates.empty() && updates.back() == last) continue;
    throw Error::input("arm '" + arm.id + "' was not evaluated at the end of training")
        .field("arms." + arm.id)
        .found(updates.empty() ? "no evaluation"
                               : "last evaluation at update " + std::to_string(updates.back()))
        .expected("an evaluation at update " + std::to_string(last));
  }
  return last;
}

Json analyse(const EvalTable& table, const AnalysisPlan& plan) {
  check_plan(plan, table.metrics());
  const int64_t update = final_update(table, plan);
  Findings findings{
      .rows = compare_arms(table, plan, update), .curves = learning_curves(table, plan), .goodhart = {}};
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id != plan.baseline) findings.goodhart.push_back(goodhart_of(table, plan, findings.rows, arm.id));
  }
  const StudyVerdict verdict = study_verdict(table, plan, update, findings);
  return {{"metrics", metrics_json(table.metrics())},
          {"roles", roles_json(table.metrics(), plan)},
          {"base", base_json(table, plan)},
          {"neutrality", neutrality_json(table, plan)},
          {"rows", rows_json(findings.rows)},
          {"curves", curves_json(findings.curves)},
          {"pareto", pareto_json(pareto_plane(table, plan, update), plan)},
          {"goodhart", goodhart_json(findings.goodhart)},
          {"naive", naive_json(plan, findings.rows)},
          {"verdict", verdict_json(verdict, plain_words(plan, table.metrics(), findings))}};
}

}  // namespace gradus
