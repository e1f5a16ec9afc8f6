// shape.aggregate: one number per rollout, or per step, from a finer channel.
//
//   sum, mean, min, max, product, first, last   over the valid values below it, in order
//   geometric_mean   product^(1/K)              (RewardMATH, arXiv 2410.01729, with the two below)
//   mean_logit       sig(mean log(p / (1 - p)))
//   mean_odds        max(0, mean p / (1 - p))   probabilities strictly between 0 and 1 for both; else missing
//                                               where the form is undefined
//
// A product is formed with an exponent of its own, so that no order of large and small values leaves the
// range.
//
// min and product read a process reward model as "as good as its worst step", last as a value model. A
// rollout or step without a valid value stays missing. Observed steps and their tokens do not count. to =
// "step" makes one number of every step's tokens: its mean entropy, its implicit reward.
//
//   [[operator]]
//   name = "shape.aggregate"
//   channel = "prm"
//   form = "min"
//   into = "prm_min"
#pragma once

#include <span>

#include "gradus/rollout/operator.h"

namespace gradus {

const std::vector<std::string>& aggregate_forms();

// One of the forms over at least one value; throws Error::input for none.
double aggregate(const std::string& form, std::span<const double> values);

void register_aggregate(OperatorRegistry& registry);

}  // namespace gradus
