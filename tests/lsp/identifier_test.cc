#include "gradus/lsp/identifier.h"

#include <gtest/gtest.h>

#include "gradus/lsp/disk_view.h"

namespace gradus {
namespace {

TEST(Identifier, NamesThatALexerRefuses) {
  EXPECT_EQ(refused_name("python", "total", false), "");
  EXPECT_EQ(refused_name("python", "class", false), "'class' is a keyword of python");
  EXPECT_EQ(refused_name("python", "match", false), "") << "a keyword in one place only";
  EXPECT_EQ(refused_name("python", "gr\xC3\xB6\xC3\x9F", false), "");
  EXPECT_EQ(refused_name("typescript", "delete", true), "") << "of a member";
  EXPECT_EQ(refused_name("typescript", "#secret", true), "");
  EXPECT_EQ(refused_name("typescript", "$a", false), "");
  EXPECT_EQ(refused_name("css", "--main-colour", false), "");
  for (const auto& [language, name] : {std::pair{"python", "1a"},
                                       {"python", "a b"},
                                       {"python", "a.b"},
                                       {"python", "$a"},
                                       {"cpp", "co_await"},
                                       {"cpp", "a::b"},
                                       {"c", "_Bool"},
                                       {"go", "_"},
                                       {"typescript", "delete"},
                                       {"rust", "Self"},
                                       {"css", "a\nb"},
                                       {"css", ""}}) {
    EXPECT_NE(refused_name(language, name, false), "") << language << " " << name;
  }
}

TEST(Identifier, PlacesInCode) {
  const auto count = [](const char* language, const std::string& text) {
    return places_in_code(text, language, "sum").size();
  };
  EXPECT_EQ(count("cpp", "int sum(); // sum\n/* sum\nsum */ sum(\"sum\", 's', 1'000'000 + sum);"), 3u);
  EXPECT_EQ(count("cpp", "auto t = R\"x(sum \" )\" sum)x\"; sum"), 1u);
  EXPECT_EQ(count("cpp", "sums sum_ _sum x.sum sum"), 2u);
  EXPECT_EQ(count("python", "sum # sum\n'''sum\nsum''' sum 'it\\'s sum' sum"), 3u);
  EXPECT_EQ(count("go", "`sum\nsum` sum // sum\n\"sum\\\"\" sum"), 2u);
  EXPECT_EQ(count("rust", "fn f<'a>(x: &'a sum) { 's'; sum }"), 2u);
  EXPECT_EQ(count("shellscript", "sum # sum\n$sum \"sum\""), 1u) << "a variable is another word";
  EXPECT_EQ(count("unknown", "\"sum\" sum"), 2u);
  EXPECT_EQ(count("cpp", "\"never closed sum\nsum"), 1u);
}

TEST(DiskView, PlacesUnderEveryCount) {
  const DiskView marked("\xEF\xBB\xBFint sum;\nsum;\n", "a.cc");
  const Range plain{{0, 4}, {0, 7}};
  EXPECT_EQ(marked.range_of(plain, "sum", Encoding::utf16), plain);
  EXPECT_EQ(marked.range_of({{0, 5}, {0, 8}}, "sum", Encoding::utf16), plain);
  EXPECT_EQ(marked.range_of({{0, 5}, {0, 8}}, "sum", Encoding::utf32), plain);
  EXPECT_EQ(marked.range_of({{0, 7}, {0, 10}}, "sum", Encoding::utf8), plain);
  EXPECT_EQ(marked.range_of({{1, 0}, {1, 3}}, "sum", Encoding::utf16), (Range{{1, 0}, {1, 3}}));
  EXPECT_EQ(marked.range_of({{0, 6}, {0, 9}}, "sum", Encoding::utf16), std::nullopt);
  EXPECT_EQ(marked.range_of({{7, 0}, {7, 3}}, "sum", Encoding::utf16), std::nullopt);
  const DiskView returns("a\rsum\r\nsum\rsum", "a.cc");
  EXPECT_EQ(returns.range_of({{0, 2}, {0, 5}}, "sum", Encoding::utf16), (Range{{1, 0}, {1, 3}}));
  EXPECT_EQ(returns.range_of({{1, 4}, {1, 7}}, "sum", Encoding::utf16), (Range{{3, 0}, {3, 3}}));
  EXPECT_TRUE(counts_apart("a\r"));
  EXPECT_FALSE(counts_apart("a\r\nb\n"));
}

}  // namespace
}  // namespace gradus
