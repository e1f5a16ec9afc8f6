// labelled_traces: solutions whose every step is known to be right or wrong, judged by scorers of known
// error, and measured by the scoring of ProcessBench (arXiv 2412.06559) and of PRMBench (arXiv 2501.03124).
//
// A trace of `steps` steps has an error with probability `wrong`, first at a uniform place; every later step
// is wrong with probability `carried`. The world writes four step channels: `always` 1, `never` 0, `noisy`
// the truth, flipped with probability `flip` step by step, and `truth`. An arm writes the one that it judges
// by to step.prm; a step is wrong iff it is below 0.5. Numbers of an arm: f1, error_accuracy,
// correct_accuracy (ProcessBench, strict, in percent), prm_score, negative_f1 (PRMBench, strict; what does
// not exist is 0 here), wrong_share: of steps.
//
//   [[simulation]]
//   name = "labelled_traces"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_labelled_traces(SimulationRegistry& registry);

}  // namespace gradus
