#include "gradus/env/math/checker.h"

#include "gradus/base/error.h"

namespace gradus::math {
namespace {

bool same_formula(const Quantity& quantity, const SolutionLine& line) {
  if (line.op != quantity.op) return false;
  if (line.left == quantity.left && line.right == quantity.right) return true;
  return line.op != '-' && line.left == quantity.right && line.right == quantity.left;
}

}  // namespace

std::string_view label_name(StepLabel label) {
  switch (label) {
    case StepLabel::valid:
      return "valid";
    case StepLabel::invalid:
      return "invalid";
    case StepLabel::redundant:
      return "redundant";
    case StepLabel::repeated:
      return "repeated";
  }
  throw Error::internal("a step label without a name");
}

std::string_view fault_name(StepFault fault) {
  switch (fault) {
    case StepFault::none:
      return "none";
    case StepFault::malformed:
      return "malformed";
    case StepFault::unknown_quantity:
      return "unknown_quantity";
    case StepFault::undefined_operand:
      return "undefined_operand";
    case StepFault::wrong_formula:
      return "wrong_formula";
    case StepFault::wrong_substitution:
      return "wrong_substitution";
    case StepFault::carried_error:
      return "carried_error";
    case StepFault::wrong_arithmetic:
      return "wrong_arithmetic";
    case StepFault::wrong_answer:
      return "wrong_answer";
    case StepFault::underived_answer:
      return "underived_answer";
    case StepFault::after_answer:
      return "after_answer";
  }
  throw Error::internal("a step fault without a name");
}

StepChecker::StepChecker(const Problem& problem)
    : problem_(problem),
      truth_(values(problem)),
      needed_(needed(problem)),
      established_(given_values(problem)),
      stated_(established_) {}

bool StepChecker::is_stated(const Operand& operand) const {
  return !operand.name || stated_[index_of(operand.name)];
}

StepFault StepChecker::operand_fault(const Operand& operand, int shown) const {
  if (!operand.name) return shown == operand.number ? StepFault::none : StepFault::wrong_substitution;
  const size_t index = index_of(operand.name);
  if (established_[index] == shown) return StepFault::none;
  return stated_[index] == shown ? StepFault::carried_error : StepFault::wrong_substitution;
}

StepFault StepChecker::step_fault(const SolutionLine& line) const {
  const Quantity* quantity = find(problem_, line.subject);
  if (!quantity || quantity->given) return StepFault::unknown_quantity;
  if (!is_stated(line.left) || !is_stated(line.right)) return StepFault::undefined_operand;
  if (!same_formula(*quantity, line)) return StepFault::wrong_formula;
  const StepFault left = operand_fault(line.left, line.left_value);
  const StepFault right = operand_fault(line.right, line.right_value);
  if (line.shown_op != line.op || left == StepFault::wrong_substitution ||
      right == StepFault::wrong_substitution) {
    return StepFault::wrong_substitution;
  }
  // Numbers may be as large as the lexer lets through; calculate() reduces them.
  if (line.result != calculate(line.left_value, line.op, line.right_value, problem_.modulus)) {
    return StepFault::wrong_arithmetic;
  }
  return left != StepFault::none ? left : right;
}

StepFault StepChecker::answer_fault(int value) const {
  const size_t target = index_of(problem_.target);
  if (established_[target] == value) return StepFault::none;
  if (stated_[target] == value) return StepFault::carried_error;
  return truth_[target] == value ? StepFault::underived_answer : StepFault::wrong_answer;
}

StepVerdict StepChecker::next(std::string_view text) {
  const auto invalid = [](StepFault fault, bool answer = false) {
    return StepVerdict{.label = StepLabel::invalid, .fault = fault, .answer = answer};
  };
  if (answer_) return invalid(StepFault::after_answer);
  const auto line = parse_line(text);
  if (!line) return invalid(StepFault::malformed);
  if (line->answer) {
    const StepFault fault = answer_fault(line->result);
    answer_ = line->result;
    return fault == StepFault::none ? StepVerdict{.answer = true} : invalid(fault, true);
  }
  const size_t subject = index_of(line->subject);
  const StepFault fault = step_fault(*line);
  if (fault != StepFault::unknown_quantity) stated_[subject] = line->result;
  if (fault != StepFault::none) return invalid(fault);
  const bool repeated = established_[subject].has_value();
  established_[subject] = line->result;
  if (repeated) return {.label = StepLabel::repeated};
  return {.label = needed_[subject] ? StepLabel::valid : StepLabel::redundant};
}

SolutionVerdict check_solution(const Problem& problem, std::span<const std::string> lines) {
  StepChecker checker(problem);
  SolutionVerdict verdict;
  verdict.steps.reserve(lines.size());
  for (const std::string& line : lines) {
    verdict.steps.push_back(checker.next(line));
    const bool invalid = verdict.steps.back().label == StepLabel::invalid;
    if (invalid && !verdict.first_error) verdict.first_error = verdict.steps.size() - 1;
  }
  verdict.answer = checker.answer();
  verdict.correct = checker.correct();
  return verdict;
}

}  // namespace gradus::math
