// Bootstrap over units that are independent of each other. Everything random comes from the stream given, so
// the same input gives the same bytes.
//
//   auto interval = bootstrap_over_tasks(tasks.size(), 10000, stream, [&](std::span<const size_t> picked) {
//     return mean_of(tasks, picked);   // none: the statistic does not exist for this draw
//   });
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "gradus/eval/statistics.h"

namespace gradus {

// 95 % percentile interval of a statistic of resampled tasks; draws where it does not exist are left out.
// None for fewer than two tasks, or where fewer than half of the draws have a value.
std::optional<Interval> bootstrap_over_tasks(
    size_t tasks, int draws, Stream stream,
    const std::function<std::optional<double>(std::span<const size_t>)>& statistic);

// 95 % interval of the mean over independent seeds: the quantiles of the resampled mean, brought to the scale
// of the t interval, since their own variance is too small by (n-1)/n and they are normal instead of t
// (without, six seeds are covered 86 %): bound = mean + (q - mean) * [t / z] * [sd / sqrt(n)] / sd(draws).
// None for fewer than two seeds.
std::optional<Interval> bootstrap_over_seeds(std::span<const double> seeds, int draws, Stream stream);

}  // namespace gradus
