#include "gradus/base/registry.h"

#include <cmath>
#include <gtest/gtest.h>

namespace gradus {
namespace {

struct Thing {
  virtual ~Thing() = default;
  Params params;
};

Spec clip_spec() {
  return {
      .name = "shape.clip",
      .summary = "clips",
      .params = {number_param("high", 1.0, "upper end", 0.0, 10.0),
                 integer_param("window", 3, "steps", 1, 100), flag_param("soft", false, "soft clip"),
                 text_param("mode", "sum", "how", {"sum", "mean"}), text_param("channel", {}, "what to clip"),
                 texts_param("inputs", Json::array(), "more of them"),
                 numbers_param("weights", Json::array(), "their weights", 0.0, 1.0)},
      .reads = {"step.{channel}"}};
}

Registry<Thing> things() {
  Registry<Thing> registry("operator");
  registry.add(clip_spec(), [](const Params& params) {
    auto thing = std::make_unique<Thing>();
    thing->params = params;
    return thing;
  });
  return registry;
}

Place place() {
  return {.file = "study.toml", .path = "arm[0].reward[1]", .line_of = [](const std::string& path) {
            return path == "arm[0].reward[1]" ? 10 : 20;
          }};
}

// The error that a set of parameters gives.
Error refused(const Json& given) {
  try {
    things().make("shape.clip", given, place());
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error for " << given;
  return Error::internal("");
}

TEST(Registry, FillsInDefaults) {
  const auto thing = things().make("shape.clip", {{"channel", "prm"}, {"high", 2}});
  EXPECT_EQ(thing->params.number("high"), 2.0) << "a whole number is a number";
  EXPECT_EQ(thing->params.integer("window"), 3);
  EXPECT_FALSE(thing->params.flag("soft"));
  EXPECT_EQ(thing->params.text("mode"), "sum");
  EXPECT_EQ(thing->params.values().size(), 7u) << "every parameter is in the resolved configuration";
}

TEST(Registry, UnknownNameGivesTheNearest) {
  try {
    things().make("shape.clib", Json::object(), place());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_EQ(error.line(), 10);
    const std::string text = error.what();
    EXPECT_NE(text.find("study.toml:10: unknown operator 'shape.clib'"), std::string::npos) << text;
    EXPECT_NE(text.find("'shape.clip'"), std::string::npos) << text;
  }
}

TEST(Registry, ANameIsRegisteredOnce) {
  Registry<Thing> registry = things();
  try {
    registry.add(clip_spec(), [](const Params&) { return std::make_unique<Thing>(); });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
  }
  EXPECT_EQ(registry.names(), std::vector<std::string>{"shape.clip"});
}

TEST(Params, UnknownKeyNamesFileLineFieldAndTheNearestKey) {
  const Error error = refused({{"channel", "prm"}, {"hihg", 1.0}});
  EXPECT_EQ(error.file(), "study.toml");
  EXPECT_EQ(error.line(), 20);
  EXPECT_EQ(error.field_name(), "arm[0].reward[1].hihg");
  EXPECT_NE(std::string(error.what()).find("did you mean 'high'"), std::string::npos) << error.what();
}

TEST(Params, AParameterWithoutDefaultMustBeGiven) {
  const Error error = refused(Json::object());
  EXPECT_EQ(error.field_name(), "arm[0].reward[1].channel");
  EXPECT_NE(std::string(error.what()).find("what to clip"), std::string::npos) << "says what it is for";
}

struct BadValue {
  std::string key;
  Json value;
  std::string expected;
};

TEST(Params, BadValuesSayWhatIsAllowed) {
  const std::vector<BadValue> bad = {
      {"high", "1", "a number from 0 to 10"},
      {"high", nullptr, "a number from 0 to 10"},
      {"high", 10.5, "a number from 0 to 10"},
      {"high", -0.1, "a number from 0 to 10"},
      {"high", std::nan(""), "a number from 0 to 10"},
      {"window", 2.0, "a whole number from 1 to 100"},
      {"window", 0, "a whole number from 1 to 100"},
      {"window", 101, "a whole number from 1 to 100"},
      {"soft", 1, "true or false"},
      {"mode", "max", "one of: sum, mean"},
      {"mode", 3, "a text"},
      {"inputs", "prm", "a list of texts"},
      {"inputs", Json::array({"prm", 1}), "a list of texts"},
      {"weights", Json::array({0.5, 1.5}), "a list of numbers from 0 to 1"},
      {"weights", Json::array({"a"}), "a list of numbers from 0 to 1"},
  };
  for (const BadValue& item : bad) {
    const Error error = refused({{"channel", "prm"}, {item.key, item.value}});
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_EQ(error.field_name(), "arm[0].reward[1]." + item.key) << error.what();
    EXPECT_NE(std::string(error.what()).find(item.expected), std::string::npos) << error.what();
  }
}

TEST(Params, ValuesAtTheEndsOfTheRangeAreAllowed) {
  for (const double high : {0.0, 10.0}) {
    EXPECT_EQ(things().make("shape.clip", {{"channel", "x"}, {"high", high}})->params.number("high"), high);
  }
  EXPECT_EQ(things().make("shape.clip", {{"channel", "x"}, {"window", 100}})->params.integer("window"), 100);
}

TEST(Params, FillPutsValuesIntoColumnNames) {
  const auto thing =
      things().make("shape.clip", {{"channel", "prm"}, {"inputs", {"a", "b"}}, {"weights", {0.5, 1}}});
  const Params& params = thing->params;
  EXPECT_EQ(params.fill("step.{channel}"), std::vector<std::string>{"step.prm"});
  EXPECT_EQ(params.fill("step.{inputs}"), (std::vector<std::string>{"step.a", "step.b"}));
  EXPECT_EQ(params.fill("token.advantage"), std::vector<std::string>{"token.advantage"});
  EXPECT_THROW(params.fill("step.{absent}"), Error);
  EXPECT_EQ(params.fill_all({"step.{inputs}", "token.x", "step.{channel}"}),
            (std::vector<std::string>{"step.a", "step.b", "token.x", "step.prm"}));
  EXPECT_TRUE(params.fill_all({}).empty());
}

TEST(Place, WithoutAFileNamesOnlyTheField) {
  Error error = Error::input("bad");
  Place{.path = "arm[0]"}.mark(error, "key");
  EXPECT_EQ(error.field_name(), "arm[0].key");
  EXPECT_TRUE(error.file().empty());
}

}  // namespace
}  // namespace gradus
