// judge_panel: solutions whose wrong steps are known, and several noisy judgements of each. Shows what a rule
// that makes one label of many is worth: votes per step (CAPO, arXiv 2508.02298; SPARK, arXiv 2512.03244), or
// taking the steps of one judgement that agrees with the majority on the whole solution.
//
// A step is wrong with probability `wrong`. A judge says "wrong" of a right step with probability
// `false_alarm`, and "right" of a wrong one with probability `miss`; its verdict on the whole solution is
// right with probability `verdict`. With `spread` a judgement is a good or a bad one: these chances of an
// error are all smaller or larger by the same amount, from -spread to spread. A share `shared` of the steps
// is seen alike by all judges, with the chances of an error that one alone has: there votes are no better
// than one voice. With 0 and 0 judges err independently.
//
// Arms are paid step.NAME for every name of `judges` (1: says "wrong") and step.selected, the labels of the
// first judge whose verdict is that of the majority (a tie: wrong). They must write step.label. Numbers of an
// arm, of the wrong steps: precision, recall, f1 (0 where nothing is found).
//
//   [[simulation]]
//   name = "judge_panel"
//   seeds = 10
//   judges = ["judge_1", "judge_2", "judge_3", "judge_4"]
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_judge_panel(SimulationRegistry& registry);

}  // namespace gradus
