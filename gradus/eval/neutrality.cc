#include "gradus/eval/neutrality.h"

namespace gradus {

// Sloppy rollouts are the one side of a cell and clean ones the other: passes, with their number.
std::optional<Neutrality> neutrality(const EvalTable& table, const AnalysisPlan& plan) {
  NamedCells seeds;
  Neutrality out;
  for (const auto& [key, entry] : table.slice(kBaseArm, 0)) {
    if (!entry.passed || !entry.sloppy) continue;
    PairedTask& task = seeds[key.seed][key.task];
    (*entry.sloppy ? task.arm : task.baseline) += *entry.passed ? 1 : 0;
    (*entry.sloppy ? task.has_arm : task.has_baseline) += 1;
    ++(*entry.sloppy ? out.rollouts_sloppy : out.rollouts_clean);
  }
  const Pairing pairing = pair_cells(table, seeds);
  if (pairing.differences.empty()) return std::nullopt;
  out.pass_sloppy = sample_mean(pairing.arm_means);
  out.pass_clean = sample_mean(pairing.baseline_means);
  out.difference = sample_mean(pairing.differences);
  out.interval = interval_of(pairing, plan);
  return out;
}

}  // namespace gradus
