#include "gradus/env/math/injection.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/base/error.h"
#include "gradus/env/math/generator.h"

namespace gradus::math {
namespace {

bool is_error(Flaw flaw) {
  return flaw != Flaw::repeated_step && flaw != Flaw::redundant_step;
}

// The fault that the checker must give the first invalid step.
StepFault expected_fault(Flaw flaw) {
  switch (flaw) {
    case Flaw::wrong_arithmetic:
      return StepFault::wrong_arithmetic;
    case Flaw::wrong_substitution:
      return StepFault::wrong_substitution;
    case Flaw::wrong_operand:
      return StepFault::wrong_formula;
    case Flaw::wrong_operation:
      return StepFault::wrong_formula;
    case Flaw::undefined_operand:
      return StepFault::undefined_operand;
    case Flaw::malformed_step:
      return StepFault::malformed;
    case Flaw::wrong_answer:
      return StepFault::wrong_answer;
    default:
      return StepFault::none;
  }
}

RC_GTEST_PROP(Injection, TheCheckerFindsEveryFlawAtItsStep, (uint64_t key)) {
  Stream stream(key);
  const DrawOptions options{.steps = *rc::gen::inRange(1, kMaxSteps + 1),
                            .distractors = *rc::gen::inRange(0, kMaxDistractors + 1),
                            .modulus = *rc::gen::inRange(5, 98)};
  const Problem problem = draw_problem(options, stream).problem;
  const auto lines = reference_solution(problem);
  for (const Flaw flaw : kFlaws) {
    for (size_t at = 0; at < lines.size(); ++at) {
      const auto flawed = inject(problem, lines, flaw, at, stream.child(at));
      if (!flawed) continue;
      const SolutionVerdict verdict = check_solution(problem, flawed->lines);
      RC_ASSERT(verdict.steps.size() == flawed->labels.size());
      for (size_t i = 0; i < verdict.steps.size(); ++i)
        RC_ASSERT(verdict.steps[i].label == flawed->labels[i]);
      RC_ASSERT(verdict.first_error == flawed->first_error);
      RC_ASSERT(verdict.correct == flawed->correct);
      RC_ASSERT(flawed->first_error.has_value() == is_error(flaw));
      if (flaw == Flaw::skipped_step) {
        RC_ASSERT(*flawed->first_error >= at);
        continue;
      }
      if (!is_error(flaw)) continue;
      RC_ASSERT(*flawed->first_error == at);
      RC_ASSERT(verdict.steps[at].fault == expected_fault(flaw));
    }
  }
}

RC_GTEST_PROP(Injection, EveryFlawHasAPlace, (uint64_t key)) {
  Stream stream(key);
  const Problem problem = draw_problem({.steps = 4, .distractors = 3}, stream).problem;
  const auto lines = reference_solution(problem);
  for (const Flaw flaw : kFlaws) {
    size_t places = 0;
    for (size_t at = 0; at < lines.size(); ++at) {
      places += inject(problem, lines, flaw, at, stream.child(at)) ? 1 : 0;
    }
    // A distractor may need the target itself, so that it fits only before the answer, or nowhere before its
    // operands.
    RC_ASSERT(places > 0);
  }
}

TEST(Injection, ByHand) {
  const Problem problem = parse_problem("mod 17 ; a = 4 ; b = a * 5 ; c = a + b ; d = a - 1 ; ? c");
  const auto lines = reference_solution(problem);
  const auto skipped = inject(problem, lines, Flaw::skipped_step, 0, Stream(1));
  EXPECT_EQ(skipped->lines, (std::vector<std::string>{"c = a + b = 4 + 3 = 7", "answer 7"}));
  EXPECT_EQ(skipped->first_error, 0u);
  EXPECT_TRUE(skipped->correct);
  const auto padded = inject(problem, lines, Flaw::redundant_step, 1, Stream(1));
  EXPECT_EQ(padded->lines[1], "d = a - 1 = 4 - 1 = 3");
  EXPECT_EQ(padded->labels[1], StepLabel::redundant);
  const auto wrong = inject(problem, lines, Flaw::wrong_arithmetic, 0, Stream(1));
  EXPECT_NE(wrong->lines[0], lines[0]);
  EXPECT_NE(wrong->lines[1], lines[1]);  // carried forward
  EXPECT_FALSE(wrong->correct);
  EXPECT_FALSE(inject(problem, lines, Flaw::wrong_answer, 0, Stream(1)));
  EXPECT_FALSE(inject(problem, lines, Flaw::skipped_step, 2, Stream(1)));
}

TEST(Injection, OnlyIntoSoundSolutions) {
  const Problem problem = parse_problem("mod 17 ; a = 4 ; b = a * 5 ; ? b");
  const std::vector<std::string> wrong{"b = a * 5 = 4 * 5 = 4", "answer 4"}, cut{"b = a * 5 = 4 * 5 = 3"};
  const std::vector<std::string> twice{cut[0], cut[0], "answer 3"};
  for (const auto& lines : {wrong, cut, twice}) {
    EXPECT_THROW(inject(problem, lines, Flaw::wrong_arithmetic, 0, Stream(1)), Error);
  }
  EXPECT_THROW(inject(problem, reference_solution(problem), Flaw::wrong_arithmetic, 2, Stream(1)), Error);
}

}  // namespace
}  // namespace gradus::math
