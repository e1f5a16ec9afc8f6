// Sets of real numbers whose limits are numbers, in one form: intervals in order that do not touch.
//
//   real_set(root)   // of "x < 1 \text{ or } x > 2", (-oo, 1) \cup (2, oo), \mathbb{R} \setminus [1, 2],
//                    // |x - 1| < 3, 1 < 2x + 1 \le 5
#pragma once

#include <gmpxx.h>
#include <optional>
#include <string>
#include <vector>

#include "gradus/reward/answer/part.h"

namespace gradus {

// factor * value + shift, of a value that stands in the answer.
struct LinearForm {
  mpq_class factor = 1, shift = 0;

  bool operator==(const LinearForm&) const = default;
};

// A place between numbers: in front of or behind one.
struct RealCut {
  long double at = 0;  // -oo and oo too
  bool behind = false;
  std::optional<AnswerPart> limit;  // none: infinite
  LinearForm form;                  // the number, from the limit: of "|x - 1| < 3" it is -3 + 1, and 3 + 1
};
using RealInterval = std::pair<RealCut, RealCut>;

struct RealSet {
  std::vector<RealInterval> intervals;
  std::string name;    // of the number that is in it, "" where none is given
  bool plain = false;  // could be something else: "(1, 2)" may be a pair, "{1, 2}" has its own rules
};

// None where it is no set of numbers, or a limit is no known number.
std::optional<RealSet> real_set(const AnswerPart& part);

}  // namespace gradus
