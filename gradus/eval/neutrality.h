// Does outcome carry a style signal before training? P(pass | sloppy) - P(pass | clean) of the base policy,
// with a 95 % interval from a bootstrap over tasks (rollouts of one task are not independent).
//
//   std::optional<Neutrality> n = neutrality(table, 10000, stream);
//   n->difference;            // below 0: sloppy programs pass less often, so outcome alone will clean
#pragma once

#include "gradus/eval/bootstrap.h"
#include "gradus/eval/table.h"

namespace gradus {

struct Neutrality {
  double pass_sloppy = 0, pass_clean = 0, difference = 0;
  std::optional<Interval> interval;
  int64_t rollouts_sloppy = 0, rollouts_clean = 0;
};

// None where the base policy has no sloppy or no clean rollout with a known outcome.
std::optional<Neutrality> neutrality(const EvalTable& table, int draws, Stream stream);

}  // namespace gradus
