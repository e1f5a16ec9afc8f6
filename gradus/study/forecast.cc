#include "gradus/study/forecast.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>

#include "gradus/eval/power.h"
#include "gradus/study/drift.h"
#include "gradus/study/results.h"
#include "gradus/study/saved.h"

namespace gradus {

namespace {

// As a share of the metric's range: the differences of a shuffled control over six seeds, +0.015 [-0.016,
// +0.047] in an earlier study of the environment `code` (docs/results.md, withdrawn), have a standard
// deviation of 0.030. A guess until a study has been run: it says so.
constexpr double kAssumedSpread = 0.03;

struct Known {
  SeedSpread spread;
  std::string source;
};

const MetricSpec& metric_of(const std::vector<MetricSpec>& metrics, const std::string& id) {
  for (const MetricSpec& metric : metrics) {
    if (metric.id == id) return metric;
  }
  throw Error::internal("a metric that was checked is gone");
}

// From the row of an earlier run; none where it has no spread.
std::optional<SeedSpread> measured_spread(const Json& results, const std::string& arm,
                                          const std::string& metric) {
  for (const Json& row : results.at("rows")) {
    if (row.at("arm") != arm || row.at("metric") != metric) continue;
    const Json between = row.value("base_variance", Json()), shared = row.value("task_variance", Json()),
               bases = row.value("bases", Json());
    if (!between.is_number() || !shared.is_number() || !bases.is_number()) return std::nullopt;
    return SeedSpread{std::sqrt(between.get<double>() * bases.get<double>()),
                      std::sqrt(shared.get<double>())};
  }
  return std::nullopt;
}

std::optional<Json> earlier_results(const std::string& folder) {
  std::error_code code;
  if (!std::filesystem::exists(folder + "/results.json", code)) return std::nullopt;
  try {
    return load_results(folder);
  } catch (const Error&) {
    return std::nullopt;  // what it holds is not needed to say what the study can show
  }
}

Known known_spread(const std::optional<double>& stated, const std::optional<Json>& earlier,
                   const std::string& folder, const std::string& arm, const MetricSpec& metric) {
  if (stated) return {{.between = *stated}, "stated in the study"};
  if (earlier) {
    if (const auto found = measured_spread(*earlier, arm, metric.id))
      return {*found, "measured in " + folder + "/results.json"};
  }
  return {{.between = kAssumedSpread * (metric.high - metric.low)},
          fmt::format("assumed: {} of the metric's range", kAssumedSpread)};
}

Json count_json(const std::optional<size_t>& count) {
  return count ? Json(*count) : Json(nullptr);
}

std::string seeds_text(const Json& seeds) {
  return seeds.is_null() ? "more than 1000 seeds" : fmt::format("{} seeds", seeds.get<size_t>());
}

}  // namespace

Json power_forecast(const StudySpec& spec, const std::string& folder) {
  const std::unique_ptr<Environment> environment = spec.make_environment();
  const std::vector<MetricSpec> metrics = study_metrics(environment->info());
  const AnalysisPlan plan = analysis_plan(spec, environment->info());
  const MetricSpec &primary = metric_of(metrics, primary_of(plan, arm_under_test(plan))),
                   &outcome = metric_of(metrics, plan.constraint);
  const std::optional<Json> earlier = earlier_results(folder);
  const std::string arm = arm_under_test(plan).id;
  const Known of_primary = known_spread(spec.evaluation.primary_spread, earlier, folder, arm, primary),
              of_outcome = known_spread(spec.evaluation.constraint_spread, earlier, folder, arm, outcome);
  const size_t seeds = spec.bases();
  const double worth_having = scaled_margin(plan, primary, outcome);
  const auto smallest = smallest_effect(of_primary.spread, seeds);
  return {{"seeds", seeds},
          {"primary",
           {{"metric", primary.label},
            {"spread", of_primary.spread.between},
            {"source", of_primary.source},
            {"smallest_effect", smallest ? Json(*smallest) : Json(nullptr)},
            {"worth_having", worth_having},
            {"seeds_needed", count_json(seeds_for_effect(of_primary.spread, worth_having))}}},
          {"constraint",
           {{"metric", outcome.label},
            {"spread", of_outcome.spread.between},
            {"source", of_outcome.source},
            {"margin", plan.margin},
            {"chance", non_inferiority_chance(of_outcome.spread, seeds, plan.margin)},
            {"seeds_needed", count_json(seeds_for_margin(of_outcome.spread, plan.margin))}}}};
}

std::string power_text(const Json& forecast) {
  const Json &primary = forecast.at("primary"), &outcome = forecast.at("constraint");
  const std::string smallest =
      primary.at("smallest_effect").is_null()
          ? "one seed shows no effect"
          : fmt::format("{} independent seeds see an effect of {:.3f} with 80 % chance (two-sided 5 %)",
                        forecast.at("seeds").get<size_t>(), primary.at("smallest_effect").get<double>());
  return fmt::format(
      "power, {}: {}; an effect of {:.3f}, the margin on its scale, needs {}; spread over seeds {:.3f}, {}\n"
      "power, {}: a {:.0f} % chance to be shown non-inferior at {:.3f} where nothing is lost; 80 % needs {}; "
      "spread over seeds {:.3f}, {}\n",
      primary.at("metric").get<std::string>(), smallest, primary.at("worth_having").get<double>(),
      seeds_text(primary.at("seeds_needed")), primary.at("spread").get<double>(),
      primary.at("source").get<std::string>(), outcome.at("metric").get<std::string>(),
      100 * outcome.at("chance").get<double>(), outcome.at("margin").get<double>(),
      seeds_text(outcome.at("seeds_needed")), outcome.at("spread").get<double>(),
      outcome.at("source").get<std::string>());
}

}  // namespace gradus
