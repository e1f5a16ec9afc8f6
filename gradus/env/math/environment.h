// Environment `math`: multi-step modular arithmetic with exact step truth. One line of the response is one
// step; the last one is the answer. See problem.h and solution.h for the text, checker.h for what the labels
// mean.
//
//   auto env = environments.make("math", {{"steps", 4}, {"distractors", 2}, {"modulus", 17}});
//   prompt    mod 17 ; a = 4 ; c = a + b ; b = a * 3 ; ? c
//   response  b = a * 3 = 4 * 3 = 12 / c = a + b = 4 + 12 = 16 / answer 16
//
// Reward: rollout.outcome (the answer is right). Truth: rollout.correct; step.valid on every step;
// step.redundant and step.repeated on every step but the answer; rollout.first_error (index of the first
// invalid step, missing where there is none); rollout.valid_share and rollout.sound over the steps but the
// answer, so that they share nothing with the outcome (missing where there is no such step).
#pragma once

#include "gradus/env/environment.h"

namespace gradus {

void register_math_environment(EnvironmentRegistry& registry);

}  // namespace gradus
