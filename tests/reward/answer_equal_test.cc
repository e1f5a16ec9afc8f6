#include "gradus/reward/answer/answer_equal.h"

#include <fstream>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/reward/answer/exact.h"
#include "gradus/reward/answer/units.h"

namespace gradus {
namespace {

// tests/reward/answer_pairs.tsv: "=" or "!", then two answers.
TEST(AnswerEqual, TableOfPairsInBothOrders) {
  std::ifstream in(GRADUS_SOURCE_DIR "/tests/reward/answer_pairs.tsv");
  size_t pairs = 0;
  for (std::string line; std::getline(in, line); ++pairs) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    ASSERT_NE(second, std::string::npos) << line;
    const std::string a = line.substr(first + 1, second - first - 1), b = line.substr(second + 1);
    EXPECT_EQ(answers_equal(a, b).equal, line[0] == '=') << a << "  and  " << b;
    EXPECT_EQ(answers_equal(b, a).equal, line[0] == '=') << b << "  and  " << a;
  }
  EXPECT_GE(pairs, 380u);
}

TEST(AnswerEqual, SaysHowItKnows) {
  EXPECT_EQ(answers_equal("1/2", "0.5").evidence, AnswerEvidence::exact);
  EXPECT_EQ(answers_equal("\\sqrt{3+2\\sqrt2}", "1+\\sqrt2").evidence, AnswerEvidence::points);
  EXPECT_EQ(answers_equal("?", "!").evidence, AnswerEvidence::text);
  EXPECT_EQ(answers_equal("10^{10^{10}}", "10^{10^{10}}+1").evidence, AnswerEvidence::undecided);
}

std::string repeated(const std::string& part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST(AnswerEqual, HostileTextsEnd) {
  const std::vector<std::string> hostile = {repeated("(", 4000),
                                            repeated("{", 4000),
                                            repeated("(", 1300) + "1" + repeated(")", 1300),
                                            repeated("-", 4000) + "1",
                                            repeated("\\sqrt", 700),
                                            repeated("\\frac", 700),
                                            repeated("2^", 1300) + "2",
                                            repeated("9", 4000),
                                            repeated("9!", 1300),
                                            repeated("(x+y+z)", 500),
                                            "(a+b+c+d)^{999}",
                                            "10^10^10^10",
                                            "9999999999!!!",
                                            repeated("|", 4000),
                                            repeated("x_", 1300),
                                            repeated("1/", 1300) + "3",
                                            repeated("\\pm 1", 700),
                                            repeated("1,", 2000),
                                            repeated("\\sin ", 800),
                                            "\\begin{pmatrix}" + repeated("1&", 1800),
                                            repeated("a", 5000),
                                            std::string(4000, '\0'),
                                            "\\binom{999999}{500000}",
                                            "2^{-999999999999999999}",
                                            "x^{1/99999999999999999}",
                                            "1e99999",
                                            "\\log_{1}{5}",
                                            "0.\\overline{}",
                                            repeated("\\text{m}", 500),
                                            "1_{99}",
                                            repeated("1\\cup", 800),
                                            "\xff\xfe",
                                            "(x+1)^{64}/(x-1)^{64}",
                                            repeated("(1+1/", 600) + "2" + repeated(")", 600)};
  for (const std::string& text : hostile) {
    EXPECT_FALSE(answers_equal(text, "7").equal) << text.substr(0, 40);
    EXPECT_FALSE(answers_equal("7", text).equal) << text.substr(0, 40);
    answers_equal(text, text + " ");
  }
}

TEST(AnswerEqual, RationalsInAnySpelling) {
  EXPECT_TRUE(rc::check([] {
    const int n = *rc::gen::inRange(-2000, 2000), d = *rc::gen::inRange(1, 400), k = *rc::gen::inRange(1, 30);
    const std::string a = "\\frac{" + std::to_string(n) + "}{" + std::to_string(d) + "}";
    const std::string b = std::to_string(n * k) + "/" + std::to_string(d * k);
    const std::string c = "\\frac{" + std::to_string(n * k + 1) + "}{" + std::to_string(d * k) + "}";
    RC_ASSERT(answers_equal(a, b).equal);
    RC_ASSERT(!answers_equal(a, c).equal);
  }));
}

TEST(AnswerEqual, ProductsOfLinearFactorsAndTheirExpansion) {
  EXPECT_TRUE(rc::check([] {
    const int a = *rc::gen::inRange(-9, 10), b = *rc::gen::inRange(-9, 10);
    const auto term = [](int value, const std::string& of) {
      return (value < 0 ? "-" : "+") + std::to_string(std::abs(value)) + of;
    };
    const std::string factored = "(x" + term(a, "") + ")(x" + term(b, "") + ")";
    const std::string expanded = "x^2" + term(a + b, "x") + term(a * b, "");
    RC_ASSERT(answers_equal(factored, expanded).equal);
    RC_ASSERT(answers_equal(factored, expanded).evidence == AnswerEvidence::exact);
    RC_ASSERT(!answers_equal(factored, expanded + "+1").equal);
  }));
}

TEST(AnswerEqual, AnyTextsEndWithTheSameOutcomeTwice) {
  const std::vector<std::string> parts = {
      "1", "2", "x", "\\frac", "{", "}",    "(", ")", "^",     "+", "-",         "*", "/", "\\sqrt", "\\pm",
      ",", "=", "<", "[",      "]", "\\pi", "!", "|", "\\sin", " ", "\\text{m}", "%", "_", "\\cup",  "."};
  EXPECT_TRUE(rc::check([&](const std::vector<uint8_t>& drawn, const std::vector<uint8_t>& other) {
    std::string a, b;
    for (const uint8_t part : drawn) a += parts[part % parts.size()];
    for (const uint8_t part : other) b += parts[part % parts.size()];
    const AnswerEquality once = answers_equal(a, b), again = answers_equal(a, b);
    RC_ASSERT(once.equal == again.equal && once.evidence == again.evidence);
    RC_ASSERT(once.equal == answers_equal(b, a).equal);
  }));
}

TEST(AnswerClasses, NumbersThemInOrderOfAppearance) {
  const std::vector<std::string> answers = {"1/2", "7", "0.5", "\\frac{14}{2}", "x"};
  EXPECT_EQ(answer_classes(answers), (std::vector<size_t>{0, 1, 0, 1, 2}));
}

TEST(Units, AreProductsOfPowers) {
  EXPECT_EQ(unit_of("square cm").factor, mpq_class(1, 10000));
  EXPECT_EQ(unit_of("cm^2").dimension, "length^2");
  EXPECT_EQ(unit_of("m/s").dimension, "length time^-1");
  EXPECT_EQ(unit_of("km per hour").factor, mpq_class(5, 18));
  EXPECT_EQ(unit_of("").dimension, "");
}

TEST(AnswerEqualOperator, MissingReferenceStaysMissing) {
  RolloutBatch batch;
  for (const char* text : {"So it is \\boxed{0.5}.", "The answer is 3.", "no idea"}) {
    batch.add_rollout({.id = text});
    batch.add_step(StepKind::reason, text);
  }
  batch.set_note("rollout.answer", 0, "\\frac{1}{2}");
  batch.set_note("rollout.answer", 2, "4");
  OperatorRegistry registry("operator");
  register_answer_equal(registry);
  registry.make("reward.answer_equal", Json::object())->apply(batch, {});
  const Column& out = batch.column("rollout.outcome");
  EXPECT_EQ(out[0], 1);
  EXPECT_FALSE(out.valid(1));
  EXPECT_TRUE(out.valid(2));
  EXPECT_EQ(out[2], 0);
}

}  // namespace
}  // namespace gradus
