// Do two expressions agree at random points? For what exact arithmetic cannot tell (exact.h).
//
//   size_t evaluations = kMostEvaluations;      // shared by all parts of two answers
//   agree_at_points(tree_a, node_a, tree_b, node_b, Stream(1), evaluations) == PointAgreement::agree;
//
// Variables are set to the same numbers on both sides. Evaluation is in complex numbers of long double (64
// bits of mantissa). Sides agree at a point where they differ by at most 1e-15 of the largest intermediate
// value; a point does not count where that is more than 1e-9 of the result (cancellation), where one side is
// not finite, or (unless i is written out) where only one is real; nor does one where they agree and some
// part leaves no trace in the value (x^(y^200) is 1 wherever y is less than 1).
//
//   near points   12, magnitudes from 1/4 to 4, at even points all positive, at odd ones of either sign: at
//                 least kLeastPoints must count and all of those agree
//   far points    12, magnitudes from 2^-8 to 2^13 (to 1e-12): none that counts may differ
//   whole points  64, numbers from 1 to 20 and up to 10^9: in place of the others where a side holds a
//                 function of whole numbers (floor, ceiling, mod, gcd, factorial, binomial, a power of a
//                 negative number). x, y, z, t, u, v, w and Greek letters may be real, so near and far points
//                 count too where there is one of these.
//
// This is evidence, no proof. Where they do not agree they differ; where they do, an analytic difference that
// is not zero vanishes at a random point with probability 0, but one that is smaller than the tolerance at
// all points is not seen.
#pragma once

#include <cstdint>
#include <optional>

#include "gradus/base/random.h"
#include "gradus/reward/answer/syntax.h"

namespace gradus {

constexpr int kMostPoints = 12, kMostWholePoints = 32;  // of one round; each of the two kinds
constexpr size_t kLeastPoints = 4;
constexpr size_t kMostEvaluations = size_t{1} << 22;  // of nodes, a second or so

enum class PointAgreement : uint8_t { agree, differ, unknown };

// Takes what it needs of `evaluations`; unknown where that is not enough, or where too few points count.
PointAgreement agree_at_points(const AnswerTree& a, uint32_t node_a, const AnswerTree& b, uint32_t node_b,
                               const Stream& random, size_t& evaluations);

// The value of an expression without variables, where it is real and finite.
std::optional<long double> real_constant(const AnswerTree& tree, uint32_t node);

// The value at one point, by its name, that all answers share, as one number; none where it is not finite or
// lost to cancellation. Equal expressions have values that differ by rounding only.
std::optional<long double> fingerprint(const AnswerTree& tree, uint32_t node,
                                       const char* point = "fingerprint");

}  // namespace gradus
