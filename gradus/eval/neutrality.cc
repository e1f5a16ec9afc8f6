#include "gradus/eval/neutrality.h"

namespace gradus {

namespace {

struct Counts {
  double sloppy = 0, sloppy_passed = 0, clean = 0, clean_passed = 0;

  void add(const Counts& other) {
    sloppy += other.sloppy;
    sloppy_passed += other.sloppy_passed;
    clean += other.clean;
    clean_passed += other.clean_passed;
  }
  std::optional<double> difference() const {
    if (sloppy == 0 || clean == 0) return std::nullopt;
    return sloppy_passed / sloppy - clean_passed / clean;
  }
};

std::vector<Counts> counts_by_task(const EvalTable& table) {
  std::map<std::string, Counts> tasks;
  for (const auto& [key, entry] : table.slice(kBaseArm, 0)) {
    if (!entry.passed || !entry.sloppy) continue;
    Counts& task = tasks[key.task];
    (*entry.sloppy ? task.sloppy : task.clean) += 1;
    (*entry.sloppy ? task.sloppy_passed : task.clean_passed) += *entry.passed ? 1 : 0;
  }
  std::vector<Counts> out;
  for (const auto& [name, counts] : tasks) out.push_back(counts);
  return out;
}

}  // namespace

std::optional<Neutrality> neutrality(const EvalTable& table, int draws, Stream stream) {
  const std::vector<Counts> tasks = counts_by_task(table);
  Counts total;
  for (const Counts& task : tasks) total.add(task);
  const std::optional<double> difference = total.difference();
  if (!difference) return std::nullopt;
  Neutrality out;
  out.pass_sloppy = total.sloppy_passed / total.sloppy;
  out.pass_clean = total.clean_passed / total.clean;
  out.difference = *difference;
  out.rollouts_sloppy = static_cast<int64_t>(total.sloppy);
  out.rollouts_clean = static_cast<int64_t>(total.clean);
  out.interval = bootstrap_over_tasks(tasks.size(), draws, stream, [&](std::span<const size_t> picked) {
    Counts drawn;
    for (const size_t task : picked) drawn.add(tasks[task]);
    return drawn.difference();
  });
  return out;
}

}  // namespace gradus
