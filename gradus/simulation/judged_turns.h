// judged_turns: an agent whose judge likes verbose turns (PPR, arXiv 2509.25598). The agent searches, talks,
// or answers; an answer is right with probability `chances[n]` after n searches (the last one for more); an
// episode is cut off after `limit` turns, and has then failed. The judge scores a search 0.6 and talk 0.9,
// plus N(0, 0.05), clipped to [0, 1]; the last turn is not judged. The policy knows how often it has
// searched, not the time.
//
// Arms are paid rollout.outcome, step.judge (missing at the last turn) and step.searches (before the turn);
// they must write step.reward (reward of every turn) and token.advantage. Numbers of an arm, after training:
// accuracy, turns. Before it, on one batch of the untrained policy: sign_kept, share of judged turns whose
// reward is not negative after a success and not positive after a failure; shift_low and shift_high, the
// least and the greatest change of the return-to-go of judged turns against the first arm, per judged turn
// that is still to come (itself included).
//
//   [[simulation]]
//   name = "judged_turns"
//   seeds = 10
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_judged_turns(SimulationRegistry& registry);

}  // namespace gradus
