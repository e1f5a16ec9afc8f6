#include "gradus/eval/plain_words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gradus {

namespace {

constexpr double kSameTokens = 0.005;  // a difference that rounds to 0 %

bool is_paid(const MetricSpec& metric, const ArmPlan& arm) {
  const Role role = role_of(metric, arm);
  return role == Role::optimised || role == Role::same_construct;
}

std::optional<double> explained_r2(const MetricSpec& metric, const ArmPlan& arm) {
  const auto found = arm.explained.find(metric.id);
  return found == arm.explained.end() ? std::nullopt : found->second.r2;
}

// Of what is paid beside the outcome, the metric that the reward explains best; null: nothing is.
const MetricSpec* nearest_to_reward(const std::vector<MetricSpec>& metrics, const ArmPlan& arm) {
  const MetricSpec* best = nullptr;
  for (const MetricSpec& metric : metrics) {
    if (metric.axis == "outcome" || !is_paid(metric, arm)) continue;
    // No value is less than any.
    if (best == nullptr || explained_r2(metric, arm) > explained_r2(*best, arm)) best = &metric;
  }
  return best;
}

std::string paid_for(const std::vector<MetricSpec>& metrics, const ArmPlan& arm) {
  std::vector<std::string> names;
  size_t beside = 0;
  for (const MetricSpec& metric : metrics) {
    if (!is_paid(metric, arm)) continue;
    if (metric.axis == "outcome")
      names.push_back(metric.label);
    else
      ++beside;
  }
  if (const MetricSpec* const nearest = nearest_to_reward(metrics, arm)) {
    names.push_back(nearest->label);
    if (beside > 1)
      names.back() += fmt::format(" ({} more metric{} this)", beside - 1, beside == 2 ? " sees" : "s see");
  }
  return names.empty() ? "nothing that is measured here" : fmt::format("{}", fmt::join(names, " + "));
}

bool unpaid(const AnalysisPlan& plan, const MetricSpec& metric, const ArmPlan& arm) {
  return role_of(metric, arm) == Role::held_out &&
         role_of(metric, arm_of(plan, plan.baseline)) == Role::held_out;
}

// Null: all that is measured was paid.
const MetricSpec* not_paid(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics,
                           const ArmPlan& arm) {
  const MetricSpec* first = nullptr;
  for (const MetricSpec& metric : metrics) {
    if (!unpaid(plan, metric, arm)) continue;
    if (metric.id == primary_of(plan, arm)) return &metric;
    const bool known = arm.explained.count(metric.id) == 0 || explained_r2(metric, arm);
    if (first == nullptr && is_process(metric) && known) first = &metric;
  }
  return first;
}

// What is not paid by name may be paid in part.
void add_seen_part(const MetricSpec& metric, const ArmPlan& arm, PlainChange& into) {
  const auto found = arm.explained.find(metric.id);
  if (found == arm.explained.end()) return;
  const Explained& seen = found->second;
  if (seen.r2 >= kPartR2 || seen.auc >= kPartAuc)
    into.parts.push_back("but the reward sees part of it: " + explained_text(seen));
}

std::string verdict_words(const Comparison& row, double margin) {
  switch (row.verdict) {
    case Verdict::non_inferior:
      return fmt::format("no loss of {:.3g} or more", margin);
    case Verdict::inconclusive:
      return row.open_after_holm() ? "no difference shown after Holm" : "no difference shown";
    default:
      return std::string(verdict_name(row.verdict));
  }
}

std::string against_baseline(const Comparison& row, const AnalysisPlan& plan) {
  if (!row.difference()) return "no difference measured";
  if (!row.effect)
    return fmt::format("difference {:+.3f}, too few base policies for an interval", *row.difference());
  return fmt::format("difference {:+.3f} [{:+.3f}, {:+.3f}], {}", *row.difference(), row.effect->low,
                     row.effect->high, verdict_words(row, plan.margin));
}

// "0.312", before any training where `first`, else at the end.
std::string mean_text(const Curve& curve, bool first) {
  if (curve.points.empty()) return "n/a";
  const CurvePoint& point = first ? curve.points.front() : curve.points.back();
  return first == (point.update == 0) ? fmt::format("{:.3f}", point.mean) : "n/a";
}

PlainChange change(const AnalysisPlan& plan, const Findings& findings, const ArmPlan& arm,
                   const MetricSpec& metric) {
  const Curve& curve = curve_of(findings.curves, arm.id, metric.id);
  PlainChange out{
      metric.id,
      {fmt::format("{}: from {} to {}", metric.label, mean_text(curve, true), mean_text(curve, false))}};
  if (arm.id == plan.baseline) return out;
  const Curve& other = curve_of(findings.curves, plan.baseline, metric.id);
  out.parts.push_back(
      fmt::format("{} ends at {}", arm_of(plan, plan.baseline).label, mean_text(other, false)));
  out.parts.push_back(against_baseline(comparison_of(findings.rows, arm.id, metric.id), plan));
  return out;
}

std::optional<double> training_tokens(const Findings& findings, const std::string& arm,
                                      const std::string& metric) {
  const Curve& curve = curve_of(findings.curves, arm, metric);
  if (curve.points.empty() || !curve.points.back().cost) return std::nullopt;
  return curve.points.back().cost->tokens;
}

// "12 % fewer tokens in training"; "" where tokens were not counted.
std::string tokens_text(const AnalysisPlan& plan, const Findings& findings, const std::string& arm) {
  const auto spent = training_tokens(findings, arm, plan.constraint),
             usual = training_tokens(findings, plan.baseline, plan.constraint);
  if (!spent || !usual || *usual <= 0) return "";
  const double more = *spent / *usual - 1;
  if (std::abs(more) < kSameTokens) return "as many tokens in training";
  return fmt::format("{:.0f} % {} tokens in training", 100 * std::abs(more), more > 0 ? "more" : "fewer");
}

PlainChange cost(const AnalysisPlan& plan, const Findings& findings, const ArmPlan& arm,
                 const MetricSpec& constraint) {
  if (arm.id == plan.baseline) return {"", {"nothing: the other arms are compared with this one"}};
  PlainChange out = change(plan, findings, arm, constraint);
  const std::string tokens = tokens_text(plan, findings, arm.id);
  if (!tokens.empty()) out.parts.push_back(tokens);
  return out;
}

}  // namespace

std::vector<PlainWords> plain_words(const AnalysisPlan& plan, const std::vector<MetricSpec>& metrics,
                                    const Findings& findings) {
  const auto constraint = std::find_if(
      metrics.begin(), metrics.end(), [&](const MetricSpec& metric) { return metric.id == plan.constraint; });
  std::vector<PlainWords> out;
  for (const ArmPlan& arm : plan.arms) {
    const MetricSpec* paid = nearest_to_reward(metrics, arm);
    if (paid == nullptr && is_paid(*constraint, arm)) paid = &*constraint;
    const MetricSpec* const left = not_paid(plan, metrics, arm);
    const PlainChange nothing{"", {"nothing that is measured here"}};
    PlainChange beside = left != nullptr ? change(plan, findings, arm, *left) : nothing;
    if (left != nullptr) add_seen_part(*left, arm, beside);
    out.push_back({.arm = arm.id,
                   .paid_for = paid_for(metrics, arm),
                   .paid = paid != nullptr ? change(plan, findings, arm, *paid) : nothing,
                   .not_paid = std::move(beside),
                   .cost = cost(plan, findings, arm, *constraint)});
  }
  return out;
}

}  // namespace gradus
