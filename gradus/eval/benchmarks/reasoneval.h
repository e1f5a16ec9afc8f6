// MR-MATH of ReasonEval (arXiv 2404.05692, GAIR-NLP/ReasonEval): invalid and redundant steps.
//
//   reasoneval_f1({.right_hits = 36, .right = 44, .wrong_hits = 22, .wrong = 43});   // 0.6578
//   three_class_validity({0.1, 0.2, 0.7});     // 0.9 = neutral + positive
//
// A step scorer gives p0 (negative), p1 (neutral), p2 (positive): validity = p1 + p2, redundancy = p1. Over a
// solution: minimum of validity, maximum of redundancy. Valid iff validity > 0.5, redundant iff redundancy >
// 0.15. Macro F1 of both classes from a of T right units called right, b of F wrong units called wrong: P+ =
// a / T, R+ = a / (a + F - b), F+ their harmonic mean, and the same for the other class (precision and recall
// are named the other way round than usual; the F1 is the same). A score exactly at the threshold is neither
// right nor wrong at the level of solutions.
// Step level of the invalid set: steps before the first wrong one are right, that one is wrong, later ones do
// not count. A displayed step of several sub-steps takes the minimum of their scores.
#pragma once

#include <array>

#include "gradus/eval/confusion.h"

namespace gradus {

struct TwoClassHits {
  double right_hits = 0, right = 0, wrong_hits = 0, wrong = 0;
};

Share reasoneval_f1(const TwoClassHits& hits);  // nothing where the released code divides by zero

inline double three_class_validity(const std::array<double, 3>& p) {
  return p[1] + p[2];
}

}  // namespace gradus
