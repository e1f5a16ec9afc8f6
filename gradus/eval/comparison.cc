#include "gradus/eval/comparison.h"

namespace gradus {

namespace {

Stream stream_for(const AnalysisPlan& plan, const std::string& arm, const std::string& metric) {
  return Stream(plan.stream_key).child("comparison").child(arm).child(metric);
}

ConditionalEffect conditional(const EvalTable& table, const AnalysisPlan& plan, const ArmPair& pair,
                              size_t metric, Condition condition) {
  const Pairing pairing = pair_arms(table, pair, metric, condition);
  ConditionalEffect effect;
  effect.tasks = pairing.tasks;
  if (pairing.differences.empty()) return effect;
  effect.difference = sample_mean(pairing.differences);
  effect.interval = interval_of(pairing, plan);
  return effect;
}

std::optional<double> share_measured(const EvalTable& table, const ArmPoint& point, size_t metric) {
  double with = 0, all = 0;
  for (const auto& [key, entry] : table.slice(point.arm, point.update)) {
    with += entry.values[metric] ? 1 : 0;
    ++all;
  }
  if (all == 0) return std::nullopt;
  return with / all;
}

Comparison compare_metric(const EvalTable& table, const AnalysisPlan& plan, const ArmPair& pair,
                          size_t metric) {
  Comparison row;
  row.arm = pair.arm.arm;
  row.baseline = pair.baseline.arm;
  row.metric = table.metrics()[metric];
  row.role = role_of(row.metric, arm_of(plan, row.arm));
  row.baseline_role = role_of(row.metric, arm_of(plan, row.baseline));
  row.pairing = pair_arms(table, pair, metric, Condition::all);
  row.effect = effect_of(row.pairing.study, plan.looks);
  if (!row.pairing.differences.empty()) {
    row.p_permutation = sign_flip_p(base_differences(row.pairing.study), plan.draws,
                                    stream_for(plan, row.arm, row.metric.id).child("flips"));
  }
  row.measured = share_measured(table, pair.arm, metric);
  row.baseline_measured = share_measured(table, pair.baseline, metric);
  row.correct = conditional(table, plan, pair, metric, Condition::correct);
  row.common = conditional(table, plan, pair, metric, Condition::common);
  return row;
}

// The family of one arm: its process metrics that are held out for both sides and have at least two seeds,
// less the primary one, which was named before: how many others are shown beside it must not change it.
void correct_for_many(std::span<Comparison> rows, const std::string& primary) {
  std::vector<Comparison*> family;
  std::vector<double> p;
  for (Comparison& row : rows) {
    if (!is_process(row.metric) || !row.held_out_for_both() || !row.effect) continue;
    if (row.metric.id == primary) continue;
    family.push_back(&row);
    p.push_back(row.effect->p ? *row.effect->p : *row.p_permutation);
  }
  const std::vector<double> adjusted = holm(p);
  for (size_t i = 0; i < family.size(); ++i) family[i]->p_holm = adjusted[i];
}

bool interval_without_zero(const Comparison& row) {
  const Interval gain = *row.gain_interval();
  return gain.low > 0 || gain.high < 0;
}

Verdict judge(const Comparison& row) {
  if (!row.effect) return Verdict::inconclusive;
  const bool differs = interval_without_zero(row) && !row.open_after_holm();
  if (differs && row.gain_interval()->low > 0) return Verdict::better;
  const bool within = row.non_inferior.value_or(false);
  if (differs) return within ? Verdict::worse_within_margin : Verdict::worse;
  return within ? Verdict::non_inferior : Verdict::inconclusive;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::worse_within_margin:
      return "worse, by less than the margin";
    case Verdict::non_inferior:
      return "non-inferior";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  throw Error::internal("a verdict without a name");
}

std::optional<double> Comparison::difference() const {
  if (pairing.differences.empty()) return std::nullopt;
  return sample_mean(pairing.differences);
}

std::optional<double> Comparison::gain() const {
  const std::optional<double> raw = difference();
  if (!raw) return std::nullopt;
  return direction() * *raw;
}

std::optional<Interval> Comparison::gain_interval() const {
  if (!effect) return std::nullopt;
  return metric.higher_is_better ? Interval{effect->low, effect->high}
                                 : Interval{-effect->high, -effect->low};
}

std::optional<double> Comparison::gain_lower_bound() const {
  if (!effect) return std::nullopt;
  return metric.higher_is_better ? effect->lower_bound : -effect->upper_bound;
}

bool Comparison::open_after_holm() const {
  return effect && p_holm && *p_holm >= 0.05 && interval_without_zero(*this);
}

std::vector<Comparison> compare_arms(const EvalTable& table, const AnalysisPlan& plan, int64_t update) {
  std::vector<Comparison> rows;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == plan.baseline) continue;
    const size_t first = rows.size();
    for (size_t metric = 0; metric < table.metrics().size(); ++metric) {
      rows.push_back(compare_metric(table, plan, {{arm.id, update}, {plan.baseline, update}}, metric));
    }
    const std::span<Comparison> of_arm = std::span(rows).subspan(first);
    correct_for_many(of_arm, primary_of(plan, arm));
    for (Comparison& row : of_arm) {
      if (row.effect && row.metric.id == plan.constraint)
        row.non_inferior = *row.gain_lower_bound() > -plan.margin;
      row.verdict = judge(row);
    }
  }
  return rows;
}

const Comparison& comparison_of(const std::vector<Comparison>& rows, const std::string& arm,
                                const std::string& metric) {
  for (const Comparison& row : rows) {
    if (row.arm == arm && row.metric.id == metric) return row;
  }
  throw Error::internal("no comparison of arm '" + arm + "' by metric '" + metric + "'");
}

}  // namespace gradus
