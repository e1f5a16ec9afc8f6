// One row of the report: a metric of an arm against the baseline over paired seeds.
//
//   std::vector<Comparison> rows = compare_arms(table, plan, update);
//   rows[0].effect->low;  rows[0].p_holm;  verdict_name(rows[0].verdict);
//
// Verdict, "good" being the metric's own direction:
//   better        the 95 % interval lies on the good side of 0 (and p_holm < 0.05 where there is one)
//   non-inferior  constraint only: the one-sided 95 % bound is above -margin
//   worse         as better, on the bad side
//   inconclusive  anything else; it never means that the arms are alike
//
// p_holm corrects the paired-t p over the process metrics that are held out for the arm and for the baseline,
// per arm. The sign-flip p stands beside it uncorrected: over n seeds it cannot fall below 2^(1-n) (0.031 for
// six), so corrected over several metrics it could never reach 0.05 at the usual number of seeds. Where all
// differences agree there is no t statistic and the sign-flip p takes its place.
#pragma once

#include "gradus/eval/pairing.h"
#include "gradus/eval/plan.h"

namespace gradus {

enum class Verdict { better, worse, non_inferior, inconclusive };

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
  Pairing pairing;                        // over all rollouts
  std::optional<BootstrapResult> effect;  // none for fewer than two seeds
  ConditionalEffect correct, common;
  std::optional<double> p_permutation, p_holm;
  Verdict verdict = Verdict::inconclusive;

  bool held_out_for_both() const { return role == Role::held_out && baseline_role == Role::held_out; }
  double direction() const { return metric.higher_is_better ? 1.0 : -1.0; }
  std::optional<double> difference() const;  // arm minus baseline; none where no seed has both
  // The same in the metric's good direction.
  std::optional<double> gain() const;
  std::optional<Interval> gain_interval() const;
  std::optional<double> gain_lower_bound() const;  // one-sided 95 %
};

// Arms in the order of the plan, metrics in the order of the table.
std::vector<Comparison> compare_arms(const EvalTable& table, const AnalysisPlan& plan, int64_t update);

const Comparison& comparison_of(const std::vector<Comparison>& rows, const std::string& arm,
                                const std::string& metric);

}  // namespace gradus
