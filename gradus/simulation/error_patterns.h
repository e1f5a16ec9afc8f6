// error_patterns: a step scorer that has seen errors of one reasoning pattern only, on errors of another
// (Socratic-PRMBench, arXiv 2505.23474).
//
// Steps have `features` normal features. A wrong step is shifted by `shift` along the direction of its
// pattern, deduction or decomposition; the two directions have the cosine `overlap`. Two logistic scorers are
// fitted by gradient descent on `train` steps, half of them wrong: one on deduction errors only, one on both
// patterns. Every step of the test set carries both scores, step.deduction_only and step.both; an arm writes
// the one that it judges by to step.prm. A share `wrong` of test steps is wrong, half of these of each
// pattern. Numbers of an arm: deduction, decomposition: F1 of wrong steps in percent, against the same right
// steps; gap: deduction minus decomposition.
//
//   [[simulation]]
//   name = "error_patterns"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_error_patterns(SimulationRegistry& registry);

}  // namespace gradus
