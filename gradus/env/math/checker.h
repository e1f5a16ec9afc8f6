// The exact checker of solutions: labels every step and finds the first error.
//
//   SolutionVerdict verdict = check_solution(problem, lines);
//   verdict.steps[2].label;   // valid, invalid, repeated, redundant (sound, but the target does not need it)
//   verdict.steps[2].fault;   // why it is invalid: wrong_arithmetic, undefined_operand, ...
//   verdict.first_error;      // index of the first invalid step, empty where there is none
//   verdict.correct;          // the final answer is right, however it was reached
//
// A step is sound iff its quantity has this definition (+ and * may be turned round), every operand was given
// or derived by an earlier sound step, the numbers put in are the true ones, and the result is right. A step
// that builds on the result of an invalid step is invalid too (fault carried_error), also where the numbers
// happen to come out right; a later sound derivation of the same quantity repairs it. The answer line is
// valid iff it states the target's true value after a sound derivation of it. StepChecker does the same one
// line at a time.
#pragma once

#include <cstdint>
#include <span>

#include "gradus/env/math/solution.h"

namespace gradus::math {

enum class StepLabel : uint8_t { valid, invalid, redundant, repeated };

enum class StepFault : uint8_t {
  none,
  malformed,           // neither a step nor an answer
  unknown_quantity,    // derives a quantity that the problem does not define by an operation
  undefined_operand,   // uses a quantity that was neither given nor stated before
  wrong_formula,       // not the definition: another operand or operation
  wrong_substitution,  // the numbers are not the values of the operands
  carried_error,       // the numbers are those that an earlier invalid step stated
  wrong_arithmetic,    // the result is not that of the operation
  wrong_answer,        // the answer is not the target's value
  underived_answer,    // the right answer without a sound derivation of the target
  after_answer,        // follows the answer
};

std::string_view label_name(StepLabel label);
std::string_view fault_name(StepFault fault);

struct StepVerdict {
  StepLabel label = StepLabel::valid;
  StepFault fault = StepFault::none;
  bool answer = false;  // a well-formed answer line, the first of its solution
};

struct SolutionVerdict {
  std::vector<StepVerdict> steps;
  std::optional<size_t> first_error;
  std::optional<int> answer;  // empty: none was given
  bool correct = false;
};

class StepChecker {
 public:
  explicit StepChecker(const Problem& problem);
  StepVerdict next(std::string_view line);
  std::optional<int> answer() const { return answer_; }
  bool correct() const { return answer_ && answer_ == truth_[index_of(problem_.target)]; }

 private:
  StepFault step_fault(const SolutionLine& line) const;
  StepFault operand_fault(const Operand& operand, int shown) const;
  StepFault answer_fault(int value) const;
  bool is_stated(const Operand& operand) const;

  Problem problem_;
  Values truth_;
  Needed needed_;
  Values established_;  // given, or derived by a sound step
  Values stated_;       // given, or the result of the latest step about it, sound or not
  std::optional<int> answer_;
};

SolutionVerdict check_solution(const Problem& problem, std::span<const std::string> lines);

}  // namespace gradus::math
