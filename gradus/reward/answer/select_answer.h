// select.answer: the rollout of every group that is answered with, by the rules of choose.h.
//
//   chosen = 1 for one rollout of the group, 0 for the others; of equals the first
//
// `answer` is a channel with the number of each rollout's answer (equal numbers are equal answers; a rollout
// without one takes no part); `score` one with a score per rollout (shape.aggregate makes it of step scores;
// where it is missing the rollout takes no part). best needs no answers, majority no scores: name them ""
// then. A group in which nobody takes part has no chosen rollout.
//
//   [[operator]]
//   name = "select.answer"
//   rule = "weighted"
//   score = "prm_last"
//   into = "chosen"
#pragma once

#include "gradus/rollout/operator.h"

namespace gradus {

void register_select_answer(OperatorRegistry& registry);

}  // namespace gradus
