#include "gradus/eval/pairing.h"

#include <map>

namespace gradus {

namespace {

struct TaskSum {
  double sum = 0, count = 0;
  bool solved = false;
};

using TaskSums = std::map<std::string, TaskSum>;
using SeedSums = std::map<int64_t, TaskSums>;

SeedSums task_sums(const EvalTable::Slice& slice, size_t metric, Condition condition) {
  SeedSums seeds;
  for (const auto& [key, entry] : slice) {
    TaskSum& task = seeds[key.seed][key.task];
    const bool passed = entry.passed.value_or(false);
    task.solved = task.solved || passed;
    if (condition != Condition::all && !passed) continue;
    const std::optional<float>& value = entry.values[metric];
    if (!value) continue;
    task.sum += *value;
    ++task.count;
  }
  return seeds;
}

void put(const TaskSum& from, double& value, double& has) {
  if (from.count == 0) return;
  value = from.sum / from.count;
  has = 1;
}

// The tasks of one seed, both sides; tasks that only one side met still count for that side unless `common`.
std::map<std::string, PairedTask> pair_tasks(const TaskSums& arm, const TaskSums& baseline,
                                             Condition condition) {
  std::map<std::string, PairedTask> tasks;
  const auto solved_by = [](const TaskSums& sums, const std::string& task) {
    const auto at = sums.find(task);
    return at != sums.end() && at->second.solved;
  };
  const auto wanted = [&](const std::string& task) {
    return condition != Condition::common || (solved_by(arm, task) && solved_by(baseline, task));
  };
  for (const auto& [task, sum] : arm) {
    if (wanted(task)) put(sum, tasks[task].arm, tasks[task].has_arm);
  }
  for (const auto& [task, sum] : baseline) {
    if (wanted(task)) put(sum, tasks[task].baseline, tasks[task].has_baseline);
  }
  return tasks;
}

double side_mean(std::span<const PairedTask> tasks, double PairedTask::*value, double PairedTask::*has) {
  double sum = 0, count = 0;
  for (const PairedTask& task : tasks) {
    sum += task.*value;
    count += task.*has;
  }
  return sum / count;
}

// Numbers of the task names, the same for all seeds.
class TaskNumbers {
 public:
  size_t of(const std::string& name) { return numbers_.emplace(name, numbers_.size()).first->second; }
  size_t size() const { return numbers_.size(); }

 private:
  std::map<std::string, size_t> numbers_;
};

void add_seed(Pairing& out, int64_t seed, const std::map<std::string, PairedTask>& named,
              TaskNumbers& numbers) {
  std::vector<PairedTask> cells;
  for (const auto& [name, task] : named) {
    if (task.has_arm + task.has_baseline > 0) cells.push_back(task);
  }
  const std::optional<double> difference = seed_difference(cells);
  if (!difference) return;
  cells.clear();
  for (const auto& [name, task] : named) {
    if (task.has_arm + task.has_baseline == 0) continue;
    cells.push_back(task);
    cells.back().task = numbers.of(name);
  }
  out.seed_ids.push_back(seed);
  out.differences.push_back(*difference);
  out.arm_means.push_back(side_mean(cells, &PairedTask::arm, &PairedTask::has_arm));
  out.baseline_means.push_back(side_mean(cells, &PairedTask::baseline, &PairedTask::has_baseline));
  out.study.seeds.push_back(std::move(cells));
}

}  // namespace

Pairing pair_cells(const EvalTable& table, const NamedCells& seeds) {
  Pairing out;
  TaskNumbers numbers;
  for (const auto& [seed, cells] : seeds) add_seed(out, seed, cells, numbers);
  for (const int64_t seed : out.seed_ids) out.study.bases.push_back(table.base_of(seed));
  out.tasks = numbers.size();
  return out;
}

Pairing pair_arms(const EvalTable& table, const ArmPair& pair, size_t metric, Condition condition) {
  const SeedSums arm = task_sums(table.slice(pair.arm.arm, pair.arm.update), metric, condition);
  const SeedSums baseline =
      task_sums(table.slice(pair.baseline.arm, pair.baseline.update), metric, condition);
  NamedCells seeds;
  for (const auto& [seed, tasks] : arm) {
    const auto other = baseline.find(seed);
    if (other != baseline.end()) seeds[seed] = pair_tasks(tasks, other->second, condition);
  }
  return pair_cells(table, seeds);
}

Pairing single_arm(const EvalTable& table, const ArmPoint& arm, size_t metric) {
  NamedCells seeds;
  for (const auto& [seed, sums] : task_sums(table.slice(arm.arm, arm.update), metric, Condition::all)) {
    for (const auto& [name, sum] : sums) {
      PairedTask& task = seeds[seed][name];
      put(sum, task.arm, task.has_arm);
      task.has_baseline = task.has_arm;
    }
  }
  return pair_cells(table, seeds);
}

std::optional<Interval> interval_of(const Pairing& pairing, const AnalysisPlan& plan) {
  const std::optional<Effect> effect = effect_of(pairing.study, plan.looks);
  if (!effect) return std::nullopt;
  return Interval{effect->low, effect->high};
}

}  // namespace gradus
