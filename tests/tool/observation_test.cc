#include "gradus/tool/observation.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Observation, OutputElseErrors) {
  EXPECT_EQ(observation_of({.output = "6\n"}).text, "```output\n6\n```\n");
  const Observation printed = observation_of({.output = "6\n", .errors = "ValueError: x", .exit_code = 1});
  EXPECT_TRUE(printed.ran);
  EXPECT_EQ(printed.text, "```output\n6\n```\n");
  const Observation raised = observation_of({.errors = "Traceback\n  line\nValueError: x\n", .exit_code = 1});
  EXPECT_FALSE(raised.ran);
  EXPECT_EQ(raised.text, "```output\nValueError: x\n```\n");
}

TEST(Observation, NothingIsATimeout) {
  const Observation silent = observation_of({.output = " \n"});
  EXPECT_TRUE(silent.ran);
  EXPECT_EQ(silent.text, "```output\ntimeout_decorator.timeout_decorator.TimeoutError: 'Timed Out'\n```\n");
}

TEST(Observation, LongTextKeepsItsEnds) {
  const std::string at_limit(255, 'a');
  EXPECT_EQ(observation_of({.output = at_limit}).text, "```output\n" + at_limit + "\n```\n");
  std::string text;
  for (int i = 0; i < 256; ++i) text += i < 128 ? "\xc3\xa9" : "b";
  EXPECT_EQ(observation_of({.output = text}).text,
            "```output\n" + text.substr(0, 256) + "..." + text.substr(256) + "\n```\n");
}

}  // namespace
}  // namespace gradus
