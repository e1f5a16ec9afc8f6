// Expected values are those of Python 3.11.
#include "gradus/base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace gradus {
namespace {

using Views = std::vector<std::string_view>;

TEST(Text, SplitsAtUnicodeWhiteSpace) {
  EXPECT_EQ(words_of(" one\ttwo\xc2\xa0three\xe2\x80\x83"
                     "four\x1c"
                     "five\n"),
            (Views{"one", "two", "three", "four", "five"}));
  EXPECT_EQ(words_of("a\xe2\x80\x8b"
                     "b"),
            (Views{"a\xe2\x80\x8b"
                   "b"}));  // U+200B is no white space
  EXPECT_TRUE(words_of(" \n\x1f\xc2\x85").empty());
  EXPECT_TRUE(words_of("").empty());
  EXPECT_EQ(trim("\xe3\x80\x80 x y \x1d"), "x y");
  EXPECT_EQ(trim(" \n "), "");
}

TEST(Text, TrimsWhatAWalkFromTheFrontWouldTrim) {
  EXPECT_TRUE(rc::check([] {
    const Views parts{" ",        "\n",   "x",    "\xc2\xa0",         "\xe2\x80\x83",
                      "\xe2\x80", "\x85", "\xc2", "\xf0\xe2\x80\xa8", "\xe3\x80\x80"};
    std::string text;
    for (const size_t part :
         *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, parts.size()))) {
      text += parts[part];
    }
    size_t begin = text.size(), end = 0;
    for (size_t at = 0; at < text.size();) {
      const CodePoint c = code_point_at(text, at);
      if (!is_space(c.value)) {
        begin = std::min(begin, at);
        end = at + c.bytes;
      }
      at += c.bytes;
    }
    RC_ASSERT(trim(text) ==
              (end == 0 ? std::string_view() : std::string_view(text).substr(begin, end - begin)));
  }));
}

TEST(Text, AStartCutsNoCharacterInTwo) {
  EXPECT_EQ(start_of("abc", 2), "ab");
  EXPECT_EQ(start_of("abc", 3), "abc");
  EXPECT_EQ(start_of("a\u00e9b", 2), "a");
  EXPECT_EQ(start_of("a\u00e9b", 3), "a\u00e9");
  EXPECT_EQ(start_of("\U0001F600", 3), "");
}

TEST(Text, ReadableIsWhatJsonCanHold) {
  for (const char* text : {"", "a", "\u00e9\u4e2d\U0001F600"}) EXPECT_EQ(readable(text), text);
  EXPECT_EQ(readable("caf\xe9.cc"), "caf\ufffd.cc");
  EXPECT_EQ(readable("\xed\xa0\x80"), "\ufffd") << "a surrogate";
  EXPECT_EQ(readable("\xc0\x80\xf4\x90\x80\x80"), std::string("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"));
}

TEST(Text, PiecesBetweenSeparators) {
  EXPECT_EQ(pieces_between("a,,b", ","), (Views{"a", "", "b"}));
  EXPECT_EQ(pieces_between("", ","), (Views{""}));
  EXPECT_EQ(pieces_between("aaa", "aa"), (Views{"", "a"}));
  EXPECT_EQ(count_of("aaaa", "aa"), 2u);
}

TEST(Text, LowerCase) {
  EXPECT_EQ(lower_case("AbC \xc3\x89 \xd0\x96 \xe1\xba\x9e"), "abc \xc3\xa9 \xd0\xb6 \xc3\x9f");
  EXPECT_EQ(lower_case("\xc4\xb0"), "i\xcc\x87");
  EXPECT_EQ(lower_case("\xce\x9f\xce\x94\xce\x9f\xce\xa3 \xce\xa3"),
            "\xce\xbf\xce\xb4\xce\xbf\xcf\x82 \xcf\x83");  // a final sigma, and one alone
  EXPECT_EQ(lower_case("\xc4\x81\xc4\x80\xc4\x82"), "\xc4\x81\xc4\x81\xc4\x83");  // every second code point
}

TEST(Text, BytesThatAreNoUtf8StandForThemselves) {
  const std::string bad = "\xff\xc0\x80\xe2\x28\xa1 A\xed";
  EXPECT_EQ(lower_case(bad), "\xff\xc0\x80\xe2\x28\xa1 a\xed");
  EXPECT_EQ(words_of(bad).size(), 2u);
  EXPECT_EQ(code_point_at("\xf4\x90\x80\x80", 0).bytes, 1);  // beyond U+10FFFF
}

TEST(Text, IgnoresCaseAsPython) {
  EXPECT_EQ(matches_ignoring_case("STEP", 0, "step"), 4u);
  EXPECT_EQ(matches_ignoring_case("\xc5\xbftep", 0, "step"), 5u);  // the long s
  EXPECT_EQ(matches_ignoring_case("xste", 1, "step"), 0u);
  EXPECT_EQ(matches_ignoring_case("\xc4\xb1s", 0, "is"), 3u);
}

TEST(Text, DigitsOfEveryScript) {
  EXPECT_TRUE(is_digit('7'));
  EXPECT_TRUE(is_digit(0x669));   // Arabic nine
  EXPECT_FALSE(is_digit(0x66a));  // Arabic percent sign
  EXPECT_FALSE(is_digit(0xb2));   // superscript two
}

TEST(Text, RoundsTheExactBinaryValue) {
  EXPECT_EQ(round_to_hundredths(0.125), 0.12);
  EXPECT_EQ(round_to_hundredths(0.375), 0.38);
  EXPECT_EQ(round_to_hundredths(2.675), 2.67);  // 2.67499999999999982236431605997495353221893310546875
  EXPECT_EQ(round_to_hundredths(100.0 / 512), 0.2);
}

TEST(Text, WordsAndCountsAgree) {
  EXPECT_TRUE(rc::check("words", [](const std::string& text) {
    const Views words = words_of(text);
    RC_ASSERT(words.size() == count_words(text));
    for (const std::string_view word : words) RC_ASSERT(trim(word) == word && !word.empty());
    if (words.size() == 1) RC_ASSERT(trim(text) == words[0]);
  }));
}

}  // namespace
}  // namespace gradus
