// Does outcome carry a style signal before training? P(pass | sloppy) - P(pass | clean) of the base policy:
// the mean over seeds, with its 95 % interval over base policies (effect.h).
//
//   std::optional<Neutrality> n = neutrality(table, plan);
//   n->difference;            // below 0: sloppy programs pass less often, so outcome alone will clean
#pragma once

#include "gradus/eval/pairing.h"

namespace gradus {

struct Neutrality {
  double pass_sloppy = 0, pass_clean = 0, difference = 0;
  std::optional<Interval> interval;
  int64_t rollouts_sloppy = 0, rollouts_clean = 0;
};

// None where under no seed the base policy has both sloppy and clean rollouts with a known outcome.
std::optional<Neutrality> neutrality(const EvalTable& table, const AnalysisPlan& plan);

}  // namespace gradus
