#include "gradus/env/math/checker.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/env/math/generator.h"

namespace gradus::math {
namespace {

const Problem& example() {  // b = 3, c = 7, e = 10, d = 15 (not needed)
  static const Problem problem =
      parse_problem("mod 17 ; a = 4 ; c = a + b ; b = a * 5 ; d = c - 9 ; e = c + 3 ; ? e");
  return problem;
}

std::string faults(const std::vector<std::string>& lines) {
  std::string out;
  for (const StepVerdict& step : check_solution(example(), lines).steps) {
    if (!out.empty()) out += ' ';
    out += step.fault == StepFault::none ? label_name(step.label) : fault_name(step.fault);
  }
  return out;
}

const std::string kB = "b = a * 5 = 4 * 5 = 3", kC = "c = a + b = 4 + 3 = 7", kE = "e = c + 3 = 7 + 3 = 10";

TEST(Checker, SoundSolutions) {
  EXPECT_EQ(faults({kB, kC, kE, "answer 10"}), "valid valid valid valid");
  EXPECT_EQ(faults({"b = 5 * a = 5 * 4 = 3", "c=b+a=3+4=7", kE, "answer 10"}), "valid valid valid valid");
  EXPECT_EQ(faults({kB, kC, "d = c - 9 = 7 - 9 = 15", kC, kE, "answer 10"}),
            "valid valid redundant repeated valid valid");
  const SolutionVerdict verdict =
      check_solution(example(), std::vector<std::string>{kB, kC, kE, "answer 10"});
  EXPECT_FALSE(verdict.first_error);
  EXPECT_TRUE(verdict.correct);
  EXPECT_EQ(verdict.answer, 10);
}

TEST(Checker, EveryFaultByHand) {
  EXPECT_EQ(faults({"b = a * 5 = 4 * 5 = 20"}), "wrong_arithmetic");  // not reduced
  EXPECT_EQ(faults({"b = a * 5 = 4 + 5 = 9"}), "wrong_substitution");
  EXPECT_EQ(faults({"b = a * 5 = 3 * 5 = 15"}), "wrong_substitution");
  EXPECT_EQ(faults({"b = a * 5 = 4 * 6 = 7"}), "wrong_substitution");
  EXPECT_EQ(faults({"b = a * 6 = 4 * 6 = 7"}), "wrong_formula");
  EXPECT_EQ(faults({"b = a + 5 = 4 + 5 = 9"}), "wrong_formula");
  EXPECT_EQ(faults({kB, kC, "d = 9 - c = 9 - 7 = 2"}), "valid valid wrong_formula");  // - does not turn round
  EXPECT_EQ(faults({"c = a + b = 4 + 3 = 7"}), "undefined_operand");
  EXPECT_EQ(faults({"b = z * 5 = 4 * 5 = 3"}), "undefined_operand");
  EXPECT_EQ(faults({"a = a * 1 = 4 * 1 = 4"}), "unknown_quantity");
  EXPECT_EQ(faults({"z = a * 5 = 4 * 5 = 3"}), "unknown_quantity");
  EXPECT_EQ(faults({"answer 10"}), "underived_answer");
  EXPECT_EQ(faults({"answer 11"}), "wrong_answer");
  EXPECT_EQ(faults({"answer 10", kB, "answer 10"}), "underived_answer after_answer after_answer");
  for (const char* line :
       {"", "answer", "answer x", "answer 010", "answer -1", "b = 3", "b = a * 5 = 3",
        "b = a * 5 = 4 * 5 = 3 3", "B = a * 5 = 4 * 5 = 3", "answer 99999999999999999999"}) {
    EXPECT_EQ(faults({line}), "malformed") << line;
  }
}

TEST(Checker, AnErrorIsCarriedUntilItIsRepaired) {
  const std::string wrong = "b = a * 5 = 4 * 5 = 4", carried = "c = a + b = 4 + 4 = 8";
  EXPECT_EQ(faults({wrong, carried, "e = c + 3 = 8 + 3 = 11", "answer 11"}),
            "wrong_arithmetic carried_error carried_error carried_error");
  EXPECT_EQ(faults({wrong, kB, kC, kE, "answer 10"}), "wrong_arithmetic valid valid valid valid");
  // The true number without a sound derivation of it is no step either.
  EXPECT_EQ(faults({wrong, kC}), "wrong_arithmetic wrong_substitution");
  // A wrong repetition does not undo a sound derivation.
  EXPECT_EQ(faults({kB, wrong, kC, kE, "answer 10"}), "valid wrong_arithmetic valid valid valid");
}

TEST(Checker, RightAnswerByAWrongWayIsCorrectButNotSound) {
  const auto verdict =
      check_solution(example(), std::vector<std::string>{"b = a * 5 = 4 * 5 = 9", "answer 10"});
  EXPECT_TRUE(verdict.correct);
  EXPECT_EQ(verdict.first_error, 0u);
}

TEST(Checker, NoAnswerIsNotCorrectAndNoError) {
  const auto verdict = check_solution(example(), std::vector<std::string>{kB});
  EXPECT_FALSE(verdict.correct);
  EXPECT_FALSE(verdict.answer);
  EXPECT_FALSE(verdict.first_error);
}

TEST(Checker, HostileLinesAreMalformed) {
  const std::string megabyte(1 << 20, '9');
  EXPECT_EQ(faults({megabyte, "answer " + megabyte, std::string(1 << 20, ' '), std::string("b\0= a", 5)}),
            "malformed malformed malformed malformed");
  EXPECT_EQ(faults({"b = a * 99999 = 99999 * 99999 = 99999"}), "wrong_formula");
  EXPECT_EQ(faults({"b = a * 5 = 99999 * 99999 = 99999"}), "wrong_substitution");
}

RC_GTEST_PROP(Checker, EveryReferenceSolutionIsSound, (uint64_t key)) {
  Stream stream(key);
  const DrawOptions options{.steps = *rc::gen::inRange(1, kMaxSteps + 1),
                            .distractors = *rc::gen::inRange(0, kMaxDistractors + 1),
                            .modulus = *rc::gen::inRange(5, 98)};
  const Problem problem = draw_problem(options, stream).problem;
  const auto verdict = check_solution(problem, reference_solution(problem));
  RC_ASSERT(verdict.correct);
  RC_ASSERT(!verdict.first_error);
  for (const StepVerdict& step : verdict.steps) RC_ASSERT(step.label == StepLabel::valid);
}

RC_GTEST_PROP(Checker, RandomTextNeverBecomesASoundStep, (const std::string& text)) {
  // Random bytes hold no sound derivation: eleven symbols in the one right order.
  const auto lines = split_lines(text);
  const auto verdict = check_solution(example(), std::vector<std::string>(lines.begin(), lines.end()));
  RC_ASSERT(verdict.steps.size() == lines.size());
  for (const StepVerdict& step : verdict.steps) RC_ASSERT(step.label == StepLabel::invalid);
}

// Lines of random symbols: a label of "sound" must agree with a second, naive reading of the line.
RC_GTEST_PROP(Checker, RandomSymbolsAreSoundOnlyIfTheNaiveReadingAgrees, (uint64_t key)) {
  Stream stream(key);
  const auto pick = [&](std::initializer_list<const char*> from) {
    return std::string(from.begin()[stream.below(from.size())]);
  };
  const std::string left = pick({"a", "b", "5"}), right = pick({"a", "5", "3"}), op = pick({"+", "*"});
  const std::string x = pick({"4", "5", "3"}), y = pick({"4", "5"}), result = pick({"3", "9", "7"});
  const std::string line =
      "b = " + left + " " + op + " " + right + " = " + x + " " + op + " " + y + " = " + result;
  const bool sound = op == "*" && result == "3" &&
                     ((left == "a" && right == "5" && x == "4" && y == "5") ||
                      (left == "5" && right == "a" && x == "5" && y == "4"));
  RC_ASSERT((faults({line}) == "valid") == sound);
}

RC_GTEST_PROP(Solution, LineRoundTrip, (uint64_t key)) {
  Stream stream(key);
  const Problem problem = draw_problem({.steps = 6}, stream).problem;
  const auto lines = reference_solution(problem);
  for (const std::string& line : lines) RC_ASSERT(to_text(*parse_line(line)) == line);
  const std::string text = join_lines(lines);
  const auto split = split_lines(text);
  RC_ASSERT(std::vector<std::string>(split.begin(), split.end()) == lines);
}

}  // namespace
}  // namespace gradus::math
