#include "gradus/eval/verdict.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/eval/headroom.h"

namespace gradus {

namespace {

// "+0.210 [0.170, 0.250]", in the metric's own units.
std::string effect_text(const Comparison& row) {
  if (!row.difference()) return "not measured";
  if (!row.effect) return fmt::format("{:+.3f}, too few base policies for an interval", *row.difference());
  return fmt::format("{:+.3f} [{:.3f}, {:.3f}]", *row.difference(), row.effect->low, row.effect->high);
}

std::string role_text(const Comparison& row) {
  if (row.held_out_for_both()) return "held-out ";
  return fmt::format("{} ", role_name(std::min(row.role, row.baseline_role)));  // the stronger of the two
}

// A metric that exists for a part of the rollouts speaks of that part.
std::string coverage_text(const Comparison& row, const std::string& baseline) {
  constexpr double kAll = 0.9;  // what is missing then cannot carry an effect
  if (row.metric.sampled || !row.measured || !row.baseline_measured) return "";
  if (std::min(*row.measured, *row.baseline_measured) >= kAll) return "";
  return fmt::format(" (it exists for {:.0f} % of the rollouts, for {:.0f} % of those of {})",
                     100 * *row.measured, 100 * *row.baseline_measured, baseline);
}

std::string moved(const Comparison& row) {
  return fmt::format("{} by {}", *row.difference() > 0 ? "rose" : "fell", effect_text(row));
}

std::string primary_clause(const Comparison& row, const std::string& baseline) {
  const std::string name = role_text(row) + row.metric.label;
  if (row.verdict == Verdict::inconclusive) {
    const std::string holm =
        row.open_after_holm() ? fmt::format(", p after Holm {:.3f}", *row.p_holm) : std::string();
    return fmt::format("no effect on {} could be shown ({}{}) against {}{}", name, effect_text(row), holm,
                       baseline, coverage_text(row, baseline));
  }
  return fmt::format("{} {} against {}{}", name, moved(row), baseline, coverage_text(row, baseline));
}

std::string constraint_clause(const Comparison& row, double margin) {
  if (!row.effect) return fmt::format("{}: {}", row.metric.label, effect_text(row));
  const double bound = *row.gain_lower_bound();
  switch (row.verdict) {
    case Verdict::better:
    case Verdict::worse:
      return fmt::format("{} {}", row.metric.label, moved(row));
    case Verdict::worse_within_margin:
      return fmt::format("{} {}: worse, by less than the margin (lower bound {:.3f} > {:.3f})",
                         row.metric.label, moved(row), bound, -margin);
    case Verdict::non_inferior:
      return fmt::format("{} stayed within the margin ({:+.3f}, lower bound {:.3f} > {:.3f})",
                         row.metric.label, *row.gain(), bound, -margin);
    case Verdict::inconclusive:
      break;
  }
  return fmt::format(
      "whether {} stayed within the margin is open ({:+.3f}, lower bound {:.3f}, margin {:.3f})",
      row.metric.label, *row.gain(), bound, -margin);
}

std::string sooner_clause(const AnalysisPlan& plan, const std::vector<Curve>& curves, const ArmPlan& arm,
                          const MetricSpec& primary) {
  const auto sooner = time_to_quality(curve_of(curves, plan.baseline, primary.id),
                                      curve_of(curves, arm.id, primary.id), primary.higher_is_better);
  if (!sooner) return "";
  return fmt::format(", reaching the final value of {} {:.1f} times sooner (update {} against {})",
                     arm_of(plan, plan.baseline).label, sooner->factor, sooner->arm_update,
                     sooner->baseline_update);
}

std::string goodhart_clause(const std::vector<Goodhart>& all, const std::string& arm) {
  for (const Goodhart& found : all) {
    if (found.arm == arm && found.flagged()) return "; Goodhart flag: " + found.reason;
  }
  return "";
}

// The whole interval lies below the smallest difference that counts.
bool negligible_gain(const AnalysisPlan& plan, const Comparison& primary, const Comparison& constraint) {
  const std::optional<Interval> gain = primary.gain_interval();
  return gain && gain->high < scaled_margin(plan, primary.metric, constraint.metric);
}

std::string arm_sentence(const AnalysisPlan& plan, const Findings& findings, const ArmPlan& arm) {
  const Comparison& primary = comparison_of(findings.rows, arm.id, primary_of(plan, arm));
  const Comparison& constraint = comparison_of(findings.rows, arm.id, plan.constraint);
  const std::string& baseline = arm_of(plan, plan.baseline).label;
  const bool refused = !headline_refusal(plan, primary.metric, arm).empty();
  std::string text = arm.label + ": ";
  if (refused) {
    text += fmt::format("not ranked against {} by {}, which is not held out", baseline, primary.metric.label);
  } else {
    text += primary_clause(primary, baseline);
    if (primary.verdict == Verdict::better && negligible_gain(plan, primary, constraint)) {
      text += fmt::format(", which is less than counts (margin {:.3f})",
                          scaled_margin(plan, primary.metric, constraint.metric));
    }
    text += sooner_clause(plan, findings.curves, arm, primary.metric);
  }
  text += "; " + constraint_clause(constraint, plan.margin);
  if (constraint.verdict == Verdict::worse) text += ", which exposes this arm";
  return text + goodhart_clause(findings.goodhart, arm.id) + ".";
}

std::vector<std::string> arm_sentences(const AnalysisPlan& plan, const Findings& findings) {
  std::vector<std::string> out;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id != plan.baseline) out.push_back(arm_sentence(plan, findings, arm));
  }
  if (out.size() == 1) {
    out.emplace_back(
        "No other arm was run, so this study does not tell the effect of the step rewards from that of their "
        "scale.");
  }
  return out;
}

std::string answer_for(const AnalysisPlan& plan, const std::vector<Comparison>& rows, const ArmPlan& arm) {
  const Comparison& primary = comparison_of(rows, arm.id, primary_of(plan, arm));
  const Comparison& constraint = comparison_of(rows, arm.id, plan.constraint);
  if (!headline_refusal(plan, primary.metric, arm).empty()) return "inconclusive";
  const Verdict outcome = constraint.verdict;
  const bool negligible = negligible_gain(plan, primary, constraint);
  if (primary.verdict == Verdict::better && !negligible) {
    if (outcome == Verdict::better || outcome == Verdict::non_inferior) return "yes";
    if (outcome == Verdict::worse_within_margin) return "yes, at a cost";
    return outcome == Verdict::worse ? "trade-off" : "inconclusive";
  }
  if (primary.verdict == Verdict::worse) return outcome == Verdict::better ? "trade-off" : "no";
  if (outcome == Verdict::worse || negligible) return "no";
  return "inconclusive";
}

}  // namespace

StudyVerdict study_verdict(const EvalTable& table, const AnalysisPlan& plan, int64_t update,
                           const Findings& findings) {
  const ArmPlan& arm = arm_under_test(plan);
  StudyVerdict out{.answer = answer_for(plan, findings.rows, arm),
                   .sentences = arm_sentences(plan, findings),
                   .refusals = check_headline(plan, table.metrics())};
  if (const auto why =
          no_room(table, plan, update, comparison_of(findings.rows, arm.id, primary_of(plan, arm)))) {
    out.answer = "cannot tell";
    out.sentences.insert(out.sentences.begin(), *why);
  }
  return out;
}

double scaled_margin(const AnalysisPlan& plan, const MetricSpec& metric, const MetricSpec& constraint) {
  return plan.margin * (metric.high - metric.low) / (constraint.high - constraint.low);
}

OutcomeOnlyConclusion outcome_only(const AnalysisPlan& plan, const std::vector<Comparison>& rows) {
  const ArmPlan& arm = arm_under_test(plan);
  const Comparison& outcome = comparison_of(rows, arm.id, plan.constraint);
  const std::optional<Interval> gain = outcome.gain_interval();
  OutcomeOnlyConclusion out;
  out.benefit = gain && gain->low > 0 && *outcome.gain() >= plan.margin;
  out.sentence = fmt::format("{}: {} benefit in {} against {} ({}).", arm.label, out.benefit ? "a" : "no",
                             outcome.metric.label, arm_of(plan, plan.baseline).label, effect_text(outcome));
  return out;
}

}  // namespace gradus
