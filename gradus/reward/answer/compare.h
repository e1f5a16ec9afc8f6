// Compares two answers that have been read: the rules of answer_equal.h.
#pragma once

#include <gmpxx.h>

#include "gradus/reward/answer/answer_equal.h"
#include "gradus/reward/answer/exact.h"
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
  bool same_values(const AnswerPart& a, const AnswerPart& b, const mpq_class& scale_a = 1,
                   const mpq_class& scale_b = 1);
  bool undecided();

  ExactValues values_;
  AnswerEvidence evidence_ = AnswerEvidence::exact;
};

}  // namespace gradus
