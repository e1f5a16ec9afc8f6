// One row of the report: a metric of an arm against the baseline over paired seeds.
//
//   std::vector<Comparison> rows = compare_arms(table, plan, update);
//   rows[0].effect->low;  rows[0].p_holm;  verdict_name(rows[0].verdict);
//
// Two tests stand behind a verdict, "good" being the metric's own direction: whether there is a difference
// (the 95 % interval is without 0; and p_holm < 0.05 where there is one), and for the constraint whether it
// is non-inferior (the one-sided 95 % bound is above -margin). Both are said:
//
//   better                          a difference, on the good side
//   worse                           a difference, on the bad side
//   worse, by less than the margin  the same, and non-inferior
//   non-inferior                    no difference was shown, and non-inferior
//   inconclusive                    anything else; it never means that the arms are alike
//
// p_holm corrects the p of the interval's own t test over the process metrics that are held out for the arm
// and for the baseline, per arm, less the arm's primary metric: that one is named before, is tested alone,
// and does not change with what else is shown (as the primary variable of a trial: ICH E9, 2.2.2). The
// sign-flip p stands beside it uncorrected, over base policies: over n of them it cannot fall below 2^(1-n)
// (0.031 for six), so corrected over several metrics it could never reach 0.05 at the usual number. Where all
// differences agree there is no t statistic and the sign-flip p takes its place.
#pragma once

#include "gradus/eval/pairing.h"
#include "gradus/eval/plan.h"

namespace gradus {

enum class Verdict { better, worse, worse_within_margin, non_inferior, inconclusive };

std::string_view verdict_name(Verdict verdict);  // as written in results.json

struct ConditionalEffect {
  std::optional<double> difference;
  std::optional<Interval> interval;
  size_t tasks = 0;
};

struct Comparison {
  std::string arm, baseline;
  MetricSpec metric;
  Role role = Role::held_out, baseline_role = Role::held_out;
  Pairing pairing;               // over all rollouts
  std::optional<Effect> effect;  // none for fewer than two base policies
  // Share of the rollouts that have a value: a metric of right programs alone speaks of those alone.
  std::optional<double> measured, baseline_measured;
  ConditionalEffect correct, common;
  std::optional<double> p_permutation, p_holm;
  std::optional<bool> non_inferior;  // of the constraint
  Verdict verdict = Verdict::inconclusive;

  bool held_out_for_both() const { return role == Role::held_out && baseline_role == Role::held_out; }
  double direction() const { return metric.higher_is_better ? 1.0 : -1.0; }
  std::optional<double> difference() const;  // arm minus baseline; none where no seed has both
  // The same in the metric's good direction.
  std::optional<double> gain() const;
  std::optional<Interval> gain_interval() const;
  std::optional<double> gain_lower_bound() const;  // one-sided 95 %
  // The interval is without 0, and Holm's correction alone keeps the verdict open.
  bool open_after_holm() const;
};

// Arms in the order of the plan, metrics in the order of the table.
std::vector<Comparison> compare_arms(const EvalTable& table, const AnalysisPlan& plan, int64_t update);

const Comparison& comparison_of(const std::vector<Comparison>& rows, const std::string& arm,
                                const std::string& metric);

}  // namespace gradus
