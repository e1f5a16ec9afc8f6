#include "gradus/reward/answer/answer_equal.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gradus/reward/answer/exact.h"
#include "gradus/reward/answer/units.h"

namespace gradus {
namespace {

// Pairs of a table ("=" or "!", then two answers), in both orders, by themselves and as classes.
void check_pairs(const std::string& name, size_t least) {
  std::ifstream in(GRADUS_SOURCE_DIR "/tests/reward/" + name);
  size_t pairs = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    ++pairs;
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    ASSERT_NE(second, std::string::npos) << line;
    const std::string a = line.substr(first + 1, second - first - 1), b = line.substr(second + 1);
    const bool equal = line[0] == '=';
    EXPECT_EQ(answers_equal(a, b).equal, equal) << a << "  and  " << b;
    EXPECT_EQ(answers_equal(b, a).equal, equal) << b << "  and  " << a;
    for (const std::vector<std::string>& both : {std::vector{a, b}, std::vector{b, a}})
      EXPECT_EQ(answer_classes(both)[1] == 0, equal) << both[0] << "  and  " << both[1];
    for (const std::string& one : {a, b}) EXPECT_TRUE(!equal || answers_equal(one, one).equal) << one;
  }
  EXPECT_GE(pairs, least);
}

TEST(AnswerEqual, TableOfPairsInBothOrders) {
  check_pairs("answer_pairs.tsv", 380);
}

// Kinds of answers that are easily taken for something else: each with pairs that differ and pairs that do
// not.
TEST(AnswerEqual, TableOfKindsInBothOrders) {
  check_pairs("answer_kinds.tsv", 840);
}

TEST(AnswerEqual, SaysHowItKnows) {
  EXPECT_EQ(answers_equal("1/2", "0.5").evidence, AnswerEvidence::exact);
  EXPECT_EQ(answers_equal("\\sqrt{3+2\\sqrt2}", "1+\\sqrt2").evidence, AnswerEvidence::points);
  EXPECT_EQ(answers_equal("?", "!").evidence, AnswerEvidence::text);
  EXPECT_EQ(answers_equal("10^{10^{10}}", "10^{10^{10}}+1").evidence, AnswerEvidence::undecided);
  EXPECT_EQ(answers_equal("\\sqrt{3+2\\sqrt2}", "1+\\sqrt3").evidence, AnswerEvidence::points);
  EXPECT_EQ(answers_equal("129_2", "17").evidence, AnswerEvidence::text);
  // What another element left undecided is not the evidence of an equal set.
  EXPECT_EQ(answers_equal("10^{10^{10}}, 2", "2, 10^{10^{10}}").evidence, AnswerEvidence::exact);
  // The second reading has an evidence of its own.
  EXPECT_EQ(answers_equal("90^\\circ - \\sqrt{3+2\\sqrt2}", "89-\\sqrt2").evidence, AnswerEvidence::points);
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
                                            repeated("\\text{", 600),
                                            repeated("\\hspace{", 500),
                                            repeated("f(", 2000),
                                            repeated("x \\equiv 1, ", 300) + "\\pmod 5",
                                            repeated("\\{x : ", 500),
                                            repeated("1\\cup 2\\setminus ", 250),
                                            repeated("\\lfloor n", 500),
                                            repeated("\\begin{vmatrix}", 270),
                                            repeated("\\frac{dy}{dx}", 300),
                                            repeated("2 hours ", 500),
                                            repeated("125,216,", 500),
                                            repeated("{1 \\over ", 400),
                                            repeated("\\mathbb{R}\\setminus", 200),
                                            repeated("\xe2\x80\x8b", 1300),
                                            "\\gcd(n," + repeated("n,", 1900) + "n)",
                                            repeated("(1+1/", 600) + "2" + repeated(")", 600),
                                            repeated("\\gcd(1,", 40) + "n" + repeated(")", 40),
                                            repeated("\\max(n,", 40) + "n" + repeated(")", 40),
                                            repeated("(-n)^{", 40) + "2" + repeated("}", 40),
                                            repeated("1 \\bmod (", 40) + "x" + repeated(")", 40)};
  for (const std::string& text : hostile) {
    EXPECT_FALSE(answers_equal(text, "7").equal) << text.substr(0, 40);
    EXPECT_FALSE(answers_equal("7", text).equal) << text.substr(0, 40);
    answers_equal(text, text + " ");
  }
}

// Each level asks once for every pair: with two questions a level, none of these would end.
TEST(AnswerEqual, DeepOnesThatAreAlmostAlikeEnd) {
  const auto nested = [](const std::string& open, const std::string& inside, const std::string& close) {
    return repeated(open, 30) + inside + repeated(close, 30);
  };
  EXPECT_TRUE(answers_equal(nested("\\{", "1,2", "\\}"), nested("\\{", "2,1", "\\}")).equal);
  EXPECT_FALSE(answers_equal(nested("\\{", "1,2", "\\}"), nested("\\{", "3,1", "\\}")).equal);
  EXPECT_TRUE(answers_equal(nested("\\{0,", "1,2", "\\}"), nested("\\{0,", "2,1", "\\}")).equal);
  EXPECT_TRUE(answers_equal(nested("\\gcd(1,", "n", ")"), nested("\\gcd(1,", "n+n-n", ")")).equal);
  answers_equal(nested("(-n)^{", "2", "}"), nested("(-n)^{", "3", "}"));
  answers_equal(nested("x \\equiv 1 \\pmod{(", "2", ")}"), nested("x \\equiv 1 \\pmod{(", "4/2", ")}"));
  std::string sets, turned;
  for (int i = 0; i < 60; ++i) {
    sets += "\\{\\sqrt{3+2\\sqrt{" + std::to_string(i) + "}},1,2,3,4,5,6,7,8,9\\},";
    turned.insert(0, "\\{9,8,7,6,5,4,3,2,1,\\sqrt{3+2\\sqrt{" + std::to_string(i + 1) + "}}\\},");
  }
  EXPECT_FALSE(answers_equal("\\{" + sets + "0\\}", "\\{" + turned + "0\\}").equal);
}

// Where a part leaves no trace in the value at a point, agreement there says nothing.
TEST(AnswerEqual, WhatIsNotSeenAtAPointIsNotEqual) {
  for (int n = 100; n < 1000; n += 100) {
    const std::string one = std::to_string(n), next = std::to_string(n + 1);
    EXPECT_FALSE(answers_equal("x^{y^{" + one + "}}", "x^{y^{" + next + "}}").equal) << n;
    EXPECT_FALSE(answers_equal("\\sin x + 10^{-" + one + "}", "\\sin x + 10^{-" + next + "}").equal) << n;
    EXPECT_FALSE(answers_equal("\\arctan(10^{" + one + "})", "\\arctan(10^{" + next + "})").equal) << n;
    EXPECT_FALSE(answers_equal("\\tanh(" + one + ")", "\\tanh(" + next + ")").equal) << n;
    EXPECT_FALSE(answers_equal("\\cos(10^{-" + one + "})", "\\cos(10^{-" + next + "})").equal) << n;
    EXPECT_FALSE(answers_equal("e^{-e^{" + one + "x^2}}", "e^{-e^{" + next + "x^2}}").equal) << n;
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

TEST(AnswerClasses, OneAnswerOfEachFormOutOfFourThousand) {
  const auto classes_of = [](auto&& written) {
    std::vector<std::string> answers;
    for (int i = 0; i < 4096; ++i) answers.push_back(written(i));
    const std::vector<size_t> classes = answer_classes(answers);
    return *std::max_element(classes.begin(), classes.end()) + 1;
  };
  const auto n = [](int i) { return std::to_string(i); };
  EXPECT_EQ(classes_of([&](int i) { return "\\frac{" + n(7 * i + 1) + "}{" + n(7 * i + 2) + "}"; }), 4096u);
  EXPECT_EQ(classes_of([&](int i) { return "2^{" + n(i % 64) + "}\\cdot 3^{" + n(i / 64) + "}"; }), 4096u);
  EXPECT_EQ(classes_of([&](int i) { return "(x+" + n(i) + ")^3"; }), 4096u);
  EXPECT_EQ(classes_of([&](int i) { return "(1, " + n(i) + ")"; }), 4096u);
  EXPECT_EQ(classes_of([&](int i) { return "x \\equiv " + n(i) + " \\pmod{64}"; }), 64u);
  EXPECT_EQ(classes_of([&](int i) { return "10^{10^{" + n(i % 1024) + "}}"; }), 1024u);
  EXPECT_EQ(classes_of([&](int i) { return i % 2 == 0 ? n(i) : n(2 * i - 2) + "/2"; }), 2048u);
}

// However answers are found, the first class that fits counts.
TEST(AnswerClasses, AreThoseOfComparingEach) {
  std::vector<std::string> all;
  for (const char* name : {"answer_pairs.tsv", "answer_kinds.tsv"}) {
    std::ifstream in(GRADUS_SOURCE_DIR "/tests/reward/" + std::string(name));
    for (std::string line; std::getline(in, line);) {
      const size_t first = line.find('\t'), second = line.find('\t', first + 1);
      if (line.starts_with("#") || second == std::string::npos) continue;
      all.push_back(line.substr(first + 1, second - first - 1));
      all.push_back(line.substr(second + 1));
    }
  }
  EXPECT_TRUE(rc::check([&](const std::vector<uint16_t>& drawn) {
    std::vector<std::string> answers;
    for (size_t i = 0; i < drawn.size() && i < 40; ++i) {
      const size_t pair = drawn[i] % (all.size() / 2);
      answers.push_back(all[2 * pair]);
      answers.push_back(all[2 * pair + 1]);
    }
    std::vector<size_t> firsts, expected;
    for (size_t i = 0; i < answers.size(); ++i) {
      const auto fits = std::find_if(firsts.begin(), firsts.end(), [&](size_t first) {
        return answers_equal(answers[first], answers[i]).equal;
      });
      expected.push_back(static_cast<size_t>(fits - firsts.begin()));
      if (fits == firsts.end()) firsts.push_back(i);
    }
    RC_ASSERT(answer_classes(answers) == expected);
  }));
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
