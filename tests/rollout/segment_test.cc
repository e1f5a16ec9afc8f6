#include "gradus/rollout/segment.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"

#include "gradus/base/error.h"

namespace gradus {
namespace {

using Tokens = std::vector<int32_t>;
using Ends = std::vector<size_t>;

TEST(Segment, ASeparatorAtTheEndIsOneEnd) {
  EXPECT_EQ(step_ends(Tokens{5, 9, 7, 9}, Tokens{9}), (Ends{1, 3}));
  EXPECT_EQ(step_ends(Tokens{5, 9, 7}, Tokens{9}), (Ends{1, 2}));
  EXPECT_EQ(step_ends(Tokens{9, 9}, Tokens{9, 8}), (Ends{0, 1}));
  EXPECT_EQ(step_ends(Tokens{5}, Tokens{}), (Ends{0}));
  EXPECT_EQ(step_ends(Tokens{}, Tokens{9}), Ends{});
}

TEST(Segment, SeparatorTokensEndInTheText) {
  const std::vector<std::string> vocabulary = {"a", ".\n\n", "\n", "\n\n", "\n\n "};
  EXPECT_EQ(separator_tokens(vocabulary, "\n\n"), (Tokens{1, 3}));
}

TEST(Segment, SpansAndSeparatorsMakeUpTheTokens) {
  EXPECT_TRUE(rc::check("spans", [] {
    const auto tokens = *rc::gen::container<Tokens>(rc::gen::inRange(0, 3));
    const auto separator = *rc::gen::nonEmpty(rc::gen::container<Tokens>(rc::gen::inRange(0, 2)));
    size_t covered = 0, at = 0;
    for (const TokenSpan& span : spans_between(tokens, separator)) {
      RC_ASSERT(span.begin < span.end && span.begin >= at && span.end <= tokens.size());
      RC_ASSERT((span.begin - at) % separator.size() == 0);
      at = span.end;
      covered += span.end - span.begin;
    }
    RC_ASSERT((tokens.size() - covered) % separator.size() == 0);
  }));
}

TEST(Segment, ShortSpansJoinTheOneBefore) {
  const std::vector<TokenSpan> spans = {{0, 2}, {3, 5}, {6, 12}, {13, 14}};
  EXPECT_EQ(joined_short(spans, 4), (std::vector<TokenSpan>{{0, 5}, {6, 14}}));
  EXPECT_EQ(joined_short(spans, 0), spans);
  EXPECT_TRUE(joined_short({}, 4).empty());
}

TEST(Segment, RefusesASeparatorWithoutTokens) {
  EXPECT_REFUSED(spans_between(Tokens{1}, Tokens{}), "");
}

TEST(Segment, BlankLines) {
  using Views = std::vector<std::string_view>;
  EXPECT_EQ(split_at_blank_lines(" one \n\n\n two\n\n \n\n"), (Views{"one", "two"}));
  EXPECT_EQ(split_at_blank_lines(" \n\n "), (Views{" \n\n "}));
  EXPECT_EQ(split_at_blank_lines(""), (Views{""}));
}

}  // namespace
}  // namespace gradus
