#include "gradus/base/canonical.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gradus/base/error.h"
#include "gradus/base/json.h"

namespace gradus {
namespace {

TEST(Canonical, SortsKeysAtEveryLevelAndKeepsListsInOrder) {
  const Json a = Json::parse(R"({"b": [3, 1, {"z": 1, "y": 2}], "a": null})");
  EXPECT_EQ(canonical(a), R"({"a":null,"b":[3,1,{"y":2,"z":1}]})");
}

TEST(Canonical, EqualDocumentsGiveEqualText) {
  EXPECT_EQ(canonical(Json::parse(R"({"a":1,"b":2})")), canonical(Json::parse(R"({ "b" : 2, "a" : 1 })")));
  EXPECT_NE(canonical(Json::parse("[1,2]")), canonical(Json::parse("[2,1]")));
  EXPECT_EQ(canonical(Json::parse("1")), canonical(Json::parse("1.0"))) << "RFC 8785 knows numbers alone";
}

// The samples of RFC 8785, appendix B, and two more of its references.
TEST(Canonical, WritesNumbersAsEcmaScriptDoes) {
  const std::vector<std::pair<uint64_t, std::string>> table{{0x0000000000000000, "0"},
                                                            {0x8000000000000000, "0"},
                                                            {0x0000000000000001, "5e-324"},
                                                            {0x8000000000000001, "-5e-324"},
                                                            {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                            {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                            {0x4340000000000000, "9007199254740992"},
                                                            {0x4430000000000000, "295147905179352830000"},
                                                            {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                            {0x44b52d02c7e14af6, "1e+23"},
                                                            {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                            {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                            {0x444b1ae4d6e2ef50, "1e+21"},
                                                            {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                            {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                            {0x41b3de4355555555, "333333333.3333333"},
                                                            {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                            {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : table) EXPECT_EQ(canonical(Json(std::bit_cast<double>(bits))), text);
}

TEST(Canonical, NumbersReadBackAreTheSameBits) {
  EXPECT_TRUE(rc::check([](uint64_t bits) {
    const double value = std::bit_cast<double>(bits);
    RC_PRE(std::isfinite(value));
    const std::string text = ecmascript_number(value);
    RC_ASSERT(std::strtod(text.c_str(), nullptr) == value);
    RC_ASSERT(ecmascript_number(-value) == (value == 0 ? "0" : value < 0 ? text.substr(1) : "-" + text));
  }));
}

// RFC 8785, section 3.2.3: the order of UTF-16 code units, in which U+1F600 comes before U+FB33.
TEST(Canonical, SortsKeysByUtf16CodeUnits) {
  const Json document = Json::parse(
      R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7,"":8,"\u20ac\ud83d":9})",
      nullptr, false);
  EXPECT_TRUE(document.is_discarded()) << "a lone surrogate is no text";
  EXPECT_EQ(
      canonical(
          Json::parse(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7,"":8})")),
      "{\"\":8,\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001f600\":5,\"\ufb33\":3}");
}

TEST(Canonical, EscapesWhatMustBeAndNothingElse) {
  EXPECT_EQ(canonical(Json("\b\t\n\f\r\"\\\x01\x1f/\x7f\u2028")),
            "\"\\b\\t\\n\\f\\r\\\"\\\\\\u0001\\u001f/\x7f\u2028\"");
}

TEST(Canonical, RefusesWhatHasNoCanonicalText) {
  EXPECT_THROW(canonical(Json(std::nan(""))), Error);
  EXPECT_THROW(canonical(Json(-INFINITY)), Error);
  EXPECT_THROW(canonical(Json((int64_t{1} << 53) + 1)), Error);
  EXPECT_THROW(canonical(Json(-(int64_t{1} << 53) - 1)), Error);
  EXPECT_THROW(canonical(Json(INT64_MIN)), Error);
  EXPECT_EQ(canonical(Json(-(int64_t{1} << 53))), "-9007199254740992");
  EXPECT_THROW(canonical(Json("\xed\xa0\x80")), Error) << "a lone surrogate in three bytes";
  EXPECT_THROW(canonical(Json("\xff")), Error);
  try {
    canonical({{"a", Json::array({1, {{"b", std::nan("")}}})}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.field_name(), "a[1].b");
  }
  Json deep = 1;
  for (int i = 0; i < 600; ++i) deep = Json::array({std::move(deep)});
  EXPECT_THROW(canonical(deep), Error);
}

}  // namespace
}  // namespace gradus
