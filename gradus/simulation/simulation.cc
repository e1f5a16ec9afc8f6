#include "gradus/simulation/simulation.h"

#include <algorithm>
#include <optional>

#include "gradus/base/parallel.h"
#include "gradus/eval/bootstrap.h"

namespace gradus {

namespace {

constexpr int kDraws = 10000;

Estimate over_seeds(const std::vector<double>& values, const Stream& random) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double mean = sample_mean(values);
  Estimate out{mean, mean, mean, *least, *most, values.size()};
  if (const auto interval = bootstrap_over_seeds(values, kDraws, random)) {
    out.low = interval->low;
    out.high = interval->high;
  }
  return out;
}

std::vector<double> differences(const std::vector<double>& arm, const std::vector<double>& baseline) {
  std::vector<double> out;
  for (size_t i = 0; i < arm.size(); ++i) out.push_back(arm[i] - baseline[i]);
  return out;
}

// None where the baseline's mean is 0.
std::optional<Estimate> ratio(const std::vector<double>& arm, const std::vector<double>& baseline,
                              const Stream& random) {
  const double below = sample_mean(baseline);
  if (below == 0) return std::nullopt;
  const double value = sample_mean(arm) / below;
  Estimate out{value, value, value, value, value, arm.size()};
  for (size_t i = 0; i < arm.size(); ++i) {
    if (baseline[i] == 0) continue;
    out.min = std::min(out.min, arm[i] / baseline[i]);
    out.max = std::max(out.max, arm[i] / baseline[i]);
  }
  const auto of_draw = [&](std::span<const size_t> picked) -> std::optional<double> {
    double above = 0, under = 0;
    for (const size_t i : picked) above += arm[i], under += baseline[i];
    return under == 0 ? std::nullopt : std::optional(above / under);
  };
  if (const auto interval = bootstrap_over_tasks(arm.size(), kDraws, random, of_draw)) {
    out.low = interval->low;
    out.high = interval->high;
  }
  return out;
}

using Series = std::map<std::string, std::vector<double>>;  // number -> one value per seed

Series collect(const std::vector<Numbers>& draws) {
  Series series;
  for (const auto& [name, value] : draws[0]) series[name] = {};
  for (const Numbers& draw : draws) {
    require(draw.size() == series.size(), "a simulation gave other numbers under another seed");
    for (const auto& [name, value] : draw) {
      const auto it = series.find(name);
      require(it != series.end(), "a simulation gave other numbers under another seed");
      it->second.push_back(value);
    }
  }
  return series;
}

}  // namespace

std::map<std::string, Estimate> measure(const Simulation& simulation, const std::vector<Arm>& arms,
                                        const MeasureOptions& options) {
  require(options.seeds > 0, "a simulation needs a seed");
  std::vector<Numbers> draws(options.seeds);
  parallel_for(options.seeds, options.threads,
               [&](size_t i) { draws[i] = simulation.draw(arms, options.random.child(i)); });
  const Series series = collect(draws);
  const auto stream_of = [&](const std::string& name) {
    return options.random.child("interval").child(name);
  };
  std::map<std::string, Estimate> out;
  for (const auto& [name, values] : series) out[name] = over_seeds(values, stream_of(name));
  for (const Arm& arm : arms) {
    if (options.baseline.empty() || arm.id == options.baseline) continue;
    for (const auto& [name, values] : series) {
      if (!name.starts_with(arm.id + ".")) continue;
      const auto baseline = series.find(options.baseline + name.substr(arm.id.size()));
      if (baseline == series.end()) continue;
      const std::string difference = name + ".difference", quotient = name + ".ratio";
      out[difference] = over_seeds(differences(values, baseline->second), stream_of(difference));
      if (const auto found = ratio(values, baseline->second, stream_of(quotient))) out[quotient] = *found;
    }
  }
  return out;
}

}  // namespace gradus
