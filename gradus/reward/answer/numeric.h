// Do two expressions agree at random points? For what exact arithmetic cannot tell (exact.h).
//
//   agree_at_points(tree_a, node_a, tree_b, node_b, Stream(1));
//
// Variables are set to rational numbers with magnitudes from 1/4 to 4, the same for both sides: at even
// points all positive, at odd ones of either sign. Evaluation is in complex numbers of long double (64 bits
// of mantissa). Sides agree at a point where they differ by at most 1e-15 of the largest intermediate value;
// a point does not count where that is more than 1e-9 of the result (cancellation), where one side is not
// finite, or (unless i is written out) where only one is real. They agree where at least kLeastPoints of
// kMostPoints count and all of those agree.
//
// This is evidence, no proof. Where they do not agree they differ; where they do, an analytic difference that
// is not zero vanishes at a random point with probability 0, but one that is smaller than the tolerance at
// all points is not seen.
#pragma once

#include "gradus/base/random.h"
#include "gradus/reward/answer/syntax.h"

namespace gradus {

constexpr int kMostPoints = 12, kLeastPoints = 4;

bool agree_at_points(const AnswerTree& a, uint32_t node_a, const AnswerTree& b, uint32_t node_b,
                     const Stream& random);

}  // namespace gradus
