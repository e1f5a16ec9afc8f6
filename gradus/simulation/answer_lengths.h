// answer_lengths: a right answer and two wrong ones, of `length` and twice `length` tokens. Shows whether a
// loss punishes a token of the long wrong answer as hard as one of the short wrong answer: the mean over
// sequences of means over tokens halves it, so that wrong answers grow; the mean over tokens does not.
//
// Arms are paid rollout.outcome, token.logprob and token.old_logprob (equal) and must write token.loss_slope.
// Numbers of an arm: long_over_short, slope of a token of the long wrong answer over that of the short one;
// uneven, the largest deviation of a token's slope within one answer.
//
//   [[simulation]]
//   name = "answer_lengths"
//   seeds = 3
#pragma once

#include "gradus/simulation/simulation.h"

namespace gradus {

void register_answer_lengths(SimulationRegistry& registry);

}  // namespace gradus
