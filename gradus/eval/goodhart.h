// Did training move only what it was paid for? The Goodhart gap of an arm:
//
//   G = mean over its optimised process metrics of (gain / sd) - mean over its held-out ones of (gain / sd)
//
// gain = difference to the baseline in the metric's good direction, sd = spread of the baseline over seeds.
// Flagged if G > 1, or if a held-out process metric falls with its whole 95 % interval below 0 while the
// optimised ones rise.
//
//   const std::vector<Gain> paid = {{"lint", 0.3, 0.02, {}}};
//   const std::vector<Gain> held_out = {{"necessity", -0.2, 0.03, Interval{-0.3, -0.1}}};
//   Goodhart g = goodhart(paid, held_out);
//   g.gap;  g.flagged;  g.reason;
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/eval/comparison.h"

namespace gradus {

struct Gain {
  std::string metric;
  double gain = 0;
  std::optional<double> baseline_sd;  // none or 0: the metric has no scale and stays out of the gap
  std::optional<Interval> interval;   // of the gain
};

struct Goodhart {
  std::optional<double> gap;
  bool flagged = false;
  std::string reason;  // one sentence, always there
};

Goodhart goodhart(std::span<const Gain> optimised, std::span<const Gain> held_out);

// `optimised`: process metrics that the arm optimises and the baseline does not; `held out`: for both.
Goodhart goodhart_of(std::span<const Comparison> rows, const std::string& arm);

}  // namespace gradus
