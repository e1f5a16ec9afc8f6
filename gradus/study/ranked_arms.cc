#include "gradus/study/ranked_arms.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/eval/comparison.h"

namespace gradus {

namespace {

const Json& metric_named(const Json& results, const std::string& id) {
  std::vector<std::string> ids;
  for (const Json& metric : results.at("metrics")) {
    if (metric.at("id") == id) return metric;
    ids.push_back(metric.at("id"));
  }
  throw Error::input("the study has no metric '" + id + "'").field("--metric").hint(suggest(id, ids));
}

std::optional<double> number(const Json& row, const char* key) {
  const auto it = row.find(key);
  if (it == row.end() || !it->is_number()) return std::nullopt;
  return it->get<double>();
}

const Json* row_of(const Json& results, const std::string& arm, const std::string& metric) {
  for (const Json& row : results.at("rows")) {
    if (row.at("arm") == arm && row.at("metric") == metric) return &row;
  }
  return nullptr;
}

ShownEffect effect_of(const Json* row) {
  if (row == nullptr) return {.difference = {}, .low = {}, .high = {}, .verdict = "not measured"};
  return {number(*row, "difference"), number(*row, "low"), number(*row, "high"),
          row->at("verdict").get<std::string>()};
}

std::string role_of(const Json& results, const std::string& arm, const std::string& metric) {
  const Json& roles = results.at("roles");
  return roles.contains(arm) ? roles[arm].at(metric).get<std::string>() : "unknown";
}

// Shown to hold: a loss, if any, is smaller than the margin.
bool holds(const std::string& verdict) {
  return verdict == verdict_name(Verdict::better) || verdict == verdict_name(Verdict::non_inferior) ||
         verdict == verdict_name(Verdict::worse_within_margin);
}

std::string why_unranked(const RankedArm& arm, const std::string& constraint) {
  for (const auto& [side, role] : {std::pair{"it", arm.role}, std::pair{"the baseline", arm.baseline_role}}) {
    if (role == role_name(Role::optimised)) return fmt::format("{} was paid for this metric", side);
    if (role == role_name(Role::same_construct))
      return fmt::format("what paid {} explains this metric", side);
    if (role != role_name(Role::held_out)) return fmt::format("this metric is {} for {}", role, side);
  }
  if (!holds(arm.constraint.verdict)) {
    return fmt::format("{} was not shown to stay within the margin ({})", constraint, arm.constraint.verdict);
  }
  return arm.mean ? "" : "not measured";
}

// The mean of every seed at the last checkpoint.
std::vector<double> seed_means(const Json& results, const std::string& arm, const std::string& metric) {
  for (const Json& curve : results.at("curves")) {
    if (curve.at("arm") == arm && curve.at("metric") == metric && !curve.at("points").empty()) {
      return curve.at("points").back().at("seeds").get<std::vector<double>>();
    }
  }
  return {};
}

size_t base_policies(const Json& results) {
  const Json& study = results.at("study");
  return study.value("base_policies", study.at("seeds").size());
}

// Seeds take the base policies in turn.
ShownEffect paired_effect(const Json& first, const Json& second, const std::string& arm,
                          const std::string& metric) {
  const std::vector<double> a = seed_means(first, arm, metric), b = seed_means(second, arm, metric);
  const size_t seeds = first.at("study").at("seeds").size(), bases = base_policies(first);
  if (seeds == 0 || a.size() != seeds || b.size() != seeds)  // which seeds have no value is not known
    return {.difference = {}, .low = {}, .high = {}, .verdict = ""};
  PairedStudy pairs;
  double sum = 0;
  for (size_t i = 0; i < seeds; ++i) {
    pairs.seeds.push_back({{.task = i, .arm = b[i], .baseline = a[i], .has_arm = 1, .has_baseline = 1}});
    pairs.bases.push_back(static_cast<int64_t>(i % bases));
    sum += b[i] - a[i];
  }
  ShownEffect out{.difference = sum / static_cast<double>(seeds), .low = {}, .high = {}, .verdict = ""};
  if (const auto effect = effect_of(pairs, Looks::one)) {
    out.low = effect->low;
    out.high = effect->high;
  }
  return out;
}

std::optional<bool> same_bases(const Json& first, const Json& second) {
  const Json a = first.at("study").value("base_addresses", Json()),
             b = second.at("study").value("base_addresses", Json());
  if (a.is_null() || b.is_null()) return std::nullopt;
  return a == b;
}

void check_paired(const Json& first, const Json& second) {
  for (const char* key : {"environment", "seeds", "base_policies", "eval_tasks", "eval_samples", "constraint",
                          "kernels", "version"}) {
    const Json a = first.at("study").value(key, Json()), b = second.at("study").value(key, Json());
    if (a == b) continue;
    throw Error::input("the two studies are not paired, so their difference is not one of the arms alone")
        .field(std::string("study.") + key)
        .found(a.dump() + " and " + b.dump())
        .expected("the same in both")
        .hint("run one of them again with the settings of the other");
  }
}

}  // namespace

std::vector<RankedArm> rank_arms(const Json& results, const std::string& metric) {
  const bool up = metric_named(results, metric).at("higher_is_better");
  const std::string baseline = results.at("study").at("baseline"),
                    constraint = results.at("study").at("constraint");
  std::vector<RankedArm> out;
  for (const Json& arm : results.at("arms")) {
    RankedArm ranked{.id = arm.at("id"),
                     .role = {},
                     .baseline_role = {},
                     .mean = {},
                     .metric = {},
                     .constraint = {},
                     .unranked = {}};
    if (ranked.id == baseline) continue;
    ranked.role = role_of(results, ranked.id, metric);
    ranked.baseline_role = role_of(results, baseline, metric);
    const Json* const row = row_of(results, ranked.id, metric);
    if (row != nullptr) ranked.mean = number(*row, "mean");
    ranked.metric = effect_of(row);
    ranked.constraint = effect_of(row_of(results, ranked.id, constraint));
    ranked.unranked = why_unranked(ranked, constraint);
    out.push_back(std::move(ranked));
  }
  std::stable_sort(out.begin(), out.end(), [up](const RankedArm& a, const RankedArm& b) {
    if (a.unranked.empty() != b.unranked.empty()) return a.unranked.empty();
    if (!a.unranked.empty()) return false;
    return up ? *a.mean > *b.mean : *a.mean < *b.mean;
  });
  return out;
}

PairedStudies pair_results(const Json& first, const Json& second, const std::string& metric) {
  metric_named(first, metric);
  metric_named(second, metric);
  check_paired(first, second);
  const std::string constraint = first.at("study").at("constraint");
  PairedStudies out{.arms = {}, .bases = base_policies(first), .same_bases = same_bases(first, second)};
  for (const Json& arm : first.at("arms")) {
    const std::string id = arm.at("id");
    const auto same = [&](const Json& other) { return other.at("id") == id; };
    if (std::none_of(second.at("arms").begin(), second.at("arms").end(), same)) continue;
    out.arms.push_back({.id = id,
                        .role = role_of(first, id, metric),
                        .other_role = role_of(second, id, metric),
                        .metric = paired_effect(first, second, id, metric),
                        .constraint = paired_effect(first, second, id, constraint)});
  }
  if (out.arms.empty()) throw Error::input("the two studies have no arm in common").field("arms");
  return out;
}

}  // namespace gradus
