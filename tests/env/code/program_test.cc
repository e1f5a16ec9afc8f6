#include "gradus/env/code/program.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/base/error.h"
#include "gradus/env/code/vocabulary.h"

namespace gradus {
namespace {

using Statements = std::vector<std::string>;

TEST(Vocabulary, TokensAndTextAreInverse) {
  for (const std::string& text : code_tokens()) EXPECT_EQ(code_tokens()[token_id(text)], text);
  EXPECT_EQ(token_text(tokens_of("const int t0 = a < b ;")), "const int t0 = a < b ;");
  EXPECT_EQ(code_tokens()[kEndToken], "<end>");
  EXPECT_THROW(token_id("retrun"), Error);
  EXPECT_THROW(tokens_of("a  b"), Error);
  EXPECT_EQ(token_text(std::vector<int32_t>{-1, 1 << 20}), "<unknown> <unknown>");
}

TEST(Program, SpansCutAtSemicolonsAndKeepFragments) {
  const auto texts = [](const char* text) {
    const std::vector<int32_t> tokens = tokens_of(text);
    Statements out;
    for (const StatementSpan& span : statement_spans(tokens)) {
      out.push_back(token_text(std::span(tokens).subspan(span.text_begin, span.text_end - span.text_begin)));
    }
    return out;
  };
  EXPECT_EQ(texts("a = b ; return a ; <end>"), (Statements{"a = b ;", "return a ;"}));
  EXPECT_EQ(texts("a = b ; return a"), (Statements{"a = b ;", "return a"}));
  EXPECT_EQ(texts("return a <end>"), (Statements{"return a"}));
  EXPECT_EQ(texts("<end>"), (Statements{""}));
}

TEST(Program, EveryTokenBelongsToExactlyOneStep) {
  EXPECT_TRUE(rc::check([](const std::vector<uint8_t>& raw) {
    std::vector<int32_t> tokens;
    for (const uint8_t byte : raw) tokens.push_back(byte % static_cast<int32_t>(code_tokens().size()));
    size_t next = 0;
    for (const StatementSpan& span : statement_spans(tokens)) {
      RC_ASSERT(span.begin == next);
      RC_ASSERT(span.end > span.begin);
      next = span.end;
    }
    RC_ASSERT(next == tokens.size());
  }));
}

TEST(Program, RulesBeyondTheCompiler) {
  const auto keeps = [](const Statements& statements) { return broken_rule(statements).empty(); };
  EXPECT_TRUE(keeps({"const int t0 = a < b ;", "return t0 ? b : a ;"}));
  EXPECT_TRUE(keeps({"int t0 ;", "t0 = a ;", "return t0 ;"}));
  EXPECT_TRUE(keeps({"return a ;", "a = b + 2 ;"}));
  EXPECT_FALSE(keeps({"int t0 = a ;"})) << "nothing returned";
  EXPECT_FALSE(keeps({"return ;"}));
  EXPECT_FALSE(keeps({"return ;", "return a ;"}));
  EXPECT_FALSE(keeps({"t0 : return ;", "return a ;"}));
  EXPECT_FALSE(keeps({"int t0 = t0 ;", "return t0 ;"}));
  EXPECT_FALSE(keeps({"int t0 ;", "return t0 ;"}));
  EXPECT_FALSE(keeps({"int t0 ;", "a = t0 = 1 ;", "return a ;"}));
  EXPECT_FALSE(keeps({"const int t0 = a ;", "t0 = b ;", "return t0 ;"}));
  EXPECT_FALSE(keeps({"const int t0 = a ;", "a = t0 = b ;", "return t0 ;"}));
  EXPECT_FALSE(keeps({"( a ) = b ;", "return a ;"}));
  EXPECT_FALSE(keeps({"return a ;", "a = b"}));
  EXPECT_FALSE(keeps({""}));
  EXPECT_FALSE(keeps({}));
}

TEST(Program, SureNecessityOnlyWhereItIsSure) {
  const Statements body = {"const int t0 = a < b ;", "c = a + b ;", "return t0 ? b : a ;"};
  EXPECT_TRUE(deletion_surely_breaks(body, 0));
  EXPECT_FALSE(deletion_surely_breaks(body, 1));
  EXPECT_TRUE(deletion_surely_breaks(body, 2));
  EXPECT_FALSE(deletion_surely_breaks(Statements{"int a = b ;", "return a ;"}, 0));
}

}  // namespace
}  // namespace gradus
