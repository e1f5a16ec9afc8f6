// Compares two answers that have been read: the rules of answer_equal.h.
//
//   AnswerComparison().run(*parse_answer("x > 5"), *parse_answer("(5, \\infty)")).equal;   // true
//
// One object compares one pair: its budgets are those of the pair. An equal pair is `points` where a part of
// it was evaluated, an unequal one `undecided` where some part was not decided.
#pragma once

#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/exact.h"
#include "gradus/reward/answer/numeric.h"
#include "gradus/reward/answer/part.h"
#include "gradus/reward/answer/real_set.h"

namespace gradus {

// The answer with one sign in place of every plus-minus.
AnswerTree with_sign(AnswerTree tree, bool plus);
size_t plus_minus_signs(const AnswerTree& tree);

class AnswerComparison {
 public:
  static constexpr size_t kMostSigns = 4;  // plus-minus signs of an answer

  AnswerEquality run(const AnswerTree& a, const AnswerTree& b);

 private:
  bool same_named(const AnswerPart& a, const AnswerPart& b);
  bool same(const AnswerPart& a, const AnswerPart& b);
  bool same_measured(const AnswerPart& a, const AnswerPart& b);
  bool same_elements(const AnswerPart& a, const AnswerPart& b);
  bool same_sets(const AnswerParts& a, const AnswerParts& b);
  bool same_real_sets(const RealSet& a, const RealSet& b);
  bool same_bounds(const AnswerBounds& a, const AnswerBounds& b);
  bool same_congruences(const AnswerPart& a, const AnswerPart& b);
  bool same_relations(const AnswerPart& a, const AnswerPart& b);
  bool same_children(const AnswerPart& a, const AnswerPart& b);
  bool same_values(const AnswerPart& a, const AnswerPart& b, const LinearForm& of_a = {},
                   const LinearForm& of_b = {});
  bool undecided();  // false
  AnswerEquality concluded(bool equal) const;

  ExactValues values_;
  size_t comparisons_ = 0, evaluations_ = kMostEvaluations;
  bool undecided_ = false, by_points_ = false;  // some part is, or was compared at points
};

}  // namespace gradus
