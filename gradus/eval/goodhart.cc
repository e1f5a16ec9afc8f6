#include "gradus/eval/goodhart.h"

#include <fmt/format.h>

namespace gradus {

namespace {

std::optional<double> mean_standardised(std::span<const Gain> gains) {
  std::vector<double> values;
  for (const Gain& gain : gains) {
    if (gain.baseline_sd && *gain.baseline_sd > 0) values.push_back(gain.gain / *gain.baseline_sd);
  }
  if (values.empty()) return std::nullopt;
  return sample_mean(values);
}

double mean_gain(std::span<const Gain> gains) {
  std::vector<double> values;
  for (const Gain& gain : gains) values.push_back(gain.gain);
  return sample_mean(values);
}

std::string fallen_metrics(std::span<const Gain> gains) {
  std::string names;
  for (const Gain& gain : gains) {
    if (gain.interval && gain.interval->high < 0) names += (names.empty() ? "" : ", ") + gain.metric;
  }
  return names;
}

std::optional<Gain> gain_of(const Comparison& row) {
  const std::optional<double> gain = row.gain();
  if (!gain) return std::nullopt;
  return Gain{row.metric.id, *gain, sample_sd(row.pairing.baseline_means), row.gain_interval()};
}

}  // namespace

Goodhart goodhart(std::span<const Gain> optimised, std::span<const Gain> held_out) {
  Goodhart out;
  if (optimised.empty() || held_out.empty()) {
    out.reason = optimised.empty() ? "no process metric is optimised by this arm and not by the baseline"
                                   : "no held-out process metric was measured";
    return out;
  }
  const std::optional<double> paid = mean_standardised(optimised), unpaid = mean_standardised(held_out);
  if (paid && unpaid) out.gap = *paid - *unpaid;
  const std::string fallen = mean_gain(optimised) > 0 ? fallen_metrics(held_out) : "";
  const bool wide = out.gap && *out.gap > 1;
  out.flagged = wide || !fallen.empty();
  if (out.gap) {
    out.reason =
        fmt::format("optimised gain {:+.1f} sd, held-out gain {:+.1f} sd of the baseline", *paid, *unpaid);
  } else {
    out.reason = "the baseline does not vary over seeds, so gains have no scale";
  }
  if (!fallen.empty()) out.reason += "; fell while the optimised ones rose: " + fallen;
  if (wide && fallen.empty() && *unpaid > 0) out.reason += "; the held-out metrics rose too, but by less";
  return out;
}

Goodhart goodhart_of(std::span<const Comparison> rows, const std::string& arm) {
  std::vector<Gain> optimised, held_out;
  for (const Comparison& row : rows) {
    if (row.arm != arm || !is_process(row.metric)) continue;
    const std::optional<Gain> gain = gain_of(row);
    if (!gain) continue;
    if (row.held_out_for_both()) held_out.push_back(*gain);
    if (row.role == Role::optimised && row.baseline_role != Role::optimised) optimised.push_back(*gain);
  }
  return goodhart(optimised, held_out);
}

}  // namespace gradus
