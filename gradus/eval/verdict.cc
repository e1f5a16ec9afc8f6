#include "gradus/eval/verdict.h"

#include <fmt/format.h>

namespace gradus {

namespace {

// "+0.210 [0.170, 0.250]", in the metric's own units.
std::string effect_text(const Comparison& row) {
  if (!row.difference()) return "not measured";
  if (!row.effect) return fmt::format("{:+.3f}, no interval from one seed", *row.difference());
  return fmt::format("{:+.3f} [{:.3f}, {:.3f}]", *row.difference(), row.effect->low, row.effect->high);
}

std::string role_text(const Comparison& row) {
  if (row.held_out_for_both()) return "held-out ";
  return fmt::format("{} ", role_name(std::min(row.role, row.baseline_role)));  // the stronger of the two
}

std::string primary_clause(const Comparison& row) {
  const std::string name = role_text(row) + row.metric.label;
  if (row.verdict == Verdict::inconclusive) {
    return fmt::format("no effect on {} could be shown ({})", name, effect_text(row));
  }
  return fmt::format("{} {} by {}", name, *row.difference() > 0 ? "rose" : "fell", effect_text(row));
}

std::string constraint_clause(const Comparison& row, double margin) {
  if (!row.effect) return fmt::format("{}: {}", row.metric.label, effect_text(row));
  const double bound = *row.gain_lower_bound();
  switch (row.verdict) {
    case Verdict::better:
    case Verdict::worse:
      return fmt::format("{} {} by {}", row.metric.label, *row.difference() > 0 ? "rose" : "fell",
                         effect_text(row));
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

std::string arm_clause(const AnalysisPlan& plan, const std::vector<Comparison>& rows,
                       const std::vector<Curve>& curves, const ArmPlan& arm) {
  const Comparison& primary = comparison_of(rows, arm.id, primary_of(plan, arm));
  const Comparison& constraint = comparison_of(rows, arm.id, plan.constraint);
  const std::string& baseline = arm_of(plan, plan.baseline).label;
  const bool refused = !headline_refusal(plan, primary.metric, arm).empty();
  std::string text = arm.label + ": ";
  if (refused) {
    text += fmt::format("not ranked against {} by {}, which is not held out", baseline, primary.metric.label);
  } else {
    text +=
        primary_clause(primary) + " against " + baseline + sooner_clause(plan, curves, arm, primary.metric);
  }
  text += "; " + constraint_clause(constraint, plan.margin);
  if (constraint.verdict == Verdict::worse) text += ", which exposes this arm";
  return text;
}

std::string control_sentence(const AnalysisPlan& plan, const std::vector<Comparison>& rows,
                             const std::vector<Curve>& curves) {
  std::string text;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == plan.baseline || arm.id == arm_under_test(plan).id) continue;
    text += (text.empty() ? "" : "; ") + arm_clause(plan, rows, curves, arm);
  }
  if (text.empty()) {
    return "No other arm was run, so this study does not tell the effect of the step rewards from that of "
           "their "
           "scale.";
  }
  return text + ".";
}

bool negligible_gain(const AnalysisPlan& plan, const Comparison& primary, const Comparison& constraint) {
  const double ratio =
      (primary.metric.high - primary.metric.low) / (constraint.metric.high - constraint.metric.low);
  const std::optional<Interval> gain = primary.gain_interval();
  return gain && gain->high < plan.margin * ratio;
}

std::string answer_for(const AnalysisPlan& plan, const std::vector<Comparison>& rows, const ArmPlan& arm) {
  const Comparison& primary = comparison_of(rows, arm.id, primary_of(plan, arm));
  const Comparison& constraint = comparison_of(rows, arm.id, plan.constraint);
  if (!headline_refusal(plan, primary.metric, arm).empty()) return "inconclusive";
  const Verdict outcome = constraint.verdict;
  if (primary.verdict == Verdict::better) {
    if (outcome == Verdict::better || outcome == Verdict::non_inferior) return "yes";
    return outcome == Verdict::worse ? "trade-off" : "inconclusive";
  }
  if (primary.verdict == Verdict::worse) return outcome == Verdict::better ? "trade-off" : "no";
  if (outcome == Verdict::worse || negligible_gain(plan, primary, constraint)) return "no";
  return "inconclusive";
}

}  // namespace

StudyVerdict study_verdict(const AnalysisPlan& plan, const std::vector<Comparison>& rows,
                           const std::vector<Curve>& curves, const std::vector<MetricSpec>& metrics) {
  const ArmPlan& arm = arm_under_test(plan);
  return {.answer = answer_for(plan, rows, arm),
          .sentences = {arm_clause(plan, rows, curves, arm) + ".", control_sentence(plan, rows, curves)},
          .refusals = check_headline(plan, metrics)};
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
