#include "gradus/env/math/problem.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/base/error.h"
#include "gradus/env/math/generator.h"
#include "gradus/env/math/solution.h"

namespace gradus::math {
namespace {

DrawOptions any_options() {
  return {.steps = *rc::gen::inRange(1, kMaxSteps + 1),
          .distractors = *rc::gen::inRange(0, kMaxDistractors + 1),
          .modulus = *rc::gen::inRange(5, 98)};
}

TEST(Problem, ValuesAndNeededByHand) {
  const Problem problem = parse_problem("mod 17 ; a = 4 ; c = a + b ; b = a * 5 ; d = c - 9 ; ? c");
  const Values known = values(problem);
  EXPECT_EQ(known[index_of('b')], 3);   // 20 mod 17
  EXPECT_EQ(known[index_of('c')], 7);   // 4 + 3
  EXPECT_EQ(known[index_of('d')], 15);  // 7 - 9 = -2
  EXPECT_FALSE(known[index_of('e')]);
  const Needed wanted = needed(problem);
  EXPECT_TRUE(wanted[index_of('a')] && wanted[index_of('b')] && wanted[index_of('c')]);
  EXPECT_FALSE(wanted[index_of('d')]);
}

TEST(Problem, ArithmeticStaysInRange) {
  EXPECT_EQ(calculate(0, '-', 1, 17), 16);
  EXPECT_EQ(calculate(kMaxNumber, '*', kMaxNumber, 97), (kMaxNumber % 97) * (kMaxNumber % 97) % 97);
  EXPECT_EQ(calculate(0, '-', kMaxNumber, kMaxNumber), 0);
}

TEST(Problem, BadTextIsRefusedWithWhatWasExpected) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "mod"},
      {"mod 1 ; a = 0 ; ? a", "at least 2"},
      {"mod 17 ; a = 4", "one of + - * ;"},
      {"mod 17 a", "';'"},
      {"mod 17 ; a = 18 ; ? a", "below the modulus"},
      {"mod 17 ; a = 4 ; a = 5 ; ? a", "defined twice"},
      {"mod 17 ; a = 4 ; ? b", "not defined"},
      {"mod 17 ; a = b + 1 ; b = a + 1 ; ? a", "depends on itself"},
      {"mod 17 ; a = z + 1 ; ? a", "depends on itself"},
      {"mod 17 ; a = 4 / 2 ; ? a", "one of + - * ;"},
      {"mod 17 ; a = b ; ? a", "given quantity is a number"},
      {"mod 17 ; a = 99999999999999999999 ; ? a", "a name or a number"},
      {"mod 17 ; a = 4 ; ? a ? a", "the end of the problem"},
      {std::string(100000, 'm'), "too long"},
  };
  for (const auto& [text, expected] : cases) {
    try {
      parse_problem(text);
      ADD_FAILURE() << "accepted: " << text.substr(0, 60);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    }
  }
}

RC_GTEST_PROP(Problem, TextRoundTrip, (uint64_t key)) {
  Stream stream(key);
  const Problem problem = draw_problem(any_options(), stream).problem;
  RC_ASSERT(parse_problem(to_text(problem)) == problem);
}

RC_GTEST_PROP(Problem, RandomTextIsAProblemOrAnInputError, (const std::string& noise, uint64_t key)) {
  Stream stream(key);
  std::string text = to_text(draw_problem(any_options(), stream).problem);
  text.insert(stream.below(text.size() + 1), noise);
  if (!text.empty()) text.erase(stream.below(text.size()), 1);
  try {
    const Problem problem = parse_problem(text);
    RC_ASSERT(parse_problem(to_text(problem)) == problem);
  } catch (const Error& error) {
    RC_ASSERT(error.kind() == ErrorKind::input);
  }
}

RC_GTEST_PROP(Generator, DrawsWhatWasAskedFor, (uint64_t key)) {
  const DrawOptions options = any_options();
  Stream stream(key);
  const Problem problem = draw_problem(options, stream).problem;
  const Needed wanted = needed(problem);
  int steps = 0, distractors = 0;
  for (const Quantity& quantity : problem.quantities) {
    if (quantity.given) {
      RC_ASSERT(wanted[index_of(quantity.name)]);
      continue;
    }
    ++(wanted[index_of(quantity.name)] ? steps : distractors);
    RC_ASSERT(quantity.left.name || quantity.right.name);
  }
  RC_ASSERT(steps == options.steps);
  RC_ASSERT(distractors == options.distractors);
  RC_ASSERT(reference_solution(problem).size() == static_cast<size_t>(options.steps) + 1);
}

TEST(Generator, SameStreamSameProblemAndCoreIgnoresDistractors) {
  Stream one(5), two(5), other(6);
  EXPECT_EQ(to_text(draw_problem({}, one).problem), to_text(draw_problem({}, two).problem));
  EXPECT_NE(to_text(draw_problem({}, other).problem), to_text(draw_problem({}, two).problem));
  Stream few(9), many(9);
  const DrawnProblem plain = draw_problem({.distractors = 0}, few);
  const DrawnProblem padded = draw_problem({.distractors = 5}, many);
  EXPECT_EQ(plain.core, padded.core);
  EXPECT_NE(to_text(plain.problem), to_text(padded.problem));
}

}  // namespace
}  // namespace gradus::math
