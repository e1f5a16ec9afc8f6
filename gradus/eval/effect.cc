#include "gradus/eval/effect.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "gradus/base/error.h"
#include "gradus/eval/anytime.h"
#include "gradus/eval/student_t.h"

namespace gradus {

namespace {

constexpr double kSumRounding = 1e-12;  // relative; a spread below it is that of the sums

struct Totals {
  double arm = 0, baseline = 0, has_arm = 0, has_baseline = 0;
};

Totals totals_of(std::span<const PairedTask> tasks) {
  Totals sum;
  for (const PairedTask& task : tasks) {
    sum.arm += task.arm;
    sum.baseline += task.baseline;
    sum.has_arm += task.has_arm;
    sum.has_baseline += task.has_baseline;
  }
  return sum;
}

std::vector<double> seed_differences(const PairedSeeds& seeds) {
  std::vector<double> out;
  for (const auto& tasks : seeds) {
    const std::optional<double> difference = seed_difference(tasks);
    require(difference.has_value(), "a seed has values of both sides");
    out.push_back(*difference);
  }
  return out;
}

// By ascending base: the differences of its seeds.
std::map<int64_t, std::vector<double>> by_base(const PairedStudy& study) {
  require(study.bases.size() == study.seeds.size(), "every paired seed has a base policy");
  const std::vector<double> differences = seed_differences(study.seeds);
  std::map<int64_t, std::vector<double>> out;
  for (size_t i = 0; i < differences.size(); ++i) out[study.bases[i]].push_back(differences[i]);
  return out;
}

double base_variance(const std::map<int64_t, std::vector<double>>& bases, double mean, double seeds) {
  double sum = 0;
  for (const auto& [base, differences] : bases) {
    const double share = static_cast<double>(differences.size()) / seeds;
    const double apart = share * (sample_mean(differences) - mean);
    sum += apart * apart;
  }
  const double count = static_cast<double>(bases.size());
  return sum * count / (count - 1);
}

// What task t adds to the mean difference through each base policy that has met it.
using TaskParts = std::map<size_t, std::map<int64_t, double>>;

TaskParts task_parts(const PairedStudy& study) {
  TaskParts parts;
  const double seeds = static_cast<double>(study.seeds.size());
  for (size_t i = 0; i < study.seeds.size(); ++i) {
    const Totals sum = totals_of(study.seeds[i]);
    for (const PairedTask& task : study.seeds[i]) {
      const double arm = (task.arm - sum.arm / sum.has_arm * task.has_arm) / sum.has_arm;
      const double baseline =
          (task.baseline - sum.baseline / sum.has_baseline * task.has_baseline) / sum.has_baseline;
      parts[task.task][study.bases[i]] += (arm - baseline) / seeds;
    }
  }
  return parts;
}

struct SharedTasks {
  double tasks = 0, cells = 0;                // V_task and V_cell
  double task_degrees = 0, cell_degrees = 0;  // of freedom
  double variance() const { return std::max(0.0, tasks - cells); }
};

SharedTasks shared_tasks(const PairedStudy& study, size_t bases) {
  SharedTasks out;
  double count = 0, spare = 0;
  for (const auto& [task, parts] : task_parts(study)) {
    if (parts.size() < 2) continue;
    const double met = static_cast<double>(parts.size());
    double sum = 0, squares = 0;
    for (const auto& [base, part] : parts) sum += part;
    for (const auto& [base, part] : parts) squares += (part - sum / met) * (part - sum / met);
    out.tasks += sum * sum;
    out.cells += squares * met / (met - 1);
    count += 1;
    spare += met - 1;
  }
  if (count < 2) return {};
  out.tasks *= count / (count - 1);
  out.cells *= count / (count - 1);
  out.task_degrees = count - 1;
  out.cell_degrees = std::max(1.0, spare - static_cast<double>(bases - 1));
  return out;
}

// At least 1: V_cell is subtracted, and a difference of large parts can leave less than any of them has.
double satterthwaite(double variance, double base, double bases, const SharedTasks& shared) {
  if (shared.variance() == 0) return bases - 1;
  const double parts = base * base / (bases - 1) + shared.tasks * shared.tasks / shared.task_degrees +
                       shared.cells * shared.cells / shared.cell_degrees;
  return std::max(1.0, variance * variance / parts);
}

void set_fixed(Effect& out) {
  const double two_sided = student_t_quantile(0.975, out.degrees) * out.error;
  const double one_sided = student_t_quantile(0.95, out.degrees) * out.error;
  out.low = out.mean - two_sided;
  out.high = out.mean + two_sided;
  out.lower_bound = out.mean - one_sided;
  out.upper_bound = out.mean + one_sided;
  if (out.error > 0) out.p = student_t_two_sided(out.mean / out.error, out.degrees);
}

// False where the sequence bounds nothing yet.
bool set_anytime(Effect& out) {
  const std::optional<double> factor = anytime_t(out.bases, kSequenceLevel);
  if (!factor) return false;
  // The ends of the two-sided sequence hold on one side too.
  out.low = out.lower_bound = out.mean - *factor * out.error;
  out.high = out.upper_bound = out.mean + *factor * out.error;
  if (out.error > 0) out.p = anytime_p(out.mean / out.error, out.bases);
  return true;
}

}  // namespace

std::optional<double> seed_difference(std::span<const PairedTask> tasks) {
  const Totals sum = totals_of(tasks);
  if (sum.has_arm == 0 || sum.has_baseline == 0) return std::nullopt;
  return sum.arm / sum.has_arm - sum.baseline / sum.has_baseline;
}

std::vector<double> base_differences(const PairedStudy& study) {
  std::vector<double> out;
  for (const auto& [base, differences] : by_base(study)) out.push_back(sample_mean(differences));
  return out;
}

std::optional<Effect> effect_of(const PairedStudy& study, Looks looks) {
  const std::map<int64_t, std::vector<double>> bases = by_base(study);
  if (bases.size() < 2) return std::nullopt;
  Effect out;
  out.mean = sample_mean(seed_differences(study.seeds));
  out.bases = bases.size();
  out.base_variance = base_variance(bases, out.mean, static_cast<double>(study.seeds.size()));
  const SharedTasks shared = shared_tasks(study, bases.size());
  out.task_variance = shared.variance();
  const double variance = out.base_variance + out.task_variance;
  if (std::sqrt(variance) <= kSumRounding * std::max(1.0, std::fabs(out.mean))) {
    out.base_variance = out.task_variance = 0;
    out.degrees = static_cast<double>(bases.size() - 1);
  } else {
    out.error = std::sqrt(variance);
    out.degrees = satterthwaite(variance, out.base_variance, static_cast<double>(bases.size()), shared);
  }
  if (looks == Looks::every_seed) return set_anytime(out) ? std::optional(out) : std::nullopt;
  set_fixed(out);
  return out;
}

}  // namespace gradus
