#include "gradus/env/code/expression.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/base/error.h"
#include "gradus/env/code/cases.h"

namespace gradus {
namespace {

TEST(Expression, MeaningOfEveryOperation) {
  const auto value = [](const char* text, Inputs inputs) { return evaluate(parse_expression(text), inputs); };
  EXPECT_EQ(value("max a b", {3, 7, 0}), 7);
  EXPECT_EQ(value("min a b", {3, 7, 0}), 3);
  EXPECT_EQ(value("abs a", {-4, 0, 0}), 4);
  EXPECT_EQ(value("sign a", {-4, 0, 0}), -1);
  EXPECT_EQ(value("sign a", {0, 0, 0}), 0);
  EXPECT_EQ(value("sign a", {9, 0, 0}), 1);
  EXPECT_EQ(value("clamp a 1 5", {9, 0, 0}), 5);
  EXPECT_EQ(value("clamp a 1 5", {-9, 0, 0}), 1);
  EXPECT_EQ(value("clamp a 1 5", {3, 0, 0}), 3);
  EXPECT_EQ(value("pick a b c 9", {1, 2, 6}), 6);
  EXPECT_EQ(value("pick a b c 9", {2, 2, 6}), 9);
  EXPECT_EQ(value("sub add a b c", {1, 2, 4}), -1);
}

TEST(Expression, RefusesWhatIsNotATask) {
  for (const char* text : {"", "max a", "max a b c", "foo a b", "max a  b", "clamp a 5 1", "clamp a b 5",
                           "t0", "abs abs abs abs abs a", "max a 10", "return a"}) {
    EXPECT_THROW(parse_expression(text), Error) << text;
  }
}

TEST(Expression, CanonicalTextForgetsOperandOrder) {
  const auto key = [](const char* text) { return canonical_text(parse_expression(text)); };
  EXPECT_EQ(key("max a min c b"), key("max min b c a"));
  EXPECT_NE(key("sub a b"), key("sub b a"));
}

TEST(Expression, GeneratedOnesRoundTripAndStayInRange) {
  EXPECT_TRUE(rc::check([](uint64_t seed) {
    const int count = 1 + static_cast<int>(seed % kOperationsLimit);
    const Expression made = random_expression(count, Stream(seed));
    RC_ASSERT(operations(made) == count);
    RC_ASSERT(parse_expression(prefix_text(made)) == made);
    RC_ASSERT(made == random_expression(count, Stream(seed)));
    for (const Inputs& inputs : input_pool(30, Stream(seed))) {
      RC_ASSERT(std::abs(evaluate(made, inputs)) <= 400);
    }
  }));
}

TEST(Cases, AreDistinctRightAndTellMistakesApart) {
  size_t caught = 0, mutants_seen = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const Expression made = random_expression(2 + static_cast<int>(seed % 2), Stream(seed));
    const TestCases cases = make_cases(made);
    ASSERT_EQ(cases.inputs.size(), kVisible + kHidden);
    for (size_t i = 0; i < cases.inputs.size(); ++i) {
      EXPECT_EQ(cases.expected[i], evaluate(made, cases.inputs[i]));
      for (size_t j = 0; j < i; ++j) EXPECT_NE(cases.inputs[i], cases.inputs[j]);
    }
    for (const Expression& mutant : mutants(made)) {
      bool differs = false, told = false;
      for (const Inputs& inputs : input_pool(500, Stream(1))) {
        differs = differs || evaluate(mutant, inputs) != evaluate(made, inputs);
      }
      for (size_t i = 0; i < kVisible; ++i)
        told = told || evaluate(mutant, cases.inputs[i]) != cases.expected[i];
      if (differs) ++mutants_seen;
      if (told) ++caught;
    }
  }
  EXPECT_GT(mutants_seen, 500u);
  EXPECT_GE(caught * 100, mutants_seen * 97);
}

}  // namespace
}  // namespace gradus
