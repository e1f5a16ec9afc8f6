#include "gradus/tool/c_facts.h"

#include <gtest/gtest.h>
#include <thread>

#include "gradus/base/error.h"

namespace gradus {
namespace {

std::string function(const std::vector<std::string>& statements) {
  std::string out = "int f(int a, int b, int c) {\n";
  for (const std::string& statement : statements) out += statement + "\n";
  return out + "}\n";
}

std::string found(const CFunctionFacts& facts) {
  std::string out;
  for (const CFinding& finding : facts.findings) {
    out += std::to_string(finding.line) + ":" + std::string(c_fact_name(finding.fact)) + " ";
  }
  return out;
}

std::string found_in(const std::vector<std::string>& statements) {
  const std::vector<std::string> sources = {function(statements)};
  return found(c_facts(sources)[0]);
}

TEST(CFacts, CleanCodeHasNone) {
  EXPECT_EQ(found_in({"const int t0 = a < b ;", "const int t1 = t0 ? b : a ;", "return t1 - c ;"}), "");
}

TEST(CFacts, EachFamilyIsFoundOnItsLine) {
  EXPECT_EQ(found_in({"int t0 = - a ;", "return b ;"}), "2:unused_variable ");
  EXPECT_EQ(found_in({"a = ( a ) ;", "return a ;"}), "2:self_assignment ");
  EXPECT_EQ(found_in({"a = ( a ) ;", "return b ;"}), "2:self_assignment ") << "and no dead store";
  EXPECT_EQ(found_in({"c = a + b ;", "return a ;"}), "2:dead_store ");
  EXPECT_EQ(found_in({"int t0 = a ;", "t0 = b ;", "return t0 ;"}), "2:dead_store ");
  EXPECT_EQ(found_in({"const int t0 = a ;", "return t0 + a ;"}), "2:plain_copy ");
  EXPECT_EQ(found_in({"return a ;", "a = b + 2 ;"}), "3:unreachable ");
  EXPECT_EQ(found_in({"int t0 = a + b ;", "c = t0 - 1 ;", "c = t0 - 1 ;", "return c ;"}),
            "3:dead_store 4:duplicate_statement ");
  EXPECT_EQ(found_in({"const int t0 = a < b ;", "return 0 < t0 ? b : a ;"}), "3:redundant_condition ");
  EXPECT_EQ(found_in({"const int t0 = a < b ;", "return t0 ? b : t0 ? 0 : a ;"}), "3:long_distinction ");
  EXPECT_EQ(found_in({"const int T0 = a < b ;", "return T0 ? b : a ;"}), "2:odd_name ");
  EXPECT_EQ(found_in({"const int t0 = a < b ? b : a ;", "return t0 ;"}), "2:needless_temporary ");
  EXPECT_EQ(found_in({"a = a + 0 ;", "return a ;"}), "2:plus_zero ");
  EXPECT_EQ(found_in({"return - - a ;"}), "2:double_negation ");
}

TEST(CFacts, RelativesOfEachFamily) {
  for (const char* compared : {"0 < ( a < b )", "( a == b ) != 0", "0 != ! a", "( a && b ) > 0"})
    EXPECT_EQ(found_in({std::string("return ") + compared + " ;"}), "2:redundant_condition ") << compared;
  EXPECT_EQ(found_in({"int t0 = a < b ;", "int t1 = t0 ;", "return 0 < t1 ? t0 : a ;"}),
            "3:plain_copy 4:redundant_condition ");
  for (const char* distinction : {"a < b ? c : ( c )", "a ? a ? b : 1 : c", "a ? b : ( a ? 1 : c )"})
    EXPECT_EQ(found_in({std::string("return ") + distinction + " ;"}), "2:long_distinction ") << distinction;
  for (const char* sum : {"a - 0", "( 0 ) + a", "b * ( a + 0 )", "a + 0 < b ? a : b"})
    EXPECT_EQ(found_in({std::string("return ") + sum + " ;"}), "2:plus_zero ") << sum;
  EXPECT_EQ(found_in({"return b - - ( - a ) ;"}), "2:double_negation ");
  EXPECT_EQ(found_in({"if ( a < b ) {", "a = b + 0 ;", "}", "return a ;"}), "3:plus_zero ")
      << "the statement begins inside the block";
  const std::vector<std::string> capital = {"int f(int A) {\nint B = A + 1 ;\nreturn B * B ;\n}\n",
                                            "int f(void) {\nint B = 1 ;\nreturn B * B ;\n}\n"};
  for (const CFunctionFacts& facts : c_facts(capital))
    EXPECT_EQ(found(facts), "") << "no small letters to differ from";
}

TEST(CFacts, NothingIsSaidThatIsNotCertain) {
  EXPECT_EQ(found_in({"int t0 = a ;", "a = b + 1 ;", "return t0 + a ;"}), "")
      << "the copy saves an old value";
  EXPECT_EQ(found_in({"c = a + b ;", "a = 1 ;", "c = a + b + c ;", "return c ;"}), "");
  EXPECT_EQ(found_in({"const int t0 = a + b ;", "return 0 < t0 ? b : a ;"}), "") << "no truth value";
  EXPECT_EQ(found_in({"int t0 = a < b ;", "t0 = t0 + 1 ;", "return 0 < t0 ? b : a ;"}), "");
  EXPECT_EQ(found_in({"return a == 0 ? 0 - b : - b ;"}), "");
  EXPECT_EQ(found_in({"return a < b ? b : a < c ? c : a ;"}), "");
  EXPECT_EQ(found_in({"return a < b ? c ++ : c ++ ;"}), "") << "each does something";
  EXPECT_EQ(found_in({"const int t0 = a + b ;", "return t0 + t0 ;"}), "");
  EXPECT_EQ(found_in({"int t0 = a + b ;", "t0 = t0 + 1 ;", "return t0 ;"}), "");
  EXPECT_EQ(found_in({"int t0 = 1 ;", "if ( a < b ) {", "t0 = 2 ;", "}", "return t0 ;"}), "");
  EXPECT_EQ(found_in({"int t0 = 1 ;", "int *p = & t0 ;", "t0 = 2 ;", "return * p ;"}), "");
}

TEST(CFacts, BrokenStatementsCountAsReaders) {
  const std::vector<std::string> sources = {
      function({"const int t0 = a < b ;", "int t1 = t0 + ;", "return c ;"})};
  const CFunctionFacts facts = c_facts(sources)[0];
  EXPECT_FALSE(facts.compiles);
  for (const CFinding& finding : facts.findings) EXPECT_NE(finding.line, 2) << found(facts);
}

TEST(CFacts, FactsDoNotDependOnNeighbours) {
  const std::vector<std::string> sources = {
      function({"c = a + b ;", "return a ;"}),
      function({"int t0 = ( a ;", "return t0 ;"}),                    // unbalanced
      function({"int t0 = a b ;", "int t1 = - c ;", "return t0 ;"}),  // does not compile
      function({"return f ( a ) ;"}),
      "#define int float\nint g(int a) {\nreturn a;\n}\n",
      "/* int f(int a) {\n",
      function({"a = a ;", "return a ;"}),
      "",
      function({"const int t0 = b ;", "return t0 ;", "return a ;"}),
  };
  const std::vector<CFunctionFacts> together = c_facts(sources);
  for (size_t i = 0; i < sources.size(); ++i) {
    const CFunctionFacts single = c_facts(std::span(&sources[i], 1))[0];
    EXPECT_EQ(together[i].compiles, single.compiles) << i;
    EXPECT_EQ(found(together[i]), found(single)) << i;
  }
  EXPECT_EQ(found(together[0]), "2:dead_store ");
  EXPECT_EQ(found(together[6]), "2:self_assignment ");
  EXPECT_EQ(found(together[8]), "2:plain_copy 4:unreachable ");
  EXPECT_FALSE(together[1].compiles);
  EXPECT_TRUE(together[6].compiles);
}

TEST(CFacts, ManyThreadsAgree) {
  const std::vector<std::string> sources(40, function({"c = a + b ;", "int t0 = - c ;", "return a ;"}));
  const std::string expected = found(c_facts(sources)[39]);
  EXPECT_EQ(expected, "3:unused_variable ");
  std::vector<std::string> seen(4);
  std::vector<std::thread> threads;
  for (std::string& mine : seen) threads.emplace_back([&] { mine = found(c_facts(sources)[39]); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& mine : seen) EXPECT_EQ(mine, expected);
}

TEST(CFacts, LimitsAndNames) {
  EXPECT_THROW(c_fact_from_name("dead_stores"), Error);
  for (const std::string& name : c_fact_names()) EXPECT_EQ(c_fact_name(c_fact_from_name(name)), name);
  const std::vector<std::string> deep = {
      function({"return " + std::string(300, '(') + "a" + std::string(300, ')') + " ;"})};
  EXPECT_FALSE(c_facts(deep)[0].compiles);
}

// The parser's recovery from the first two used to swallow the third, which then looked clean.
TEST(CFacts, BrokenNeighboursSwallowNothing) {
  const std::vector<std::string> sources = {
      "int f(int a, int b, int c) {\nconst int t0 =\n}\n",
      "int f(int a, int b, int c) {\nconst int t1 = a - ? 5 : 9 ;\nint t7 = - c ;\nreturn b ;\n}\n",
      "int f(int a, int b, int c) {\nint t7 = - c ;\nreturn b ;\n}\n"};
  const std::vector<CFunctionFacts> together = c_facts(sources);
  for (size_t i = 0; i < sources.size(); ++i) {
    const CFunctionFacts alone = c_facts(std::span(&sources[i], 1))[0];
    EXPECT_EQ(together[i].compiles, alone.compiles) << i;
    EXPECT_EQ(together[i].findings, alone.findings) << i;
  }
  EXPECT_EQ(together[2].findings.size(), 1u);
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// Each of them ended the whole process once, or took everything with it as an error.
TEST(CFacts, ASourceThatKillsIsMissingAlone) {
  const std::vector<std::string> killers = {
      function({"int t0 = " + repeated("- ", 3600) + "a ;", "return a ;"}),
      function({"return " + repeated("! ", 6000) + "a ;"}),
      function({"return " + repeated("~ ", 8000) + "a ;"}),
      "#pragma clang __debug crash\n",
      "#pragma clang __debug overflow_stack\n",
      "#pragma clang __debug llvm_fatal_error\n",
      "#pragma clang __debug parser_crash\nint f(int a) {\nreturn a;\n}\n",
      std::string(70'000, ' '),
  };
  std::vector<std::string> sources;
  for (const std::string& killer : killers) {
    sources.push_back(function({"a = ( a ) ;", "return a ;"}));
    sources.push_back(killer);
    sources.push_back(function({"c = a + b ;", "return a ;"}));
  }
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  for (size_t k = 0; k < killers.size(); ++k) {
    EXPECT_EQ(facts[3 * k].failure, "");
    EXPECT_EQ(found(facts[3 * k]), "2:self_assignment ");
    EXPECT_NE(facts[3 * k + 1].failure, "") << killers[k].substr(0, 80);
    EXPECT_FALSE(facts[3 * k + 1].compiles);
    EXPECT_TRUE(facts[3 * k + 1].findings.empty());
    EXPECT_EQ(facts[3 * k + 2].failure, "");
    EXPECT_EQ(found(facts[3 * k + 2]), "2:dead_store ");
  }
}

// Comparing every branch of it with every other would take quadratic time.
TEST(CFacts, ALongChainOfCasesIsJudged) {
  const std::vector<std::string> sources = {
      function({"return " + repeated("a < b ? 1 : c < b ? 2 : ", 400) + "c ;"}),
      function({"return " + repeated("a < b ? 1 : ", 2) + "c ;"})};
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  EXPECT_EQ(facts[0].failure, "");
  EXPECT_TRUE(facts[0].compiles);
  EXPECT_EQ(found(facts[1]), "2:long_distinction ");
}

TEST(CFacts, ASourceThatTakesTooLongIsMissingAlone) {
  std::string slow = "#define A a+a+a+a+a+a+a+a\n";  // 8 to the power of 8 terms
  for (char name = 'B'; name < 'J'; ++name) {
    slow += std::string("#define ") + name + " " +
            repeated(std::string(1, static_cast<char>(name - 1)) + "+", 8) + "a\n";
  }
  const std::vector<std::string> sources = {slow + "int f(int a) {\nreturn I;\n}\n",
                                            function({"a = ( a ) ;", "return a ;"})};
  const std::vector<CFunctionFacts> facts = c_facts(sources);
  EXPECT_NE(facts[0].failure, "");
  EXPECT_EQ(found(facts[1]), "2:self_assignment ");
}

TEST(CFacts, NoFileOfTheMachineIsRead) {
  const std::vector<std::string> sources = {"#include \"/etc/passwd\"\nint f(int a) {\nreturn a;\n}\n",
                                            "#include \"/dev/zero\"\nint f(int a) {\nreturn a;\n}\n",
                                            "#include \"/dev/stdin\"\nint f(int a) {\nreturn a;\n}\n"};
  for (const CFunctionFacts& facts : c_facts(sources)) {
    EXPECT_EQ(facts.failure, "");
    EXPECT_FALSE(facts.compiles);
  }
}

TEST(CFacts, AProgramThatDoesNotStartIsAnErrorAndNoFact) {
  std::thread([] {
    setenv("GRADUS_CLANG", "/nonexistent", 1);
    std::vector<std::string> sources;
    // More than one call at once may have children from before: each dies, and none can follow.
    for (int i = 0; i < 70; ++i) sources.push_back("#pragma clang __debug crash\n");
    EXPECT_THROW(c_facts(sources), Error);
    unsetenv("GRADUS_CLANG");
  }).join();
}

}  // namespace
}  // namespace gradus
