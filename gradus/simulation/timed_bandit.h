// timed_bandit: a fast poor action and a slow good one, tried by workers that do not wait for each other.
// Shows how collection in wall time favours what is fast, and what weights of duration do about it (arXiv
// 2509.01684).
//
// An action takes a time of log-normal distribution with the mean of the action and the deviation `spread` in
// its logarithm, and pays a reward N(mean of the action, noise). How the batch of a window of `window`
// seconds is collected:
//
//   slots   each of `workers` workers draws an action and repeats it for the window, so that an action of
//           duration d is seen about pi(a) window / d times, as the paper says; what began in the window
//           counts
//   queue   a worker draws a new action when the last has ended, from the policy of that moment; what ended
//   in
//           the window counts, and what is under way goes on. Then actions are seen about pi(a) times each,
//           whatever they take
//
// Arms are paid rollout.outcome (the reward) and step.duration and must write token.advantage. Numbers of an
// arm: drift_ratio, sum of the advantages of the slow action over that of the fast one in one large batch in
// which both are equally likely and all rewards are 1; final_slow, probability of the slow action after
// `updates` windows.
//
//   [[simulation]]
//   name = "timed_bandit"
//   seeds = 20
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_timed_bandit(SimulationRegistry& registry);

}  // namespace gradus
