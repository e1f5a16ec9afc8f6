#include "gradus/reward/tool_call.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/refused.h"

#include "gradus/base/error.h"
#include "gradus/reward/block_format.h"
#include "gradus/reward/python_json.h"
#include "gradus/reward/reward_range.h"

namespace gradus {
namespace {

bool python_equal(const std::string& a, const std::string& b) {
  return equal(read_python_json(a).value(), read_python_json(b).value());
}

TEST(PythonJson, ComparesAsPython) {
  EXPECT_TRUE(python_equal("1", "1.0"));
  EXPECT_TRUE(python_equal("true", "1"));
  EXPECT_TRUE(python_equal("0", "-0.0"));
  EXPECT_TRUE(python_equal("10000000000000000000000", "1e22"));
  EXPECT_TRUE(python_equal(R"({"a": 1, "b": [true]})", R"({"b": [1.0], "a": 1})"));
  EXPECT_TRUE(python_equal(R"("\ud83d\ude00")", "\"\xf0\x9f\x98\x80\""));
  EXPECT_TRUE(python_equal(R"({"a": 1, "a": 2})", R"({"a": 2})"));
  EXPECT_TRUE(python_equal("1e400", "Infinity"));
  EXPECT_TRUE(python_equal("-1e-400", "0"));
  EXPECT_FALSE(python_equal("9007199254740993", "9007199254740993.0"));  // no double is 2^53 + 1
  EXPECT_FALSE(python_equal("1", "\"1\""));
  EXPECT_FALSE(python_equal("[1, 2]", "[2, 1]"));
  EXPECT_FALSE(python_equal("null", "0"));
}

TEST(PythonJson, NanIsItselfInsideContainersOnly) {
  EXPECT_FALSE(python_equal("NaN", "NaN"));
  EXPECT_TRUE(python_equal("[NaN]", "[NaN]"));
  EXPECT_TRUE(python_equal(R"({"a": NaN})", R"({"a": NaN})"));
}

TEST(PythonJson, RefusesWhatPythonRefuses) {
  for (const char* text : {"", "01", "1.", ".5", "+1", "-", "{a: 1}", "{'a': 1}", "[1,]", "{\"a\":1,}",
                           "\"\t\"", "\"\\x\"", "\"\\u12g4\"", "\"open", "nul", "1 2",
                           "\xef\xbb\xbf"
                           "1",
                           "[", "{\"a\" 1}"}) {
    EXPECT_FALSE(read_python_json(text).has_value()) << text;
  }
}

TEST(PythonJson, LimitsHoldBeforeMemoryIsTaken) {
  EXPECT_TRUE(read_python_json(std::string(900, '[') + std::string(900, ']')).has_value());
  EXPECT_FALSE(read_python_json(std::string(901, '[') + std::string(901, ']')).has_value());
  EXPECT_FALSE(read_python_json(std::string(1'000'000, '[')).has_value());
  EXPECT_FALSE(read_python_json(std::string(4301, '9')).has_value());
  EXPECT_FALSE(read_python_json("[1,1,1]", {.values = 3}).has_value());
  EXPECT_TRUE(read_python_json("[1,1]", {.values = 3}).has_value());
  EXPECT_FALSE(read_python_json("[1]  ", {.bytes = 4}).has_value());
}

constexpr const char* kReference =
    "<think></think>\n<tool_call>\n{\"name\": \"find\", \"parameters\": {\"q\": \"x\", \"n\": "
    "3}}\n</tool_call>";

RolloutBatch batch_of(const std::vector<std::string>& responses, const std::string& reference = kReference) {
  RolloutBatch batch;
  batch.set_precision(Precision::full);
  for (const std::string& response : responses) {
    batch.add_rollout({.id = "r" + std::to_string(batch.rollouts()), .task = "", .prompt = ""});
    batch.add_step(StepKind::answer, response);
  }
  for (size_t r = 0; r < responses.size(); ++r) batch.set_note("rollout.reference", r, reference);
  return batch;
}

void run(RolloutBatch& batch, const std::string& name, const Json& params, int64_t updates = 0) {
  OperatorRegistry registry("operator");
  register_tool_call(registry);
  register_block_format(registry);
  register_think_length(registry);
  registry.make(name, params)->apply(batch, {.updates = updates});
}

double score(const std::string& calls, const Json& params = Json::object()) {
  RolloutBatch batch = batch_of({"<think>t</think>\n<tool_call>\n" + calls + "\n</tool_call>"});
  run(batch, "reward.tool_call", params);
  return batch.column("rollout.tool_call")[0];
}

TEST(ToolCall, PartsEarnCredit) {
  EXPECT_EQ(score(R"({"name": "find", "parameters": {"n": 3.0, "q": "x"}})"), 3);
  // names 1, keys 1 of 2, no value: 1.5 of 4
  EXPECT_DOUBLE_EQ(score(R"({"name": "find", "parameters": {"q": "y"}})"), 6 * 1.5 / 4 - 3);
  // an extra call: names 1/2, then all of the wanted one
  EXPECT_DOUBLE_EQ(score("{\"name\": \"find\", \"parameters\": {\"q\": \"x\", \"n\": 3}}\n"
                         "{\"name\": \"go\", \"parameters\": {}}"),
                   6 * 3.5 / 4 - 3);
  EXPECT_EQ(score(R"({"name": "go", "parameters": {}})"), -3);
  EXPECT_EQ(score("{}"), -3);
  EXPECT_EQ(score("not json"), -3);
  EXPECT_EQ(score(R"({"name": ["find"], "parameters": {}})"), -3);
}

TEST(ToolCall, CoarserCredit) {
  const std::string wrong_value = R"({"name": "find", "parameters": {"q": "y", "n": 3}})";
  EXPECT_DOUBLE_EQ(score(wrong_value), 6 * 3.0 / 4 - 3);
  EXPECT_DOUBLE_EQ(score(wrong_value, {{"calls", "whole"}}), 6 * 1.0 / 2 - 3);
  EXPECT_EQ(score(wrong_value, {{"calls", "all"}}), -3);
  const std::string fewer = R"({"name": "find", "parameters": {"q": "x"}})";
  EXPECT_DOUBLE_EQ(score(fewer, {{"lists", "identical"}}), 6 * 2.0 / 4 - 3);
  EXPECT_DOUBLE_EQ(score(fewer, {{"low", -1}, {"high", 1}}), 2 * 2.5 / 4 - 1);
}

TEST(ToolCall, NoCallWantedIsZeroAndNoReferenceIsMissing) {
  RolloutBatch batch =
      batch_of({"<think></think>", "<think></think>"}, "<think></think>\n<response>hi</response>");
  batch.set_note("rollout.reference", 1, "");
  run(batch, "reward.tool_call", Json::object());
  EXPECT_TRUE(batch.column("rollout.tool_call").valid(0));
  EXPECT_EQ(batch.column("rollout.tool_call")[0], 0);
  EXPECT_FALSE(batch.column("rollout.tool_call").valid(1));
}

TEST(ToolCall, WhatAToolWroteIsNotACall) {
  RolloutBatch batch;
  batch.add_rollout({.id = "r", .task = "", .prompt = ""});
  batch.add_step(StepKind::reason, "<think></think>");
  batch.add_step(StepKind::observe, kReference);
  batch.set_note("rollout.reference", 0, kReference);
  run(batch, "reward.tool_call", Json::object());
  EXPECT_EQ(batch.column("rollout.tool_call")[0], -3);
}

TEST(ToolCall, ABadReferenceIsAnError) {
  RolloutBatch batch = batch_of({""}, "<tool_call>\nnot json\n</tool_call>");
  EXPECT_REFUSED(run(batch, "reward.tool_call", Json::object()), "note reference of rollout r0");
}

TEST(ToolCall, TheRangeFollowsTheUpdates) {
  RolloutBatch batch = batch_of({kReference});
  run(batch, "reward.tool_call", {{"schedule", {"smooth"}}}, 75);
  EXPECT_EQ(batch.column("rollout.tool_call")[0], 2.5);
}

TEST(RewardRange, SmoothFormatKeepsItsLowUnlessReleased) {
  const RewardRange paper = format_range({0, 1}, {RangeSchedule::smooth}, 0);
  EXPECT_EQ(paper.low, 0);
  EXPECT_EQ(paper.high, 2);
  EXPECT_EQ(format_range({0, 1}, {RangeSchedule::smooth_released}, 0).low, -2);
  EXPECT_EQ(format_range({0, 1}, {RangeSchedule::smooth_released}, 1000).low, -1);
  EXPECT_EQ(format_range({0, 1}, {RangeSchedule::two_stage}, 30).high, 0.5);
  EXPECT_EQ(match_range({-3, 3}, {RangeSchedule::two_stage}, 29).low, -1);
  EXPECT_EQ(match_range({-3, 3}, {RangeSchedule::smooth}, 1000).high, 3);
}

TEST(BlockFormat, WholeResponseInOrder) {
  const std::string both = "<tool_call><response>", none = "";
  EXPECT_TRUE(blocks_fit(" <think>a\nb</think>\n<tool_call>\n{}\n</tool_call>\n", kReference));
  EXPECT_FALSE(blocks_fit("<think></think><tool_call>\n{}\n</tool_call>", kReference));
  EXPECT_FALSE(blocks_fit("<think></think>\n<tool_call>\n</tool_call>", kReference));  // needs two newlines
  EXPECT_TRUE(blocks_fit("<think></think>\n<tool_call>\n\n</tool_call>\n<response></response>", both));
  EXPECT_FALSE(
      blocks_fit("<think></think>\n<tool_call>\n\n</tool_call>\n<response></response><response>", both));
  EXPECT_TRUE(blocks_fit("<think></think> </think>", none));
  EXPECT_FALSE(blocks_fit("<think></think> x", none));
}

TEST(BlockFormat, HostileTextTakesLinearTime) {
  std::string text = "<think>";
  for (int i = 0; i < 200'000; ++i) text += "</think>\n<tool_call>\n";
  EXPECT_FALSE(blocks_fit(text, kReference));
  EXPECT_FALSE(read_calls(text).has_value());
}

TEST(ThinkLength, RoundsHalvesToEvenAndStopsAtOne) {
  std::string words;
  for (int i = 0; i < 64; ++i) words += "w ";
  EXPECT_EQ(think_share("<think>x</think><think>" + words + "</think>", 512), 0.12);  // 0.125 exactly
  EXPECT_EQ(think_share(words, 512), 0);
  RolloutBatch batch = batch_of({"<think>" + words + "</think>"});
  run(batch, "reward.think_length", {{"target", 32}, {"grows_to", 32}});
  EXPECT_EQ(batch.column("rollout.think_length")[0], 1);
  run(batch, "reward.think_length", {{"target", 64}, {"grows_to", 128}, {"over", 10}}, 10);
  EXPECT_EQ(batch.column("rollout.think_length")[0], 0.5);
}

TEST(ToolCall, AlwaysBetweenLowAndHigh) {
  EXPECT_TRUE(rc::check("range", [](const std::string& noise) {
    const auto piece = [&] {
      return *rc::gen::element<std::string>("<tool_call>", "</tool_call>", "\n", "{\"name\": \"find\"",
                                            ", \"parameters\": {", "\"q\": 1", "}}", "[", "1e999", noise);
    };
    std::string text;
    for (int i = *rc::gen::inRange(0, 20); i > 0; --i) text += piece();
    RolloutBatch batch = batch_of({text, kReference + text});
    run(batch, "reward.tool_call", Json::object());
    for (size_t r = 0; r < 2; ++r) {
      const double value = batch.column("rollout.tool_call")[r];
      RC_ASSERT(value >= -3 && value <= 3);
    }
  }));
}

}  // namespace
}  // namespace gradus
