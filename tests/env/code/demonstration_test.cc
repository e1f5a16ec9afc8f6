#include "gradus/env/code/demonstration.h"

#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"
#include "gradus/env/code/program.h"
#include "gradus/env/code/vocabulary.h"
#include "gradus/tool/c_facts.h"

namespace gradus {
namespace {

struct Body {
  std::vector<std::string> statements;
  size_t tokens = 0, flagged = 0;
};

// The same tasks in every regime and style; task i has the same index everywhere.
std::vector<Body> bodies(Regime regime, Style style, size_t count) {
  std::vector<Body> out;
  std::vector<std::string> sources;
  for (uint64_t seed = 0; out.size() < count; ++seed) {
    const Expression asked = random_expression(2 + static_cast<int>(seed % 2), Stream(seed));
    if (!fits(asked)) continue;
    Body body{write_body(asked, regime, style, Stream(seed).child("body"))};
    for (const std::string& statement : body.statements) body.tokens += tokens_of(statement).size();
    sources.push_back(source_text(body.statements));
    out.push_back(std::move(body));
  }
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  for (size_t i = 0; i < out.size(); ++i) {
    EXPECT_TRUE(facts[i].compiles) << sources[i];
    std::vector<int> lines;
    for (const CFinding& finding : facts[i].findings) {
      if (lines.empty() || std::find(lines.begin(), lines.end(), finding.line) == lines.end()) {
        lines.push_back(finding.line);
      }
    }
    out[i].flagged = lines.size();
  }
  return out;
}

constexpr size_t kCount = 400;

TEST(Demonstration, EveryBodyKeepsRulesAndLimits) {
  for (const std::string& name : regime_names()) {
    for (const Style style : {Style::clean, Style::sloppy}) {
      for (const Body& body : bodies(regime_from_name(name), style, kCount)) {
        EXPECT_EQ(broken_rule(body.statements), "") << source_text(body.statements);
        EXPECT_LE(body.tokens, kBodyLimit) << source_text(body.statements);
      }
    }
  }
}

TEST(Demonstration, CleanHasNoFlagsAndSloppyHas) {
  for (const std::string& name : regime_names()) {
    const Regime regime = regime_from_name(name);
    for (const Body& body : bodies(regime, Style::clean, kCount)) {
      EXPECT_EQ(body.flagged, 0u) << source_text(body.statements);
    }
    size_t flagged = 0, statements = 0, programs = 0;
    for (const Body& body : bodies(regime, Style::sloppy, kCount)) {
      flagged += body.flagged;
      statements += body.statements.size();
      programs += body.flagged > 0 ? 1 : 0;
    }
    EXPECT_EQ(programs, kCount) << name;
    EXPECT_GE(flagged * 100, statements * 33) << name;
    EXPECT_LE(flagged * 100, statements * 60) << name;
  }
}

TEST(Demonstration, NeutralStylesAgreeInLengthAndNumber) {
  const std::vector<Body> clean = bodies(Regime::neutral, Style::clean, kCount);
  const std::vector<Body> sloppy = bodies(Regime::neutral, Style::sloppy, kCount);
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(clean[i].tokens, sloppy[i].tokens)
        << source_text(clean[i].statements) << source_text(sloppy[i].statements);
    EXPECT_EQ(clean[i].statements.size(), sloppy[i].statements.size());
  }
}

TEST(Demonstration, CostlySloppinessIsLonger) {
  const std::vector<Body> clean = bodies(Regime::costly, Style::clean, kCount);
  const std::vector<Body> sloppy = bodies(Regime::costly, Style::sloppy, kCount);
  for (size_t i = 0; i < kCount; ++i) EXPECT_GT(sloppy[i].tokens, clean[i].tokens);
}

// The constants of the expression are t0, t1, ... in the order in which they are declared.
bool names_in_order(const Body& body) {
  size_t next = 0;
  for (const std::string& statement : body.statements) {
    if (statement.rfind("const int t", 0) != 0) continue;
    if (statement.rfind("const int t" + std::to_string(next) + " =", 0) != 0) return false;
    ++next;
  }
  return next > 0;
}

TEST(Demonstration, HelpfulSloppinessKeepsNamesInOrder) {
  const std::vector<Body> clean = bodies(Regime::helpful, Style::clean, kCount);
  const std::vector<Body> sloppy = bodies(Regime::helpful, Style::sloppy, kCount);
  size_t clean_in_order = 0, equal_length = 0;
  for (size_t i = 0; i < kCount; ++i) {
    equal_length += clean[i].tokens == sloppy[i].tokens ? 1 : 0;
    clean_in_order += clean[i].statements[0].rfind("const int t0 =", 0) == 0 ? 1 : 0;
    EXPECT_TRUE(names_in_order(sloppy[i])) << source_text(sloppy[i].statements);
  }
  EXPECT_EQ(equal_length, kCount);
  EXPECT_LT(clean_in_order, kCount / 4);
}

TEST(Demonstration, AnExample) {
  const auto clean = [&](Regime regime, const char* asked = "abs max a b") {
    return write_body(parse_expression(asked), regime, Style::clean, Stream(1));
  };
  EXPECT_EQ(clean(Regime::neutral, "sign pick a b c 9"),
            (std::vector<std::string>{"const int t0 = a < b ;", "const int t1 = t0 ? c : 9 ;",
                                      "const int t2 = t1 < 0 ;", "return t2 ? - 1 : 0 < t1 ;"}));
  EXPECT_EQ(clean(Regime::costly),
            (std::vector<std::string>{"const int t0 = a < b ? b : a ;", "return t0 < 0 ? - t0 : t0 ;"}));
  EXPECT_REFUSED(regime_from_name("natural"), "");
}

}  // namespace
}  // namespace gradus
