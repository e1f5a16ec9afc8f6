#include "gradus/base/error.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Error, SaysWhatWhereFoundExpectedAndWhatToDo) {
  const Error error = Error::input("unknown key")
                          .at("study.toml", 12)
                          .field("arm.recpie")
                          .found("'recpie'")
                          .expected("one of: recipe, weight")
                          .hint("did you mean 'recipe'?");
  EXPECT_STREQ(
      error.what(),
      "study.toml:12: unknown key (field 'arm.recpie'); found 'recpie'; expected one of: recipe, weight; "
      "did you mean 'recipe'?");
  EXPECT_EQ(error.file(), "study.toml");
  EXPECT_EQ(error.line(), 12);
  EXPECT_EQ(error.field_name(), "arm.recpie");
}

TEST(Error, LeavesOutWhatIsNotKnown) {
  EXPECT_STREQ(Error::outside("the disk is full").what(), "the disk is full");
  EXPECT_STREQ(Error(Error::outside("cannot read").at("a.jsonl")).what(), "a.jsonl: cannot read");
}

TEST(Error, TextDoesNotDependOnTheOrderOfTheParts) {
  const Error a = Error::input("x").hint("h").found("f").at("p", 1);
  const Error b = Error::input("x").at("p", 1).found("f").hint("h");
  EXPECT_STREQ(a.what(), b.what());
}

TEST(Error, KindsHaveTheExitCodesOfTheCommandLine) {
  EXPECT_EQ(Error::input("").exit_code(), 2);
  EXPECT_EQ(Error::outside("").exit_code(), 3);
  EXPECT_EQ(Error::cancelled("").exit_code(), 130);
  EXPECT_EQ(Error::internal("").exit_code(), 70);
}

TEST(Require, ThrowsAnInternalErrorAndOnlyWhenBroken) {
  EXPECT_NO_THROW(require(true, "fine"));
  try {
    require(false, "sizes agree");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    EXPECT_NE(std::string(error.what()).find("sizes agree"), std::string::npos);
  }
}

TEST(NearestNames, BestFirstAtMostThreeNoneTooFar) {
  const std::vector<std::string> known = {"recipe", "weight", "recipes", "precise", "receipt"};
  const std::vector<std::string> near = nearest_names("recpie", known);
  ASSERT_FALSE(near.empty());
  EXPECT_LE(near.size(), 3u);
  EXPECT_EQ(near[0], "recipe");
  EXPECT_EQ(std::count(near.begin(), near.end(), "weight"), 0);
  EXPECT_TRUE(nearest_names("zzzzzz", known).empty());
}

TEST(NearestNames, FindsTheNameThatContainsTheWord) {
  EXPECT_EQ(nearest_names("min_form", {"credit.sum_form", "credit.min_form", "shape.clip"}).at(0),
            "credit.min_form");
}

TEST(Suggest, NamesTheNearOnesOrAllThatAreKnown) {
  EXPECT_EQ(suggest("abd", {"abc", "xyz"}), "did you mean 'abc'?");
  EXPECT_EQ(suggest("qqqqqqq", {"abc", "xyz"}), "known: abc, xyz");
  EXPECT_EQ(suggest("abc", {}), "known: nothing");
}

TEST(Counted, OneHasNoPlural) {
  EXPECT_EQ(counted(0, "bad line"), "0 bad lines");
  EXPECT_EQ(counted(1, "bad line"), "1 bad line");
  EXPECT_EQ(counted(12, "file"), "12 files");
}

}  // namespace
}  // namespace gradus
