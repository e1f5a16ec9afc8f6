#include "gradus/eval/bootstrap.h"

#include <cmath>
#include <vector>

#include "gradus/base/quantile.h"
#include "gradus/eval/index_source.h"
#include "gradus/eval/student_t.h"

namespace gradus {

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

std::optional<Interval> bootstrap_over_seeds(std::span<const double> seeds, int draws, Stream stream) {
  if (seeds.size() < 2) return std::nullopt;
  IndexSource index(stream);
  const double mean = sample_mean(seeds), n = static_cast<double>(seeds.size());
  std::vector<double> means(static_cast<size_t>(draws));
  for (double& drawn : means) {
    double sum = 0;
    for (size_t i = 0; i < seeds.size(); ++i) sum += seeds[index.below(seeds.size())];
    drawn = sum / n;
  }
  const double spread = *sample_sd(means);
  if (spread == 0) return Interval{mean, mean};
  const double scale =
      student_t_quantile(0.975, n - 1) / normal_quantile(0.975) * *sample_sd(seeds) / std::sqrt(n) / spread;
  return Interval{mean + (quantile(means, 0.025) - mean) * scale,
                  mean + (quantile(means, 0.975) - mean) * scale};
}

}  // namespace gradus
