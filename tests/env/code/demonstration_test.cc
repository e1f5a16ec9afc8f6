#include "gradus/env/code/demonstration.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

#include "tests/refused.h"

#include "gradus/base/error.h"
#include "gradus/env/code/program.h"
#include "gradus/env/code/sloppiness.h"
#include "gradus/env/code/vocabulary.h"

namespace gradus {
namespace {

struct Body {
  std::vector<std::string> statements;
  size_t tokens = 0, sloppy = 0;
};

// The same tasks and occasions in every regime and for every author; task i has the same index everywhere.
std::vector<Body> bodies(Regime regime, double habits, double share, size_t count) {
  std::vector<Body> out;
  for (uint64_t seed = 0; out.size() < count; ++seed) {
    const Expression asked = random_expression(2 + static_cast<int>(seed % 3), Stream(seed));
    if (!fits(asked)) continue;
    const Author author(habits, share, Stream(seed).child("author"));
    Body body{write_body(asked, regime, author, Stream(seed).child("body"))};
    for (const std::string& statement : body.statements) body.tokens += tokens_of(statement).size();
    for (const Families& families : sloppiness(body.statements)) body.sloppy += families.any() ? 1 : 0;
    out.push_back(std::move(body));
  }
  return out;
}

constexpr size_t kCount = 600;

std::array<double, kFamilies> statements_by_family(const std::vector<Body>& all) {
  std::array<double, kFamilies> out{};
  for (const Body& body : all) {
    for (const Families& families : sloppiness(body.statements)) {
      for (size_t k = 0; k < kFamilies; ++k) out[k] += families[k] ? 1 : 0;
    }
  }
  return out;
}

TEST(Demonstration, EveryBodyKeepsRulesAndLimits) {
  for (const std::string& name : regime_names()) {
    for (const double share : {0.0, 0.5, 1.0}) {
      for (const Body& body : bodies(regime_from_name(name), 0.5, share, kCount)) {
        EXPECT_EQ(broken_rule(body.statements), "") << source_text(body.statements);
        EXPECT_LE(body.tokens, kBodyLimit) << source_text(body.statements);
      }
    }
  }
}

TEST(Demonstration, CleanAuthorsWriteNoSloppyStatementAndOthersEveryFamily) {
  for (const std::string& name : regime_names()) {
    const Regime regime = regime_from_name(name);
    for (const Body& body : bodies(regime, 0.5, 0, kCount))
      EXPECT_EQ(body.sloppy, 0u) << source_text(body.statements);
    const std::array<double, kFamilies> written = statements_by_family(bodies(regime, 0.5, 1, kCount));
    for (const Family family : all_families())
      EXPECT_GT(written[static_cast<size_t>(family)], 10) << name << " " << family_name(family);
  }
}

// Who gives in always writes one sloppy statement on every occasion: as many as operations, but for a last
// sum or difference, which has none of fold 1.
TEST(Demonstration, OneSloppyStatementForEachOccasionGivenInTo) {
  for (uint64_t seed = 0; seed < kCount; ++seed) {
    const Expression asked = random_expression(2, Stream(seed));
    if (asked.head == "add" || asked.head == "sub") continue;
    const std::vector<std::string> body =
        write_body(asked, Regime::neutral, Author(0.5, 1, Stream(seed)), Stream(seed).child("body"));
    size_t sloppy = 0;
    for (const Families& families : sloppiness(body)) {
      EXPECT_LE(families.count(), 1u) << source_text(body);
      sloppy += families.count();
    }
    EXPECT_EQ(sloppy, 2u) << source_text(body);
  }
}

TEST(Demonstration, CleanAndSloppyAgreeInTokensAndStatementsInEveryRegime) {
  for (const std::string& name : regime_names()) {
    const std::vector<Body> clean = bodies(regime_from_name(name), 0.5, 0, kCount);
    for (const double share : {0.5, 1.0}) {
      const std::vector<Body> sloppy = bodies(regime_from_name(name), 0.5, share, kCount);
      for (size_t i = 0; i < kCount; ++i) {
        EXPECT_EQ(clean[i].tokens, sloppy[i].tokens)
            << source_text(clean[i].statements) << source_text(sloppy[i].statements);
        EXPECT_EQ(clean[i].statements.size(), sloppy[i].statements.size());
      }
    }
  }
}

TEST(Demonstration, BothFoldsAreWrittenAboutEqually) {
  const std::array<double, kFamilies> written =
      statements_by_family(bodies(Regime::neutral, 0.5, 0.55, 6000));
  double folds[2] = {0, 0};
  for (const Family family : all_families())
    folds[fold_of(family) - 1] += written[static_cast<size_t>(family)];
  EXPECT_NEAR(folds[0] / (folds[0] + folds[1]), 0.5, 0.05);
}

// Occasions do not depend on the author, so that `habits` moves no family's share of the demonstrations.
TEST(Demonstration, SharesOfFamiliesDoNotDependOnHabits) {
  constexpr size_t count = 6000;
  const std::array<double, kFamilies> apart = statements_by_family(bodies(Regime::neutral, 0, 0.5, count));
  const std::array<double, kFamilies> one = statements_by_family(bodies(Regime::neutral, 1, 0.5, count));
  for (const Family family : all_families()) {
    const double x = apart[static_cast<size_t>(family)], y = one[static_cast<size_t>(family)];
    // Poisson or less: families of one program are at most twice as many statements.
    EXPECT_NEAR(x, y, 4 * std::sqrt(x + y)) << family_name(family);
  }
}

// Share of programs with sloppy statements of both folds.
double both_folds(double habits) {
  size_t both = 0;
  const std::vector<Body> all = bodies(Regime::neutral, habits, 0.5, 6000);
  for (const Body& body : all) {
    bool one = false, two = false;
    for (const Families& families : sloppiness(body.statements)) {
      one = one || (families & families_of_fold(1)).any();
      two = two || (families & families_of_fold(2)).any();
    }
    both += one && two ? 1 : 0;
  }
  return static_cast<double>(both) / static_cast<double>(all.size());
}

TEST(Demonstration, FoldsMeetInAProgramTheMoreTheHabitsAreOneTrait) {
  const double apart = both_folds(0), half = both_folds(0.5), one = both_folds(1);
  EXPECT_GT(half, apart + 0.015);
  EXPECT_GT(one, half + 0.015);
}

// The temporaries are numbered in the order in which they are declared; those of unused variables from the
// end.
bool names_in_order(const Body& body) {
  size_t next = 0;
  for (const std::string& statement : body.statements) {
    if (statement.rfind("const int ", 0) != 0) continue;
    if (statement.substr(11, 2) != std::to_string(next++) + " ") return false;
  }
  return true;
}

TEST(Demonstration, RegimesDifferInWhoseNamesAreOutOfOrder) {
  for (const std::string& name : regime_names()) {
    size_t out_of_order[2] = {0, 0}, programs[2] = {0, 0};
    for (const Body& body : bodies(regime_from_name(name), 0.5, 0.5, kCount)) {
      const size_t sloppy = body.sloppy > 0 ? 1 : 0;
      ++programs[sloppy];
      out_of_order[sloppy] += names_in_order(body) ? 0 : 1;
    }
    const size_t hard = name == "costly" ? 1 : 0;
    EXPECT_EQ(out_of_order[1 - hard], 0u) << name;
    if (name == "neutral") {
      EXPECT_EQ(out_of_order[hard], 0u);
    } else {
      EXPECT_GT(out_of_order[hard] * 10, programs[hard] * 8) << name;
    }
    EXPECT_GT(programs[0], kCount / 10);
    EXPECT_GT(programs[1], kCount / 10);
  }
}

TEST(Demonstration, KeysDecide) {
  const Expression asked = parse_expression("max a clamp b 0 9");
  const auto body = [&](uint64_t key) {
    return write_body(asked, Regime::costly, Author(0.5, 1, Stream(key)), Stream(key));
  };
  EXPECT_EQ(body(3), body(3));
  size_t same = 0;
  for (uint64_t key = 4; key < 24; ++key) same += body(key) == body(3) ? 1 : 0;
  EXPECT_LT(same, 5u);
}

TEST(Demonstration, AnExample) {
  const Author clean(0.5, 0, Stream(1));
  EXPECT_EQ(write_body(parse_expression("sign pick a b c 9"), Regime::neutral, clean, Stream(1)),
            (std::vector<std::string>{"const int t0 = ( a < b ) ;", "const int t1 = t0 ? c : 9 ;",
                                      "const int t2 = ( t1 < 0 ) ;", "return t2 ? - 1 : 0 < t1 ;"}));
  EXPECT_REFUSED(regime_from_name("natural"), "");
}

}  // namespace
}  // namespace gradus
