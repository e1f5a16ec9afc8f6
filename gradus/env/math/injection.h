// Puts one named flaw into a sound solution and says what the labels must be then: test cases for checkers
// and training data for step scorers.
//
//   std::vector<std::string> lines = reference_solution(problem);
//   auto flawed = inject(problem, lines, Flaw::wrong_arithmetic, 1, Stream(3));
//   flawed->lines;         // step 1 has a wrong result; later steps carry it on, as honest mistakes are
//   flawed->labels;        // what a checker must say of every line
//   flawed->first_error;   // 1
//
// The labels follow from the flaw and the dependency graph alone, not from running the checker.
#pragma once

#include <span>

#include "gradus/base/random.h"
#include "gradus/env/math/checker.h"

namespace gradus::math {

enum class Flaw : uint8_t {
  wrong_arithmetic,    // another result
  wrong_substitution,  // another number for an operand; the result fits that number
  wrong_operand,       // another quantity that is known, with its own number
  wrong_operation,     // another operation, the result fits it
  undefined_operand,   // a quantity that is not derived yet
  malformed_step,      // not a step any more
  skipped_step,        // the step is left out
  wrong_answer,        // another number in the answer line
  repeated_step,       // the step once more, right after itself: no error
  redundant_step,      // before the step, one about a quantity that the target does not need: no error
};

inline constexpr Flaw kFlaws[] = {Flaw::wrong_arithmetic, Flaw::wrong_substitution, Flaw::wrong_operand,
                                  Flaw::wrong_operation,  Flaw::undefined_operand,  Flaw::malformed_step,
                                  Flaw::skipped_step,     Flaw::wrong_answer,       Flaw::repeated_step,
                                  Flaw::redundant_step};

std::string_view flaw_name(Flaw flaw);

struct Flawed {
  std::vector<std::string> lines;
  std::vector<StepLabel> labels;  // one per line
  std::optional<size_t> first_error;
  bool correct = true;  // the final answer is still right
};

// Empty where the flaw has no place at that line (a wrong answer in a step, a step skipped that nothing uses,
// no other quantity to confuse an operand with). Throws Error::input unless `lines` is a sound solution,
// answer included, that derives no quantity twice.
std::optional<Flawed> inject(const Problem& problem, std::span<const std::string> lines, Flaw flaw, size_t at,
                             Stream stream);

}  // namespace gradus::math
