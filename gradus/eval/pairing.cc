#include "gradus/eval/pairing.h"

#include <set>

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

void add_seed(Pairing& out, int64_t seed, const std::map<std::string, PairedTask>& tasks,
              std::set<std::string>& with_value) {
  std::vector<PairedTask> cells;
  for (const auto& [name, task] : tasks) {
    if (task.has_arm + task.has_baseline > 0) cells.push_back(task);
  }
  const std::optional<double> difference = seed_difference(cells);
  if (!difference) return;
  for (const auto& [name, task] : tasks) {
    if (task.has_arm + task.has_baseline > 0) with_value.insert(name);
  }
  out.seed_ids.push_back(seed);
  out.differences.push_back(*difference);
  out.arm_means.push_back(side_mean(cells, &PairedTask::arm, &PairedTask::has_arm));
  out.baseline_means.push_back(side_mean(cells, &PairedTask::baseline, &PairedTask::has_baseline));
  out.seeds.push_back(std::move(cells));
}

}  // namespace

Pairing pair_arms(const EvalTable& table, const ArmPair& pair, size_t metric, Condition condition) {
  const SeedSums arm = task_sums(table.slice(pair.arm, pair.update), metric, condition);
  const SeedSums baseline = task_sums(table.slice(pair.baseline, pair.update), metric, condition);
  Pairing out;
  std::set<std::string> with_value;
  for (const auto& [seed, tasks] : arm) {
    const auto other = baseline.find(seed);
    if (other == baseline.end()) continue;
    add_seed(out, seed, pair_tasks(tasks, other->second, condition), with_value);
  }
  out.tasks = with_value.size();
  return out;
}

Pairing single_arm(const EvalTable& table, const std::string& arm, int64_t update, size_t metric) {
  Pairing out;
  std::set<std::string> with_value;
  for (const auto& [seed, sums] : task_sums(table.slice(arm, update), metric, Condition::all)) {
    std::map<std::string, PairedTask> tasks;
    for (const auto& [name, sum] : sums) {
      put(sum, tasks[name].arm, tasks[name].has_arm);
      tasks[name].has_baseline = tasks[name].has_arm;
    }
    add_seed(out, seed, tasks, with_value);
  }
  out.tasks = with_value.size();
  return out;
}

}  // namespace gradus
