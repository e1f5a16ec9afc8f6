// shape.class_margin: how much likelier one of two classes is, from their logits.
//
//   margin       p(for) - p(against) = tanh((l_for - l_against) / 2)     softmax over the two, in [-1, 1]
//   probability  p(for) = sig(l_for - l_against), in [0, 1]
//
// The raw process reward of a two-class process reward model, read at the end of every step: the margin in
// PURE (arXiv 2504.15275), the probability in Qwen2.5-Math-PRM (arXiv 2501.07301). Missing where one of the
// logits is; observed places get none.
//
//   [[operator]]
//   name = "shape.class_margin"
//   for = "logit_correct"
//   against = "logit_incorrect"
//   into = "prm"
//
// The reader of Qwen2.5-Math-PRM that is copied widely multiplies the softmax with the mask of step tags and
// keeps what is not zero, two by two; a probability that is exactly 0 therefore shifts or breaks what
// follows. released_tag_scores is that reader, for comparison; the operator reads by place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

struct TwoLogits {
  double against = 0, in_favour = 0;
};

// Softmax of the class in favour, rounded to float32 for Precision::single.
std::vector<double> released_tag_scores(std::span<const TwoLogits> logits, std::span<const uint8_t> tags,
                                        Precision precision);

void register_class_margin(OperatorRegistry& registry);

}  // namespace gradus
