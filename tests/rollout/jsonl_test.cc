#include "gradus/rollout/jsonl.h"

#include <algorithm>
#include <bit>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/refused.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

class JsonlFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-jsonl-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  fs::path folder_;
};

RolloutFile read_text(const std::string& text, const ReadOptions& options = {}) {
  std::istringstream in(text);
  return read_rollouts(in, "test.jsonl", options);
}

std::string written(const RolloutBatch& batch) {
  std::ostringstream out;
  write_rollouts(batch, out);
  return out.str();
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const char* const kGood =
    R"({"id":"r0","group":7,"task":"t7","prompt":"max a b","prompt_tokens":[1,2],)"
    R"("steps":[{"kind":"act","text":"return a;","tokens":[12,13]},{"kind":"answer","text":"","tokens":[]}],)"
    R"("columns":{"rollout":{"outcome":1},"step":{"prm":[0.25,null]},"token":{"logprob":[-0.5,-1]}},)"
    R"("notes":{"source":"int f;"},)"
    R"("channels":{"step.prm":{"estimates":"correctness","evaluator":"judge","online":false}}})";

TEST(ReadRollouts, ReadsEveryField) {
  const RolloutFile file = read_text(std::string(kGood) + "\n", {.strict = true});
  const RolloutBatch& batch = file.batch;
  ASSERT_EQ(batch.rollouts(), 1u);
  EXPECT_EQ(file.lines, 1u);
  EXPECT_EQ(batch.header(0).id, "r0");
  EXPECT_EQ(batch.header(0).group, 7);
  EXPECT_EQ(batch.header(0).task, "t7");
  EXPECT_EQ(batch.header(0).prompt, "max a b");
  EXPECT_EQ(batch.header(0).prompt_tokens, (std::vector<int32_t>{1, 2}));
  ASSERT_EQ(batch.steps(), 2u);
  EXPECT_EQ(batch.kind(1), StepKind::answer);
  EXPECT_EQ(batch.text(0), "return a;");
  ASSERT_EQ(batch.tokens(), 2u);
  EXPECT_EQ(batch.token(1), 13);
  EXPECT_EQ(batch.column("rollout.outcome")[0], 1.0f);
  EXPECT_EQ(batch.column("step.prm")[0], 0.25f);
  EXPECT_FALSE(batch.column("step.prm").valid(1)) << "null is missing";
  EXPECT_EQ(batch.column("step.prm").info().evaluator, "judge");
  EXPECT_FALSE(batch.column("step.prm").info().online);
  EXPECT_EQ(batch.column("token.logprob")[1], -1.0f);
  EXPECT_EQ(batch.note("source", 0), "int f;");
}

TEST(ReadRollouts, ColumnsOfOtherLinesAreMissing) {
  const std::string first =
      R"({"id":"a","group":0,"task":"","prompt":"","steps":[{"kind":"act","text":"","tokens":[5]}]})";
  const std::string second =
      R"({"columns":{"token":{"x":[2]},"rollout":{"y":null}},"id":"b","group":0,"task":"","prompt":"",)"
      R"("steps":[{"tokens":[6],"text":"","kind":"act"}]})";
  const std::string third =
      R"({"id":"c","group":0,"task":"","prompt":"","steps":[{"kind":"act","text":"","tokens":[7]}]})";
  const RolloutFile file = read_text(first + "\n\r\n" + second + "\r\n" + third, {.strict = true});
  EXPECT_EQ(file.lines, 3u);
  const Column& x = file.batch.column("token.x");
  ASSERT_EQ(x.size(), 3u);
  EXPECT_EQ(x.missing(), 2u);
  EXPECT_EQ(x[1], 2.0f);
  EXPECT_EQ(file.batch.column("rollout.y").missing(), 3u);
}

TEST(ReadRollouts, AnEmptyFileIsAnEmptyBatch) {
  for (const char* text : {"", "\n", "\n \t\r\n"}) {
    const RolloutFile file = read_text(text, {.strict = true});
    EXPECT_EQ(file.batch.rollouts(), 0u);
    EXPECT_EQ(file.lines, 0u);
  }
}

// What is wrong with one line, the field it is reported for, and a word that the message must contain.
struct BadLine {
  const char* name;
  std::string line;
  std::string field;
  std::string message;
};

void PrintTo(const BadLine& bad, std::ostream* out) {
  *out << bad.name;
}

// The good line with one part replaced.
std::string with(const std::string& part, const std::string& replacement) {
  std::string line = kGood;
  const size_t at = line.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return line.replace(at, part.size(), replacement);
}

class BadLines : public ::testing::TestWithParam<BadLine> {};

TEST_P(BadLines, AreCountedWithPlaceFieldAndReason) {
  const BadLine& bad = GetParam();
  std::string other = kGood;
  other.replace(other.find("r0"), 2, "r1");
  const std::string text = other + "\n" + bad.line + "\n" + with("\"r0\"", "\"r2\"") + "\n";
  const RolloutFile file = read_text(text);
  EXPECT_EQ(file.lines, 3u);
  ASSERT_EQ(file.bad_lines, 1u);
  ASSERT_EQ(file.errors.size(), 1u);
  EXPECT_EQ(file.batch.rollouts(), 2u) << "the good lines around it are kept";
  EXPECT_EQ(file.batch.column("step.prm").size(), 4u) << "nothing of the bad line is left";
  const Error& error = file.errors[0];
  EXPECT_EQ(error.line(), 2);
  EXPECT_EQ(error.file(), "test.jsonl");
  EXPECT_EQ(error.exit_code(), 2);
  EXPECT_EQ(error.field_name(), bad.field) << error.what();
  EXPECT_NE(std::string(error.what()).find(bad.message), std::string::npos) << error.what();
  EXPECT_REFUSED(read_text(text, {.strict = true}), bad.field);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadLines,
    ::testing::Values(
        BadLine{"not_json", "hello", "", "not valid JSON"},
        BadLine{"cut_in_the_middle", std::string(kGood).substr(0, 100), "", "not valid JSON"},
        BadLine{"two_documents", std::string(kGood) + "{}", "", "not valid JSON"},
        BadLine{"not_utf8", with("return a;", "\xff\xfe"), "", "not valid JSON"},
        BadLine{"a_list", "[1,2]", "", "expected an object"},
        BadLine{"null", "null", "", "expected an object"},
        BadLine{"no_id", with("\"id\":\"r0\",", ""), "id", "missing"},
        BadLine{"no_steps", R"({"id":"x","group":1,"task":"","prompt":""})", "steps", "missing"},
        BadLine{"id_is_a_number", with("\"r0\"", "17"), "id", "found 17; expected a text"},
        BadLine{"id_is_null", with("\"r0\"", "null"), "id", "found null"},
        BadLine{"id_again", with("\"r0\"", "\"r1\""), "id", "also on line 1"},
        BadLine{"group_is_a_text", with(":7", ":\"7\""), "group", "whole number"},
        BadLine{"group_too_big", with(":7", ":9223372036854775808"), "group", "whole number"},
        BadLine{"group_is_fractional", with(":7", ":7.5"), "group", "found 7.5"},
        BadLine{"given_twice", with("\"group\":7", "\"group\":7,\"group\":8"), "group", "twice"},
        BadLine{"unknown_field", with("\"notes\"", "\"note\""), "note", "'notes'"},
        BadLine{"steps_is_an_object", R"({"id":"x","group":1,"task":"","prompt":"","steps":{}})", "steps",
                "a list of steps"},
        BadLine{"unknown_kind", with("\"act\"", "\"acts\""), "steps[0].kind",
                "one of: reason, act, observe, answer"},
        BadLine{"step_without_kind", with("\"kind\":\"answer\",", ""), "steps[1]", "no 'kind'"},
        BadLine{"step_with_extra", with("\"kind\":\"answer\"", "\"kind\":\"answer\",\"agent\":1"),
                "steps[1].agent", "unknown field"},
        BadLine{"token_is_fractional", with("[12,13]", "[12,13.5]"), "steps[0].tokens[1]", "found 13.5"},
        BadLine{"token_too_big", with("[12,13]", "[12,2147483648]"), "steps[0].tokens[1]", "out of range"},
        BadLine{"prompt_token_is_null", with("[1,2]", "[1,null]"), "prompt_tokens[1]", "found null"},
        BadLine{"columns_of_no_level", with("\"step\":{", "\"steps\":{"), "columns.steps", "unknown level"},
        BadLine{"column_without_name", with("\"prm\":[", "\"\":["), "columns.step.", "without a name"},
        BadLine{"step_column_too_short", with("[0.25,null]", "[0.25]"), "columns.step.prm",
                "found 1 values; expected 2"},
        BadLine{"token_column_too_long", with("[-0.5,-1]", "[1,2,3]"), "columns.token.logprob", "expected 2"},
        BadLine{"rollout_column_is_a_list", with("\"outcome\":1", "\"outcome\":[1]"),
                "columns.rollout.outcome", "a list"},
        BadLine{"value_is_a_text", with("0.25", "\"NaN\""), "columns.step.prm[0]",
                "null where the value is missing"},
        BadLine{"value_is_true", with("0.25", "true"), "columns.step.prm[0]", "found true"},
        BadLine{"nan", with("0.25", "NaN"), "", "write null"},
        BadLine{"infinity", with("0.25", "-Infinity"), "", "write null"},
        BadLine{"beyond_float", with("0.25", "1e39"), "columns.step.prm[0]", "32-bit"},
        BadLine{"beyond_double", with("0.25", "1e999"), "", "not valid JSON"},
        BadLine{"note_is_a_number", with("\"int f;\"", "3"), "notes.source", "expected a text"},
        BadLine{"channel_of_no_column", with("\"step.prm\":{", "\"step.x\":{"), "channels.step.x",
                "without a column"},
        BadLine{"channel_in_two_ways", with("\"judge\"", "\"rival\""), "channels.step.prm",
                "evaluator 'judge'"},
        BadLine{"nested_too_deeply", with("\"notes\":{", "\"notes\":{\"a\":[[[[[[[[[[]]]]]]]]]],"), "",
                "deeply"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ReadRollouts, ATornLastLineIsNamedSo) {
  std::string second = with("\"r0\"", "\"r1\"");
  second.resize(second.size() / 2);
  const RolloutFile file = read_text(std::string(kGood) + "\n" + second);
  EXPECT_EQ(file.batch.rollouts(), 1u);
  ASSERT_EQ(file.errors.size(), 1u);
  EXPECT_NE(std::string(file.errors[0].what()).find("torn"), std::string::npos) << file.errors[0].what();
}

TEST(ReadRollouts, EveryPrefixOfAFileIsReadWithoutAnInternalError) {
  const std::string text = std::string(kGood) + "\n" + with("\"r0\"", "\"r1\"") + "\n";
  for (size_t length = 0; length <= text.size(); ++length) {
    const RolloutFile file = read_text(text.substr(0, length), {.limits = {.line_bytes = 4096}});
    EXPECT_LE(file.bad_lines, 1u);
    for (const Error& error : file.errors) EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
  }
}

TEST(ReadRollouts, LongLinesAreSkippedToTheirEnd) {
  const std::string other = with("\"r0\"", "\"r1\"");
  ReadOptions options;
  options.limits.line_bytes = other.size();
  const std::string text = std::string(10 * other.size(), ' ') + "x\n" + other + "\n" + other + " \n";
  const RolloutFile file = read_text(text, options);
  EXPECT_EQ(file.lines, 3u);
  EXPECT_EQ(file.bad_lines, 2u);
  EXPECT_EQ(file.batch.rollouts(), 1u);
  EXPECT_EQ(file.errors[0].line(), 1);
  EXPECT_NE(std::string(file.errors[0].what()).find("too long"), std::string::npos);
}

TEST(ReadRollouts, LimitsHoldAtTheBorder) {
  ReadOptions options;
  options.limits = {.steps = 2, .tokens = 2, .names = 4};
  EXPECT_EQ(read_text(kGood, options).bad_lines, 0u);
  options.limits = {.steps = 1};
  EXPECT_EQ(read_text(kGood, options).errors.at(0).field_name(), "steps");
  options.limits = {.tokens = 1};
  EXPECT_NE(std::string(read_text(kGood, options).errors.at(0).what()).find("too many tokens"),
            std::string::npos);
  options.limits = {.names = 3};
  EXPECT_EQ(read_text(kGood, options).errors.at(0).field_name(), "columns");
}

TEST(ReadRollouts, ManyBadLinesAreAllCountedAndTheFirstHundredDescribed) {
  std::string text;
  for (int i = 0; i < 250; ++i) text += "{\n";
  const RolloutFile file = read_text(text);
  EXPECT_EQ(file.bad_lines, 250u);
  EXPECT_EQ(file.errors.size(), 100u);
}

TEST(ReadRollouts, AJsonArrayIsRefusedAsAWhole) {
  for (const std::string& text : {std::string("[") + kGood + "]", std::string("\n [\n") + kGood + "\n]\n"}) {
    try {
      read_text(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_NE(std::string(error.what()).find("JSON array"), std::string::npos) << error.what();
    }
  }
}

TEST_F(JsonlFile, SeveralFilesAreReadAsOne) {
  const std::string first = write("a.jsonl", std::string(kGood) + "\n{\n");
  const std::string other = with("\"r0\"", "\"r1\"");
  const RolloutFile file = read_rollouts(std::vector{first, write("b.jsonl", other + "\n")});
  EXPECT_EQ(file.lines, 3u);
  EXPECT_EQ(file.bad_lines, 1u);
  ASSERT_EQ(file.batch.rollouts(), 2u);
  EXPECT_EQ(file.batch.header(1).id, "r1");
  EXPECT_REFUSED(read_rollouts(std::vector{first, write("c.jsonl", kGood)}), "id") << "the same id";
  std::string prompt = other;
  prompt.replace(prompt.find("max a b"), 7, "min a b");
  EXPECT_REFUSED(read_rollouts(std::vector{first, write("d.jsonl", prompt)}), "group")
      << "one group, two prompts";
  EXPECT_EQ(read_text(std::string(kGood) + "\n" + prompt).batch.rollouts(), 2u) << "within a file it may be";
}

TEST_F(JsonlFile, AFileThatIsNotThereIsAnInputError) {
  for (const std::string& bad : {path("absent.jsonl"), folder_.string()}) {
    try {
      read_rollouts(bad);
      FAIL() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), 2);
      EXPECT_EQ(error.file(), bad);
    }
  }
}

TEST_F(JsonlFile, WritingReplacesTheFileAndLeavesNothingElse) {
  const std::string target = write("out.jsonl", "old\n");
  const RolloutFile file = read_text(kGood, {.strict = true});
  write_rollouts(file.batch, target);
  EXPECT_EQ(slurp(target), written(file.batch));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
  EXPECT_EQ(read_rollouts(target, {.strict = true}).batch.note("source", 0), "int f;");
}

TEST_F(JsonlFile, AFolderThatIsNotThereIsAnOutsideError) {
  try {
    write_rollouts(RolloutBatch(), path("absent/out.jsonl"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_EQ(error.file(), path("absent/out.jsonl"));
  }
}

// A file-size limit stands in for a full disk: the write fails half-way. In a child, so that the limit ends
// with it.
TEST_F(JsonlFile, AFullDiskLeavesTheOldFileAndNothingHalfWritten) {
  const std::string target = write("out.jsonl", "old\n");
  RolloutBatch batch;
  batch.add_rollout({.id = "big", .prompt = std::string(3 << 20, 'x')});
  const auto fill = [&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_rollouts(batch, target);
    } catch (const Error& error) {
      _exit(error.exit_code());
    }
    _exit(0);
  };
  EXPECT_EXIT(fill(), ::testing::ExitedWithCode(3), "");
  EXPECT_EQ(slurp(target), "old\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(JsonlFile, WhatCouldNotBeReadBackIsNotWritten) {
  RolloutBatch twins;
  twins.add_rollout({.id = "a"});
  twins.add_rollout({.id = "a"});
  EXPECT_REFUSED(write_rollouts(twins, path("out.jsonl")), "id");
  RolloutBatch bytes;
  bytes.add_rollout({.id = "a"});
  bytes.add_step(StepKind::act, "\xff");
  try {
    write_rollouts(bytes, path("out.jsonl"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.field_name(), "steps[0].text");
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

// Any text of JSON: quotes, control characters, NUL, several bytes per character.
rc::Gen<std::string> any_text() {
  const auto piece = rc::gen::element<std::string>("a", "\"", "\\", "\n", std::string(1, '\0'), "\x1f", "é",
                                                   "🙂", "/", " ");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& part : pieces) text += part;
                        return text;
                      });
}

void fill_column(RolloutBatch& batch, const std::string& name, ChannelInfo info) {
  Column& column = batch.add_column(name, std::move(info));
  for (size_t i = 0; i < column.size(); ++i) {
    // NaN and infinity become missing
    column.set_where_defined(i, std::bit_cast<float>(*rc::gen::arbitrary<uint32_t>()));
  }
}

RolloutBatch any_batch() {
  RolloutBatch batch;
  const int rollouts = *rc::gen::inRange(0, 5);
  for (int r = 0; r < rollouts; ++r) {
    batch.add_rollout({.id = std::to_string(r) + *any_text(),
                       .group = *rc::gen::arbitrary<int64_t>(),
                       .task = *any_text(),
                       .prompt = *any_text(),
                       .prompt_tokens = *rc::gen::arbitrary<std::vector<int32_t>>()});
    const int steps = *rc::gen::inRange(0, 4);
    for (int s = 0; s < steps; ++s) {
      batch.add_step(static_cast<StepKind>(*rc::gen::inRange(0, 4)), *any_text());
      for (const int32_t token : *rc::gen::arbitrary<std::vector<int32_t>>()) batch.add_token(token);
    }
  }
  if (rollouts == 0) return batch;
  fill_column(batch, "rollout.outcome", {});
  fill_column(batch, "step.prm", {.estimates = *any_text(), .evaluator = *any_text(), .online = false});
  fill_column(batch, "step.a.b\"c", {});
  fill_column(batch, "token.logprob", {});
  for (int r = 0; r < rollouts; ++r) batch.set_note("source", static_cast<size_t>(r), *any_text());
  return batch;
}

TEST(RoundTrip, WhatIsWrittenIsReadBackBitForBit) {
  EXPECT_TRUE(rc::check("write, read, compare", [] {
    const RolloutBatch batch = any_batch();
    const std::string text = written(batch);
    const RolloutFile file = read_text(text, {.strict = true});
    const RolloutBatch& back = file.batch;
    RC_ASSERT(back.rollouts() == batch.rollouts());
    for (size_t r = 0; r < batch.rollouts(); ++r) {
      RC_ASSERT(back.header(r).id == batch.header(r).id);
      RC_ASSERT(back.group(r) == batch.group(r));
      RC_ASSERT(back.header(r).task == batch.header(r).task);
      RC_ASSERT(back.header(r).prompt == batch.header(r).prompt);
      RC_ASSERT(back.header(r).prompt_tokens == batch.header(r).prompt_tokens);
      RC_ASSERT(back.note("source", r) == batch.note("source", r));
    }
    RC_ASSERT(std::ranges::equal(back.step_offsets(), batch.step_offsets()));
    RC_ASSERT(std::ranges::equal(back.token_offsets(), batch.token_offsets()));
    RC_ASSERT(std::ranges::equal(back.token_ids(), batch.token_ids()));
    for (size_t s = 0; s < batch.steps(); ++s) {
      RC_ASSERT(back.kind(s) == batch.kind(s));
      RC_ASSERT(back.text(s) == batch.text(s));
    }
    RC_ASSERT(back.column_names() == batch.column_names());
    for (const std::string& name : batch.column_names()) {
      const Column& a = batch.column(name);
      const Column& b = back.column(name);
      RC_ASSERT(b.info().estimates == a.info().estimates);
      RC_ASSERT(b.info().evaluator == a.info().evaluator);
      RC_ASSERT(b.info().online == a.info().online);
      for (size_t i = 0; i < a.size(); ++i) RC_ASSERT(a.valid(i) == b.valid(i));
      const auto bits = [](float value) { return std::bit_cast<uint32_t>(value); };  // tells -0 from 0
      RC_ASSERT(std::ranges::equal(a.values<float>(), b.values<float>(), {}, bits, bits));
    }
    RC_ASSERT(written(back) == text);
  }));
}

TEST(RoundTrip, OneFlippedByteNeverBreaksTheReader) {
  EXPECT_TRUE(rc::check("flip one byte", [] {
    std::string text = std::string(kGood) + "\n" + with("\"r0\"", "\"r1\"") + "\n";
    text[*rc::gen::inRange<size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
    try {
      const RolloutFile file = read_text(text);
      RC_ASSERT(file.batch.rollouts() + file.bad_lines == file.lines);
      for (const Error& error : file.errors) RC_ASSERT(error.kind() == ErrorKind::input);
    } catch (const Error& error) {  // the first byte says that it is another kind of file
      RC_ASSERT(error.kind() == ErrorKind::input);
    }
  }));
}

}  // namespace
}  // namespace gradus
