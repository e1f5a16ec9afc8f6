#include "gradus/tool/clang_tidy.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(ClangTidy, FindingsComplexityAndBrokenFunctions) {
  if (clang_tidy_version().empty()) GTEST_SKIP() << "clang-tidy is not installed";
  const std::vector<std::string> sources = {
      "int f(int a, int b, int c) {\nreturn a ;\n}\n",
      "int f(int a, int b, int c) {\nconst int t0 = a - a ;\nreturn t0 < 0 ? ( b < c ? b : c ) : t0 ;\n}\n",
      "int f(int a, int b, int c) {\nreturn a b ;\n}\n",
      "int f(int a, int b, int c) {\nreturn a < b ? c : c ;\n}\n",
  };
  const std::vector<TidyReport> reports = clang_tidy(sources);
  EXPECT_TRUE(reports[0].judged);
  EXPECT_EQ(reports[0].cognitive, 0);
  EXPECT_TRUE(reports[0].findings.empty());
  EXPECT_EQ(reports[1].cognitive, 3) << "a conditional, and one nested in it";
  ASSERT_EQ(reports[1].findings.size(), 1u);
  EXPECT_EQ(reports[1].findings[0].line, 2);
  EXPECT_EQ(reports[1].findings[0].check, "misc-redundant-expression");
  EXPECT_FALSE(reports[2].judged);
  EXPECT_TRUE(reports[3].judged);
  EXPECT_FALSE(reports[3].findings.empty());
}

TEST(ClangTidy, MissingProgramJudgesNothing) {
  const char* path = getenv("PATH");
  const std::string before = path == nullptr ? "" : path;
  setenv("PATH", "/nonexistent", 1);
  const std::vector<std::string> sources = {"int f(int a) {\nreturn a ;\n}\n"};
  const std::vector<TidyReport> reports = clang_tidy(sources);
  const std::string version = clang_tidy_version();
  setenv("PATH", before.c_str(), 1);
  EXPECT_FALSE(reports[0].judged);
  EXPECT_EQ(version, "");
}

}  // namespace
}  // namespace gradus
