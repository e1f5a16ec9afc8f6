#include "gradus/eval/comparison.h"

namespace gradus {

namespace {

Stream stream_for(const AnalysisPlan& plan, const std::string& arm, const std::string& metric) {
  return Stream(plan.stream_key).child("comparison").child(arm).child(metric);
}

ConditionalEffect conditional(const EvalTable& table, const AnalysisPlan& plan, const ArmPair& pair,
                              size_t metric, Condition condition, Stream stream) {
  const Pairing pairing = pair_arms(table, pair, metric, condition);
  ConditionalEffect effect;
  effect.tasks = pairing.tasks;
  if (pairing.differences.empty()) return effect;
  effect.difference = sample_mean(pairing.differences);
  const auto bootstrap = two_level_bootstrap(pairing.seeds, plan.draws, stream);
  if (bootstrap) effect.interval = Interval{bootstrap->low, bootstrap->high};
  return effect;
}

Comparison compare_metric(const EvalTable& table, const AnalysisPlan& plan, const ArmPair& pair,
                          size_t metric) {
  Comparison row;
  row.arm = pair.arm;
  row.baseline = pair.baseline;
  row.metric = table.metrics()[metric];
  row.role = role_of(row.metric, arm_of(plan, pair.arm));
  row.baseline_role = role_of(row.metric, arm_of(plan, pair.baseline));
  row.pairing = pair_arms(table, pair, metric, Condition::all);
  const Stream stream = stream_for(plan, pair.arm, row.metric.id);
  row.effect = two_level_bootstrap(row.pairing.seeds, plan.draws, stream.child("all"));
  if (!row.pairing.differences.empty()) {
    row.p_permutation = sign_flip_p(row.pairing.differences, plan.draws, stream.child("flips"));
  }
  row.correct = conditional(table, plan, pair, metric, Condition::correct, stream.child("correct"));
  row.common = conditional(table, plan, pair, metric, Condition::common, stream.child("common"));
  return row;
}

// The family of one arm: its process metrics that are held out for both sides and have at least two seeds.
void correct_for_many(std::span<Comparison> rows) {
  std::vector<Comparison*> family;
  std::vector<double> p;
  for (Comparison& row : rows) {
    if (!is_process(row.metric) || !row.held_out_for_both() || !row.effect) continue;
    family.push_back(&row);
    const std::optional<double> by_t = paired_t_p(row.pairing.differences);
    p.push_back(by_t ? *by_t : *row.p_permutation);
  }
  const std::vector<double> adjusted = holm(p);
  for (size_t i = 0; i < family.size(); ++i) family[i]->p_holm = adjusted[i];
}

Verdict judge(const Comparison& row, const AnalysisPlan& plan) {
  if (!row.effect) return Verdict::inconclusive;
  const bool survives = !row.p_holm || *row.p_holm < 0.05;
  const Interval gain = *row.gain_interval();
  if (gain.low > 0 && survives) return Verdict::better;
  if (row.metric.id == plan.constraint && *row.gain_lower_bound() > -plan.margin)
    return Verdict::non_inferior;
  if (gain.high < 0 && survives) return Verdict::worse;
  return Verdict::inconclusive;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
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

std::vector<Comparison> compare_arms(const EvalTable& table, const AnalysisPlan& plan, int64_t update) {
  std::vector<Comparison> rows;
  for (const ArmPlan& arm : plan.arms) {
    if (arm.id == plan.baseline) continue;
    const size_t first = rows.size();
    for (size_t metric = 0; metric < table.metrics().size(); ++metric) {
      rows.push_back(compare_metric(table, plan, {arm.id, plan.baseline, update}, metric));
    }
    const std::span<Comparison> of_arm = std::span(rows).subspan(first);
    correct_for_many(of_arm);
    for (Comparison& row : of_arm) row.verdict = judge(row, plan);
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
