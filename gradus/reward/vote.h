// shape.vote: one label from those of several critics, place by place.
//
//   intersection   1 where all say 1
//   union          1 where any says 1
//   majority       1 where more than half say 1; `tie` says what exactly half is: 1 (default: of labels that
//                  mean "wrong", a tie is wrong) or 0 (of labels that mean "right": SPARK, arXiv 2512.03244,
//                  where "a tie is incorrect" is inferred)
//   average        the share that says 1
//
// The wrong steps of CAPO (arXiv 2508.02298): small policies want the intersection, larger ones majority or
// union.
//
// A value above 0 says 1. A critic whose label is missing (its text could not be read) has no vote there; a
// place where nobody has one stays missing. Observed steps are never written.
//
//   [[operator]]
//   name = "shape.vote"
//   from = ["critic_1", "critic_2", "critic_3"]
//   rule = "majority"
//   into = "wrong"
#pragma once

#include <string>

#include "gradus/rollout/operator.h"

namespace gradus {

enum class Vote { intersection, majority, union_, average };

Vote vote_from_name(const std::string& name);
// `ones` of `votes` say 1; votes > 0.
double vote(Vote rule, size_t ones, size_t votes, bool tie);

void register_vote(OperatorRegistry& registry);

}  // namespace gradus
