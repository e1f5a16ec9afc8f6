#include "gradus/lsp/text.h"

#include <functional>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/lsp/status.h"

namespace gradus {
namespace {

const char* const kFace = "\U0001F600";

Status outcome_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const LspError& error) {
    return error.status();
  }
  return Status::ok;
}

TEST(Text, LinesEndWithLineFeedCarriageReturnOrBoth) {
  const Text text("a\nb\r\nc\rd\u2028e\ff\n");
  ASSERT_EQ(text.line_count(), 5);
  EXPECT_EQ(text.line(0), "a");
  EXPECT_EQ(text.line(1), "b");
  EXPECT_EQ(text.line(2), "c");
  EXPECT_EQ(text.line(3), "d\u2028e\ff");
  EXPECT_EQ(text.line(4), "");
  EXPECT_EQ(Text("").line_count(), 1);
  EXPECT_EQ(Text("\r\n\r\n").line_count(), 3);
  EXPECT_EQ(Text("\n\r").line_count(), 3);
}

TEST(Text, UnitsOfEveryEncoding) {
  const Text text(std::string("aé€") + kFace + "z");  // 1, 2, 3, 4 and 1 bytes
  EXPECT_EQ(text.byte_of({0, 10}, Encoding::utf8), 10u);
  EXPECT_EQ(text.byte_of({0, 5}, Encoding::utf16), 10u);
  EXPECT_EQ(text.byte_of({0, 4}, Encoding::utf32), 10u);
  EXPECT_EQ(text.position_of(10, Encoding::utf16), (Position{0, 5}));
  EXPECT_EQ(text.position_of(10, Encoding::utf32), (Position{0, 4}));
  EXPECT_EQ(text.convert({0, 5}, Encoding::utf16, Encoding::utf8), (Position{0, 10}));
  EXPECT_EQ(text.slice({{0, 3}, {0, 5}}, Encoding::utf16), kFace);
}

TEST(Text, InsideOfACharacterIsRefused) {
  const Text text(std::string("é") + kFace);
  EXPECT_EQ(outcome_of([&] { text.byte_of({0, 2}, Encoding::utf16); }), Status::indexing_unsupported);
  EXPECT_EQ(outcome_of([&] { text.byte_of({0, 1}, Encoding::utf8); }), Status::indexing_unsupported);
  EXPECT_EQ(outcome_of([&] { text.byte_of({0, 4}, Encoding::utf8); }), Status::indexing_unsupported);
  EXPECT_EQ(outcome_of([&] { text.position_of(1, Encoding::utf8); }), Status::indexing_unsupported);
  EXPECT_EQ(outcome_of([&] { text.byte_of({0, 1}, Encoding::utf16); }), Status::ok);
}

TEST(Text, BeyondTheLineIsItsEndAndBeyondTheDocumentIsRefused) {
  const Text text("ab\r\ncd");
  EXPECT_EQ(text.byte_of({0, 99}, Encoding::utf16), 2u);
  EXPECT_EQ(text.byte_of({1, 99}, Encoding::utf16), 6u);
  EXPECT_EQ(text.byte_of({2, 0}, Encoding::utf16), 6u);
  EXPECT_EQ(text.position_of(3, Encoding::utf16), (Position{0, 2}));
  for (const Position wrong : {Position{3, 0}, Position{-1, 0}, Position{0, -1}}) {
    EXPECT_EQ(outcome_of([&] { text.byte_of(wrong, Encoding::utf16); }), Status::indexing_unsupported);
  }
  EXPECT_EQ(outcome_of([&] { text.position_of(7, Encoding::utf16); }), Status::indexing_unsupported);
  EXPECT_EQ(outcome_of([&] { text.slice({{1, 1}, {0, 1}}, Encoding::utf16); }), Status::indexing_unsupported);
}

TEST(Text, WhatIsNoUtf8IsRefusedWithItsByte) {
  EXPECT_EQ(first_invalid_utf8("abc"), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("ab\xff"), 2u);
  EXPECT_EQ(first_invalid_utf8("\xed\xa0\x80"), 0u);   // a surrogate
  EXPECT_EQ(first_invalid_utf8("a\xc0\x80"), 1u);      // overlong
  EXPECT_EQ(first_invalid_utf8("a\xf0\x9f\x98"), 1u);  // cut off
  try {
    Text("one\ntwo\xff", "a.cc");
    FAIL();
  } catch (const LspError& error) {
    EXPECT_EQ(error.status(), Status::indexing_unsupported);
    EXPECT_EQ(error.line(), 2);
    EXPECT_NE(std::string(error.what()).find("byte 7"), std::string::npos) << error.what();
  }
}

TEST(Text, EveryBoundaryComesBackInEveryEncoding) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<std::string> pieces = {"a", "é", "€", kFace, "\n", "\r\n", "\r", "\u2028", "\t"};
    std::string content;
    std::vector<size_t> boundaries = {0};
    for (const int piece : *rc::gen::container<std::vector<int>>(rc::gen::inRange<int>(0, 9))) {
      const std::string& next = pieces[static_cast<size_t>(piece)];
      // A line feed after a carriage return makes one break of two, whose middle has no place of its own.
      if (!content.empty() && content.back() == '\r' && next[0] == '\n') continue;
      content += next;
      boundaries.push_back(content.size());
    }
    const Text text(content);
    for (const Encoding encoding : {Encoding::utf8, Encoding::utf16, Encoding::utf32}) {
      for (const size_t boundary : boundaries) {
        const Position place = text.position_of(boundary, encoding);
        RC_ASSERT(text.byte_of(place, encoding) == boundary);
        for (const Encoding other : {Encoding::utf8, Encoding::utf16, Encoding::utf32}) {
          RC_ASSERT(text.convert(text.convert(place, encoding, other), other, encoding) == place);
        }
      }
    }
  }));
}

TEST(Text, NamesOfEncodings) {
  for (const Encoding encoding : {Encoding::utf8, Encoding::utf16, Encoding::utf32}) {
    EXPECT_EQ(encoding_of(encoding_name(encoding)), encoding);
  }
  EXPECT_EQ(encoding_of("codepoint"), Encoding::utf32);
  EXPECT_EQ(encoding_of("UTF-7"), std::nullopt);
}

}  // namespace
}  // namespace gradus
