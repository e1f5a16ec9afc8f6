// flawed_correct: answers that are right for wrong reasons among those that are right (PROF, arXiv
// 2509.03403). Shows which of them a filter keeps.
//
// `prompts` groups of `group` responses of 10 steps. A response is correct with probability `correct`; of the
// correct ones a share `flawed` is unsound. The mean step score of a response is N(m, deviation) with m =
// 0.70 sound, 0.55 flawed, 0.45 incorrect; its steps scatter about it with N(0, 0.1). The distributions are
// ours.
//
// Arms are paid rollout.outcome, rollout.noise (uniform, for a filter that drops at random) and step.prm, and
// must write rollout.kept (missing: dropped). Numbers of an arm: flawed_share, of the kept correct;
// correct_share, of all kept; kept_share.
//
//   [[simulation]]
//   name = "flawed_correct"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_flawed_correct(SimulationRegistry& registry);

}  // namespace gradus
