// shared_errors: scorers that differ in how often they prefer the right solution one to one, and in how far
// their errors over the wrong solutions of a problem are shared (RewardMATH, arXiv 2410.01729). Shows which
// accuracy, one to one or one to nine, tells what best of n with the scorer is worth.
//
// A right solution scores d + a u, a wrong one b v, u and v from N(0, 1), a^2 + b^2 = 1, d = the normal
// quantile of the scorer's one-to-one accuracy, drawn from +-`spread` about `one_to_one`. a^2 is drawn from
// +-`sharing` / 2 about 0.5: a wrong solution is overrated by itself (small a), or the right one underrated
// against all nine (large a). Both draws are anew for every scorer and seed. Gold reward of best of `n`:
// share of problems where the best of n candidates, each right with probability `right`, is right.
//
// With spread = 0 all scorers are alike one to one, and that accuracy can tell nothing; with sharing = 0 they
// differ in nothing else, and it tells what there is. No arms. Numbers: spearman.one_to_one and
// spearman.one_to_many with the gold reward over the scorers, their spearman.difference, one_to_one.spread
// (largest minus smallest).
//
//   [[simulation]]
//   name = "shared_errors"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_shared_errors(SimulationRegistry& registry);

}  // namespace gradus
