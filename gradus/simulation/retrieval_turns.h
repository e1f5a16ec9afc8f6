// retrieval_turns: questions whose answer stands in one of several places (IGPO, arXiv 2510.14967). Does the
// gain in the policy's own belief in the answer tell which lookup was useful, and do groups without any
// difference in outcome still teach?
//
// Of every kind of question the key's place is the same with probability `hint`, else any. In each of up to
// `turns` turns the policy looks at a place or stops; then it trusts what was shown last, or guesses one of
// `symbols`. The key's place shows the answer with probability `reliable`; otherwise, as other places always,
// it shows a wrong symbol with probability `distract`, else nothing. The belief is the policy's probability
// of the answer, with N(0, noise) on its logit: what the wording of a turn does to it. A lookup is useful if
// it is the first at the key's place.
//
// Arms are paid rollout.outcome, rollout.start_belief and step.belief (after the turn; missing at the
// answer); they must leave step.belief, changed in place, and write token.advantage. Policies are trained for
// `updates`. Numbers of an arm: belief_correlation, of step.belief as the arm leaves it with whether the
// lookup was useful, over lookups of its own policy; accuracy; and on batches of the policy that the first
// arm trained: flat_groups, share of groups without any advantage, and flat_ratio, that over the first arm's
// (1 where that is 0).
//
//   [[simulation]]
//   name = "retrieval_turns"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_retrieval_turns(SimulationRegistry& registry);

}  // namespace gradus
