// labelled_errors: solutions whose first wrong step is known, and two labellers that err in different ways.
// Shows what is kept, and how wrong it is, where both must agree (consensus filter, arXiv 2501.07301).
//
// A solution has `steps` steps, each wrong with probability `wrong`; what counts is the first wrong one (-1:
// none). Monte Carlo: behind every step `completions` are sampled, a sound prefix is finished rightly by each
// with probability `skill`, one with a wrong step is repaired with probability `repair`; the first step
// behind which none is right is the label. A judge names the true first error with probability `judge`. Where
// it errs and the Monte Carlo label is wrong, it is misled as that was with probability `shared` and names
// the same; else one of the other places. With shared = 0 the two are independent.
//
// Arms see rollout.error_monte_carlo and rollout.error_judge and must write rollout.kept. Numbers:
// monte_carlo.error and judge.error, share of wrong labels; of an arm: error (of the Monte Carlo label among
// the kept), kept. `error_ratio`: error of the arm over the smaller of the two.
//
//   [[simulation]]
//   name = "labelled_errors"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_labelled_errors(SimulationRegistry& registry);

}  // namespace gradus
