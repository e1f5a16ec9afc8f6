#include "gradus/eval/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "gradus/base/error.h"
#include "gradus/base/quantile.h"
#include "gradus/eval/index_source.h"
#include "gradus/eval/student_t.h"

namespace gradus {

namespace {

double resampled_difference(std::span<const PairedTask> tasks, double observed, IndexSource& index) {
  PairedTask sum;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const PairedTask& task = tasks[index.below(tasks.size())];
    sum.arm += task.arm;
    sum.baseline += task.baseline;
    sum.has_arm += task.has_arm;
    sum.has_baseline += task.has_baseline;
  }
  // A draw that left out every task with a value says nothing about the spread within the seed.
  if (sum.has_arm == 0 || sum.has_baseline == 0) return observed;
  return sum.arm / sum.has_arm - sum.baseline / sum.has_baseline;
}

std::vector<double> observed_differences(const PairedSeeds& seeds) {
  std::vector<double> observed;
  for (const auto& tasks : seeds) {
    const std::optional<double> difference = seed_difference(tasks);
    require(difference.has_value(), "a seed without a value on both sides reached the bootstrap");
    observed.push_back(*difference);
  }
  return observed;
}

std::vector<double> two_level_draws(const PairedSeeds& seeds, const std::vector<double>& observed, int draws,
                                    Stream stream) {
  IndexSource index(stream);
  std::vector<double> means(static_cast<size_t>(draws));
  for (double& mean : means) {
    double sum = 0;
    for (size_t i = 0; i < seeds.size(); ++i) {
      const size_t seed = index.below(seeds.size());
      sum += resampled_difference(seeds[seed], observed[seed], index);
    }
    mean = sum / static_cast<double>(seeds.size());
  }
  return means;
}

BootstrapResult percentiles(std::vector<double>& draws, double mean) {
  return {.mean = mean,
          .low = quantile(draws, 0.025),
          .high = quantile(draws, 0.975),
          .lower_bound = quantile(draws, 0.05),
          .upper_bound = quantile(draws, 0.95)};
}

}  // namespace

std::optional<double> seed_difference(std::span<const PairedTask> tasks) {
  PairedTask sum;
  for (const PairedTask& task : tasks) {
    sum.arm += task.arm;
    sum.baseline += task.baseline;
    sum.has_arm += task.has_arm;
    sum.has_baseline += task.has_baseline;
  }
  if (sum.has_arm == 0 || sum.has_baseline == 0) return std::nullopt;
  return sum.arm / sum.has_arm - sum.baseline / sum.has_baseline;
}

BootstrapResult two_level_percentile(const PairedSeeds& seeds, int draws, Stream stream) {
  const std::vector<double> observed = observed_differences(seeds);
  std::vector<double> means = two_level_draws(seeds, observed, draws, stream);
  return percentiles(means, sample_mean(observed));
}

std::optional<BootstrapResult> two_level_bootstrap(const PairedSeeds& seeds, int draws, Stream stream) {
  if (seeds.size() < 2) return std::nullopt;
  const std::vector<double> observed = observed_differences(seeds);
  const double mean = sample_mean(observed);
  std::vector<double> means = two_level_draws(seeds, observed, draws, stream);
  const double spread = *sample_sd(means);
  if (spread == 0) return BootstrapResult{mean, mean, mean, mean, mean};
  const double n = static_cast<double>(seeds.size());
  const double scale = *sample_sd(observed) / std::sqrt(n) / spread;
  const double two_sided = scale * student_t_quantile(0.975, n - 1) / normal_quantile(0.975);
  const double one_sided = scale * student_t_quantile(0.95, n - 1) / normal_quantile(0.95);
  BootstrapResult result = percentiles(means, mean);
  result.low = mean + (result.low - mean) * two_sided;
  result.high = mean + (result.high - mean) * two_sided;
  result.lower_bound = mean + (result.lower_bound - mean) * one_sided;
  result.upper_bound = mean + (result.upper_bound - mean) * one_sided;
  return result;
}

std::optional<Interval> bootstrap_over_tasks(
    size_t tasks, int draws, Stream stream,
    const std::function<std::optional<double>(std::span<const size_t>)>& statistic) {
  if (tasks < 2) return std::nullopt;
  IndexSource index(stream);
  std::vector<size_t> picked(tasks);
  std::vector<double> values;
  for (int draw = 0; draw < draws; ++draw) {
    for (size_t& task : picked) task = index.below(tasks);
    if (const std::optional<double> value = statistic(picked)) values.push_back(*value);
  }
  if (values.empty() || 2 * values.size() < static_cast<size_t>(draws)) return std::nullopt;
  return Interval{quantile(values, 0.025), quantile(values, 0.975)};
}

Interval stratified_interquartile_interval(const std::vector<std::vector<double>>& scores, int draws,
                                           Stream stream) {
  IndexSource index(stream);
  std::vector<double> means(static_cast<size_t>(draws));
  std::vector<double> drawn;
  for (double& mean : means) {
    drawn.clear();
    for (const std::vector<double>& task : scores) {
      for (size_t i = 0; i < task.size(); ++i) drawn.push_back(task[index.below(task.size())]);
    }
    mean = interquartile_mean(drawn);
  }
  return {quantile(means, 0.025), quantile(means, 0.975)};
}

}  // namespace gradus
