#include "gradus/base/config.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gradus {
namespace {

// Line 1 is the first line of the text.
constexpr const char* kText =
    "name = \"small\"\n"            // 1
    "seeds = 6\n"                   // 2
    "rate = 1e-3\n"                 // 3
    "quiet = true\n"                // 4
    "tags = [\"a\", \"b\"]\n"       // 5
    "\n"                            // 6
    "[policy]\n"                    // 7
    "width = 48\n"                  // 8
    "\n"                            // 9
    "[[arm]]\n"                     // 10
    "id = \"one\"\n"                // 11
    "  [[arm.operator]]\n"          // 12
    "  name = \"credit.grpo\"\n"    // 13
    "  [[arm.operator]]\n"          // 14
    "  name = \"shape.shuffle\"\n"  // 15
    "  channel = \"style\"\n";      // 16

Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error::internal("");
}

Config small() {
  return Config::parse(kText, "small.toml");
}

void expect_place(const Error& error, int line, const std::string& field, const std::string& words) {
  EXPECT_EQ(error.file(), "small.toml");
  EXPECT_EQ(error.line(), line) << error.what();
  EXPECT_EQ(error.field_name(), field) << error.what();
  EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
}

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("gradus-config-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::filesystem::path folder_;
};

TEST(Config, ReadsEveryType) {
  const Section root = small().root();
  EXPECT_EQ(root.text("name"), "small");
  EXPECT_EQ(root.integer("seeds", 1, 10), 6);
  EXPECT_EQ(root.number("rate", 0, 1), 1e-3);
  EXPECT_EQ(root.number("seeds", 0, 10), 6.0) << "a whole number is a number";
  EXPECT_TRUE(root.flag("quiet", false));
  EXPECT_EQ(root.texts("tags"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(root.section("policy").integer("width", 1, 100), 48);
  const std::vector<Section> arms = root.sections("arm");
  ASSERT_EQ(arms.size(), 1u);
  EXPECT_EQ(arms[0].text("id"), "one");
  ASSERT_EQ(arms[0].sections("operator").size(), 2u);
  EXPECT_EQ(arms[0].sections("operator")[1].rest({"name"}), Json({{"channel", "style"}}));
  arms[0].done();
  root.done();
}

TEST(Config, WhatIsNotThereHasItsDefault) {
  const Section root = small().root();
  EXPECT_EQ(root.text("title", "none"), "none");
  EXPECT_EQ(root.integer("updates", 7, 1, 10), 7);
  EXPECT_EQ(root.number("margin", 0.5, 0, 1), 0.5);
  EXPECT_TRUE(root.flag("loud", true));
  EXPECT_FALSE(root.maybe("training").has_value());
  EXPECT_TRUE(root.maybe("policy").has_value());
  EXPECT_TRUE(root.sections("seed").empty());
}

TEST(Config, AWrongTypeNamesLineAndField) {
  const Section root = small().root();
  expect_place(error_of([&] { root.text("seeds"); }), 2, "seeds", "found 6; expected a text");
  expect_place(error_of([&] { root.text("seeds", "x"); }), 2, "seeds", "wrong type");
  expect_place(error_of([&] { root.integer("name", 0, 9); }), 1, "name",
               "expected a whole number from 0 to 9");
  expect_place(error_of([&] { root.integer("rate", 0, 9); }), 3, "rate", "found 0.001");
  expect_place(error_of([&] { root.number("quiet", 0, 9); }), 4, "quiet", "expected a number from 0 to 9");
  expect_place(error_of([&] { root.flag("rate", false); }), 3, "rate", "expected true or false");
  expect_place(error_of([&] { root.texts("name"); }), 1, "name", "expected a list of texts");
  expect_place(error_of([&] { root.section("tags"); }), 5, "tags", "expected a table: [tags]");
  expect_place(error_of([&] { root.sections("policy"); }), 7, "policy", "expected tables: [[policy]]");
  expect_place(error_of([&] { root.section("policy").text("width"); }), 8, "policy.width", "wrong type");
}

TEST(Config, AListOfOtherThingsIsNotAListOfTexts) {
  const Section root = Config::parse("a = [\"x\", 3]\nb = {}\nc = []\n", "small.toml").root();
  expect_place(error_of([&] { root.texts("a"); }), 1, "a", "found [\"x\",3]");
  expect_place(error_of([&] { root.texts("b"); }), 2, "b", "wrong type");
  EXPECT_TRUE(root.texts("c").empty());
}

TEST(Config, RangesHoldAtBothEnds) {
  const Section root = small().root();
  EXPECT_EQ(root.integer("seeds", 6, 6), 6);
  expect_place(error_of([&] { root.integer("seeds", 7, 9); }), 2, "seeds",
               "found 6; expected a whole number from 7");
  expect_place(error_of([&] { root.integer("seeds", 1, 5); }), 2, "seeds", "value out of range");
  expect_place(error_of([&] { root.integer("seeds", 3, 1, 5); }), 2, "seeds", "value out of range");
  expect_place(error_of([&] { root.number("rate", 0.01, 1); }), 3, "rate",
               "expected a number from 0.01 to 1");
  expect_place(error_of([&] { root.number("rate", 0, 0, 1e-4); }), 3, "rate", "value out of range");
}

TEST(Config, AMissingKeyNamesTheTableThatLacksIt) {
  const Section root = small().root();
  expect_place(error_of([&] { root.section("policy").integer("heads", 1, 9); }), 7, "policy.heads",
               "'policy.heads' is missing");
  expect_place(error_of([&] { root.sections("arm")[0].sections("operator")[0].text("channel"); }), 12,
               "arm[0].operator[0].channel", "expected a text");
  expect_place(error_of([&] { root.text("title"); }), 0, "title", "'title' is missing");
}

TEST(Config, DoneRefusesWhatNobodyAskedFor) {
  const Section policy =
      Config::parse("[policy]\nwidth = 3\nwidht = 4\n", "small.toml").root().section("policy");
  EXPECT_EQ(policy.integer("width", 1, 9), 3);
  const Error error = error_of([&] { policy.done(); });
  expect_place(error, 3, "policy.widht", "unknown key 'widht'");
  EXPECT_NE(std::string(error.what()).find("did you mean 'width'?"), std::string::npos) << error.what();
  EXPECT_THROW(small().root().done(), Error) << "nothing was read";
}

TEST(Config, AMistypedKeyIsNamedBeforeTheRightOneIsMissing) {
  const Section root =
      Config::parse("nmae = \"x\"\n[trainig]\nupdats = 3\nsamples = 2\n[eval]\n[polciy]\n", "small.toml")
          .root();
  expect_place(error_of([&] { root.text("name"); }), 1, "nmae",
               "unknown key 'nmae' (field 'nmae'); did you mean 'name'?");
  expect_place(error_of([&] { root.section("training"); }), 2, "trainig", "did you mean 'training'?");
  expect_place(error_of([&] { root.section("trainig").integer("updates", 1, 9); }), 3, "trainig.updats",
               "did you mean 'updates'?");
  expect_place(error_of([&] { root.section("evaluation"); }), 5, "eval", "unknown key 'eval'");
  expect_place(error_of([&] { root.section("policy"); }), 6, "polciy", "did you mean 'policy'?");
  expect_place(error_of([&] { root.text("seeds"); }), 0, "seeds", "'seeds' is missing");
}

TEST(Config, OnlyTheseKeys) {
  const Section root = Config::parse("name = 1\narms = 2\n", "small.toml").root();
  root.only({"name", "arms"});
  expect_place(error_of([&] { root.only({"name", "arm"}); }), 2, "arms", "did you mean 'arm'?");
  expect_place(error_of([&] { root.only({"arms"}); }), 1, "name", "known: arms");
}

TEST(Config, CopiesOfASectionShareWhatWasRead) {
  const Section first = Config::parse("a = 1\n", "small.toml").root();
  const Section second = first;
  second.integer("a", 0, 9);
  first.done();
}

TEST(Config, LinesOfTablesInLists) {
  const Config config = small();
  EXPECT_EQ(config.line_of("arm[0]"), 10);
  EXPECT_EQ(config.line_of("arm[0].operator[1]"), 14);
  EXPECT_EQ(config.line_of("arm[0].operator[1].channel"), 16);
  EXPECT_EQ(config.line_of("arm[0].operator[1].into"), 14) << "the nearest that is there";
  EXPECT_EQ(config.line_of("nowhere"), 0);
}

TEST(Config, PlaceCarriesFileAndLine) {
  const Place place = small().root().sections("arm")[0].sections("operator")[1].place();
  Error error = Error::input("no");
  place.mark(error, "channel");
  expect_place(error, 16, "arm[0].operator[1].channel", "small.toml:16: no");
}

TEST(Config, DatesAndEndlessNumbersAreRefused) {
  for (const char* value : {"2026-05-24", "12:30:00", "2026-05-24T12:30:00Z"}) {
    const std::string text = std::string("a = 1\n[b]\nwhen = ") + value + "\n";
    expect_place(error_of([&] { Config::parse(text, "small.toml"); }), 3, "b.when", "dates and times");
  }
  for (const char* value : {"nan", "inf", "-inf"}) {
    const std::string text = std::string("a = 1\nb = [0.5, ") + value + "]\n";
    expect_place(error_of([&] { Config::parse(text, "small.toml"); }), 2, "b[1]", "finite");
  }
}

TEST(Config, BadTomlNamesTheLine) {
  const Error error = error_of([] { Config::parse("a = 1\nb = \n", "small.toml"); });
  EXPECT_EQ(error.line(), 2);
  EXPECT_NE(std::string(error.what()).find("small.toml:2: not valid TOML"), std::string::npos)
      << error.what();
  EXPECT_THROW(Config::parse("a = 1\na = 2\n", "small.toml"), Error) << "a key that is there twice";
  EXPECT_THROW(Config::parse("a = \"\xff\xfe\"\n", "small.toml"), Error) << "not UTF-8";
  EXPECT_THROW(Config::parse(std::string(100000, '['), "small.toml"), Error) << "nested without end";
}

TEST(Config, LongValuesAreShownShort) {
  const Section root = Config::parse("a = \"" + std::string(5000, 'x') + "\"\n", "small.toml").root();
  EXPECT_LT(std::string(error_of([&] { root.integer("a", 0, 1); }).what()).size(), 250u);
}

TEST_F(ConfigFile, ReadsAFile) {
  const Config config = Config::load(write("a.toml", kText));
  EXPECT_EQ(config.root().text("name"), "small");
  EXPECT_EQ(config.file(), (folder_ / "a.toml").string());
}

TEST_F(ConfigFile, AFolderOrNothingIsRefused) {
  const Error folder = error_of([&] { Config::load(folder_.string()); });
  EXPECT_EQ(folder.file(), folder_.string());
  EXPECT_NE(std::string(folder.what()).find("this is a folder"), std::string::npos) << folder.what();
  const Error nothing = error_of([&] { Config::load((folder_ / "none.toml").string()); });
  EXPECT_NE(std::string(nothing.what()).find("cannot open the file"), std::string::npos) << nothing.what();
}

TEST_F(ConfigFile, AtMostOneMebibyte) {
  const std::string line = "a = 1\n", mebibyte = line + std::string((size_t{1} << 20) - line.size(), ' ');
  EXPECT_EQ(Config::load(write("full.toml", mebibyte)).root().integer("a", 0, 9), 1);
  const Error error = error_of([&] { Config::load(write("over.toml", mebibyte + " ")); });
  EXPECT_NE(std::string(error.what()).find("at most 1 MiB"), std::string::npos) << error.what();
}

}  // namespace
}  // namespace gradus
