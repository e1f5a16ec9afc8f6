// Which rollouts are trained on. A filter writes rollout.kept: 1, missing where the rollout is dropped.
// curate.drop then takes the channels of dropped rollouts away, so that they count in no later statistic and
// are not trained on: filters come before the advantages.
//
//   curate.groups    groups whose mean of a channel lies in [low, high] and, with `spread`, whose values are
//                    not all equal; groups of one are spread enough. Dynamic sampling of DAPO (arXiv
//                    2503.14476): spread. Prompt filter of PRIME (arXiv 2502.01456): low 0.2, high 0.8. Equal
//                    means equal: verl asks for a standard deviation above 0, which eight rewards of 0.7 have
//                    by rounding. Rollouts without a value are dropped.
//   curate.balance   PROF (arXiv 2509.03403): of every group drop m = min(remove, group size) rollouts, those
//                    whose process and outcome disagree most, so that correct (outcome 1) and incorrect
//                    (outcome 0) get closer in number. With d = correct - incorrect:
//                      from the correct     m+ = min(m, (d + m) / 2 rounded half to even), of lowest score
//                      from the incorrect   m - m+, of lowest score (or at random: incorrect = "random")
//                    none from the correct where m+ <= 0, and never more than there are. The score loses
//                    `penalty` where the rollout has fewer than least_steps or more than most_steps steps.
//                    Of equal scores the first is dropped. An outcome that is neither 0 nor 1 is dropped; a
//                    missing score is the lowest. remove = 0 keeps all. The constants are those of the
//                    released scripts (penalty 10, 2 to 30 steps).
//
//   [[operator]]
//   name = "curate.balance"
//   score = "consistency"
//   remove = 4
//
//   [[operator]]
//   name = "curate.drop"
//   channels = ["outcome"]
//
// The score of PROF, (2 outcome - 1) * 2 * mean(p_k - mean of all p), is shape.normalise (pool batch, scale
// none), shape.aggregate (mean) and curate.consistency.
#pragma once

#include <string>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

struct Balance {
  std::string score = "consistency", outcome = "outcome";  // rollout channels
  size_t remove = 4;
  double penalty = 10;
  size_t least_steps = 2, most_steps = 30;
  bool incorrect_at_random = false;
};

// The rollouts that curate.balance keeps, group by group in order of appearance: of each the correct, then
// the incorrect, both in the order of their scores where some may be dropped, else as they came.
std::vector<size_t> balanced(const RolloutBatch& batch, const Balance& rule, const Stream& random);

void register_curation(OperatorRegistry& registry);

}  // namespace gradus
