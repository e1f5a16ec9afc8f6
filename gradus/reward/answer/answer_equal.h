// Are two answers mathematically equal? And reward.answer_equal, which asks it of a response and a known
// answer.
//
//   answers_equal("\\frac{1}{2}", "0.5").equal;            // true, exact
//   answers_equal("(x+1)^2", "x^2+2x+1").equal;            // true, exact
//   answers_equal("\\sqrt{3+2\\sqrt2}", "1+\\sqrt2");      // true, by evaluation at random points
//   answers_equal("50\\%", "50").equal;                    // false
//   answers_equal("x > 5", "(5, \\infty)").equal;          // true
//   answers_equal("n \\equiv 2 \\pmod 6", "n \\equiv 3 \\pmod 4").equal;   // false
//
// Numbers and expressions are compared exactly where that decides (exact.h), else at seeded random points
// (numeric.h, evidence and no proof: the field `evidence` says which); decimals of more than 12 digits are
// never taken for something that only evaluation can tell. Nothing is rounded: 0.33 is not 1/3.
//   sets, lists         as sets: order and repetition do not count; a bare list is one, a tuple is not
//   tuples, intervals   by place and bracket; x > 5 is (5, oo)
//   sets of numbers     as sets: x != 2 is (-oo, 2) with (2, oo), [1, 2] with [2, 3] is [1, 3]
//   plus-minus          both values, as a set
//   equations           "x = 5" is 5 (another name is another answer), a chain its last value (part.h);
//                       otherwise both sides, up to a factor
//   congruences         the same modulus, residues up to it
//   matrices            entry by entry; a determinant is a number
//   units               1 m is 100 cm; a unit on one side only is accepted, two of different kinds are not
//   percent             50 % and 50 percent are 1/2 and not 50
//   words               without case and white space
// What is not understood is compared as text (tokens.h), never as a product of unknown letters: a word, an
// unknown command, an arrow, a condition. Where an answer has two readings (syntax.h), the second counts
// where the other answer has one only. Every pair has a budget of steps (no clock), so no input takes long
// and the outcome is the same everywhere; what the budget does not decide is unequal, with evidence
// `undecided`.
//
//   [[operator]]
//   name = "reward.answer_equal"
//   reference = "answer"
//   into = "outcome"
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/rollout/operator.h"

namespace gradus {

// exact: by arithmetic and structure; points: some part by evaluation; text: one has no tree; undecided: a
// budget ran out, or no point counts.
enum class AnswerEvidence : uint8_t { exact, points, text, undecided };

struct AnswerEquality {
  bool equal = false;
  AnswerEvidence evidence = AnswerEvidence::exact;
};

AnswerEquality answers_equal(std::string_view a, std::string_view b);

// The number of the class of equal answers that each is in, from 0 in order of appearance: each is compared
// with the first of every class. Equality by evaluation need not be transitive; the first class that fits
// counts. Each is read once, and compared only with the classes that share a mark with it (read_answer.h).
std::vector<size_t> answer_classes(std::span<const std::string> answers);

void register_answer_equal(OperatorRegistry& registry);

}  // namespace gradus
