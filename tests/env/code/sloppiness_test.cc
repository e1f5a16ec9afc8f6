#include "gradus/env/code/sloppiness.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "gradus/env/code/demonstration.h"
#include "gradus/env/code/program.h"
#include "gradus/env/code/statement.h"
#include "gradus/env/code/vocabulary.h"
#include "gradus/tool/c_facts.h"

namespace gradus {
namespace {

using Statements = std::vector<std::string>;

std::string text_of(const Families& families) {
  std::string out;
  for (const Family family : all_families()) {
    if (families[static_cast<size_t>(family)]) out += (out.empty() ? "" : "+") + family_name(family);
  }
  return out.empty() ? "-" : out;
}

// One word per statement.
std::string found(const Statements& statements) {
  std::string out;
  for (const Families& families : sloppiness(statements)) out += (out.empty() ? "" : " ") + text_of(families);
  return out;
}

TEST(Sloppiness, CleanStatementsAreNone) {
  EXPECT_EQ(found({"const int t0 = ( a < b ) ;", "const int t1 = ( t0 ? b : a ) ;", "return t1 - c ;"}),
            "- - -");
  EXPECT_EQ(found({"int t0 ;", "t0 = a ;", "return t0 + b ;"}), "- - -");
  EXPECT_EQ(found({"const int t0 = a < 0 ;", "return t0 ? - 1 : 0 < a ;"}), "- -");
  EXPECT_EQ(found({"return 0 - a ;"}), "-");
  EXPECT_EQ(found({"return a - - b ;"}), "-");
  EXPECT_EQ(found({}), "");
}

TEST(Sloppiness, EveryFamilyByExamples) {
  const std::vector<std::pair<Statements, std::string>> examples = {
      {{"int t7 = - a ;", "return b ;"}, "unused_variable -"},
      {{"int t7 ;", "return b ;"}, "unused_variable -"},
      {{"c = a + b ;", "return a ;"}, "dead_store -"},
      {{"int t0 = a + b ;", "t0 = b ;", "return t0 + 1 ;"}, "dead_store - -"},
      {{"c = a + 1 ;", "b = 2 ;", "c = a + 1 ;", "return c - b ;"}, "dead_store - dead_store -"},
      {{"c = a + 1 ;", "b = c ;", "c = a + 1 ;", "return c - b ;"}, "- - dead_store -"},
      {{"return a ;", "a = b + 2 ;", "return b ;"}, "- unreachable unreachable"},
      {{"const int t0 = a < b ;", "return 0 < t0 ? b : a ;"}, "- redundant_condition"},
      {{"return 0 < ( a < b ) ;"}, "redundant_condition"},
      {{"const int t0 = a < b ;", "const int t1 = ( t0 ) ;", "return 0 < t1 ? t0 : a ;"},
       "- plain_copy redundant_condition"},
      {{"return a < b ? b : ( b ) ;"}, "long_distinction"},
      {{"return a < b ? b : ( a < b ) ? 0 : a ;"}, "long_distinction"},
      {{"const int t0 = a < b ;", "return t0 ? t0 ? b : 0 : a ;"}, "- long_distinction"},
      {{"const int T0 = a < b ;", "return T0 ? b : a ;"}, "odd_name -"},
      {{"a = a ;", "return a ;"}, "self_assignment -"},
      {{"a = ( ( a ) ) ;", "return a ;"}, "self_assignment -"},
      {{"a = a ;", "return b ;"}, "self_assignment -"},
      {{"const int t0 = a ;", "return t0 + a ;"}, "plain_copy -"},
      {{"const int t0 = ( a ) ;", "return t0 ;"}, "plain_copy -"},
      {{"const int t0 = a < b ? b : a ;", "return ( t0 ) ;"}, "needless_temporary -"},
      {{"int t0 = 5 ;", "b = c ;", "return t0 ;"}, "needless_temporary dead_store -"},
      {{"return a + 0 ;"}, "plus_zero"},
      {{"return 0 + a < b ? a : b - 0 ;"}, "plus_zero"},
      {{"return b - ( a + ( 0 ) ) ;"}, "plus_zero"},
      {{"return - - a ;"}, "double_negation"},
      {{"return b - - ( - a ) ;"}, "double_negation"},
      {{"const int T0 = - - a < b ;", "return T0 ? T0 ? b : 0 : a + 0 ;"},
       "odd_name+double_negation long_distinction+plus_zero"},
  };
  for (const auto& [statements, wanted] : examples) EXPECT_EQ(found(statements), wanted) << statements[0];
}

TEST(Sloppiness, NearRelativesAreNone) {
  const std::vector<Statements> innocent = {
      {"int t0 = a ;", "a = b + 1 ;", "return t0 + a ;"},                // the copy keeps an old value
      {"const int t0 = a < b ;", "return t0 < 0 ? b : a ;"},             // compared, but not so
      {"const int t0 = a + b ;", "return 0 < t0 ? b : a ;"},             // not a truth value
      {"int t0 = a < b ;", "t0 = t0 + 1 ;", "return 0 < t0 ? b : a ;"},  // not any more
      {"return a < b ? b : a < c ? c : a ;"},                            // asks something else
      {"const int t0 = a + b ;", "return t0 + t0 ;"},                    // read by more than a return
      {"const int t0 = a + b ;", "return t0 < 0 ;"},
      {"return a - ( 0 - b ) ;"},
      {"c = a + 1 ;", "a = c ;", "c = a + 1 ;", "return c ;"},  // the same words, another value
      {"c = c + 1 ;", "c = c + 1 ;", "return c ;"},
  };
  for (const Statements& statements : innocent) {
    for (const Families& families : sloppiness(statements))
      EXPECT_EQ(text_of(families), "-") << statements[0];
  }
}

TEST(Sloppiness, BrokenStatementsReadEveryName) {
  EXPECT_EQ(found({"c = a + b ;", "int t0 = c + ;", "return a ;"}), "- - -");
  EXPECT_EQ(found({"c = a + b ;", "int t0 = a + ;", "return a ;"}), "dead_store - -");
  EXPECT_EQ(found({"int t7 = - a ;", "return t7"}), "- -") << "unfinished";
  EXPECT_EQ(found({"<end>"}), "-");
  EXPECT_EQ(found({""}), "-");
  EXPECT_EQ(found({"return a ? b ;", "a = a + 0 ;", "max a b ;"}), "- plus_zero -");
}

TEST(Sloppiness, LongAndDeepTextsHaveLimits) {
  std::string deep = "return";
  for (int i = 0; i < 100'000; ++i) deep += " -";
  EXPECT_EQ(found({deep + " a ;"}), "-");
  EXPECT_TRUE(read_statement(deep + " a ;").broken);
  const Statements many(20'000, "c = a + 1 ;");
  EXPECT_EQ(sloppiness(many).size(), many.size());
}

TEST(Statement, ReadsTheGrammarAndNothingElse) {
  const auto broken = [](const char* text) { return read_statement(text).broken; };
  for (const char* text : {"return a ;", "int t0 ;", "const int t0 = a ;", "int const T1 = - ( a + 1 ) ;",
                           "a = 1 ;", "a + b ;", "return a < b < c ? a ? 1 : 2 : - - 9 ;"}) {
    EXPECT_FALSE(broken(text)) << text;
  }
  for (const char* text : {"", ";", "return ;", "return a", "a = b = c ;", "const t0 = a ;", "int = a ;",
                           "int 5 = a ;", "return a ? b ;", "return ( a ;", "return a ) ;", "5 = a ;",
                           "return a ; ;", "a b ;", "return int ;", "return a return ;"}) {
    EXPECT_TRUE(broken(text)) << text;
  }
  const Statement declared = read_statement("const int t0 = ( a < b ) ;");
  EXPECT_TRUE(declared.declares && declared.stores());
  EXPECT_EQ(declared.name, "t0");
  EXPECT_EQ(declared.value, (Term{"<", {{"a", {}}, {"b", {}}}}));
}

// --- agreement with libclang ---

const std::map<std::string, Family>& family_of_fact() {
  static const std::map<std::string, Family> known = [] {
    std::map<std::string, Family> out;
    for (const Family family : all_families()) out[family_name(family)] = family;
    out["duplicate_statement"] = Family::dead_store;
    return out;
  }();
  return known;
}

TEST(Sloppiness, EveryFactOfLibclangBelongsToAFamily) {
  for (const std::string& name : c_fact_names()) EXPECT_TRUE(family_of_fact().contains(name)) << name;
  for (const Family family : all_families()) EXPECT_NO_THROW(c_fact_from_name(family_name(family)));
}

struct Agreement {
  size_t programs = 0, statements = 0, sloppy = 0, differ = 0;
  std::string first;  // a difference
};

// Over the programs that compile.
Agreement agreement(const std::vector<Statements>& programs) {
  std::vector<std::string> sources;
  for (const Statements& body : programs) sources.push_back(source_text(body));
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  Agreement out;
  for (size_t p = 0; p < programs.size(); ++p) {
    if (!facts[p].compiles) continue;
    ++out.programs;
    const std::vector<Families> mine = sloppiness(programs[p]);
    std::vector<Families> theirs(mine.size());
    for (const CFinding& finding : facts[p].findings) {
      const Family family = family_of_fact().at(std::string(c_fact_name(finding.fact)));
      theirs.at(static_cast<size_t>(finding.line) - 2).set(static_cast<size_t>(family));
    }
    for (size_t i = 0; i < mine.size(); ++i) {
      ++out.statements;
      out.sloppy += mine[i].any() ? 1 : 0;
      if (mine[i] == theirs[i]) continue;
      ++out.differ;
      if (out.first.empty())
        out.first =
            sources[p] + programs[p][i] + "\n" + text_of(mine[i]) + " here, libclang " + text_of(theirs[i]);
    }
  }
  return out;
}

std::vector<Statements> demonstrations(size_t count, double share) {
  std::vector<Statements> out;
  for (uint64_t seed = 0; out.size() < count; ++seed) {
    const Expression asked = random_expression(2 + static_cast<int>(seed % 2), Stream(seed));
    if (!fits(asked)) continue;
    const Author author(0.5, share, Stream(seed).child("author"));
    out.push_back(write_body(asked, Regime::neutral, author, Stream(seed).child("body")));
  }
  return out;
}

TEST(Sloppiness, AgreesWithLibclangOnDemonstrations) {
  const Agreement seen = agreement(demonstrations(1000, 0.6));
  EXPECT_EQ(seen.programs, 1000u);
  EXPECT_GT(seen.sloppy, 900u);
  EXPECT_EQ(seen.differ, 0u) << seen.first;
}

// Another word of the same kind.
std::string slip(const std::string& word, Stream& stream) {
  static const std::vector<Statements> kinds = {
      {"a", "b", "c", "0", "1", "2", "5", "9", "t0", "t1", "t2", "T0", "T1", "t7"}, {"+", "-", "<"}};
  for (const Statements& kind : kinds) {
    if (std::find(kind.begin(), kind.end(), word) != kind.end()) return kind[stream.below(kind.size())];
  }
  return word;
}

// A policy that learns and errs writes other programs than its teachers: words are others of their kind,
// statements come again or are left out.
TEST(Sloppiness, AgreesWithLibclangOnProgramsWithMistakes) {
  std::vector<Statements> programs;
  Stream stream(5);
  for (const Statements& body : demonstrations(3000, 0.6)) {
    Statements changed = body;
    for (uint64_t times = 1 + stream.below(4); times > 0; --times) {
      const size_t i = stream.below(changed.size());
      const auto place = changed.begin() + static_cast<std::ptrdiff_t>(stream.below(changed.size()));
      if (stream.chance(0.2)) {
        changed.insert(place, Statements(changed)[i]);
      } else if (stream.chance(0.1) && changed.size() > 1) {
        changed.erase(place);
      } else {
        std::vector<int32_t> tokens = tokens_of(changed[i]);
        int32_t& token = tokens[stream.below(tokens.size())];
        token = token_id(slip(code_tokens()[static_cast<size_t>(token)], stream));
        changed[i] = token_text(tokens);
      }
    }
    if (broken_rule(changed).empty()) programs.push_back(std::move(changed));
  }
  const Agreement seen = agreement(programs);
  EXPECT_GT(seen.programs, 500u);
  EXPECT_LE(seen.differ * 500, seen.statements) << seen.differ << " of " << seen.statements << "\n"
                                                << seen.first;
}

}  // namespace
}  // namespace gradus
