// What the first bytes of a file decide: a byte-order mark is no part of the text, a file that is no text is
// refused in one sentence that names what it is.
#include "gradus/rollout/line_source.h"

#include <gtest/gtest.h>
#include <sstream>

#include "tests/refused.h"

#include "gradus/rollout/json_rows.h"
#include "gradus/rollout/jsonl.h"

namespace gradus {
namespace {

using namespace std::string_literals;

const std::string kMark = "\xef\xbb\xbf";

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  LineSource source(in, 1 << 16, "a.jsonl");
  std::vector<std::string> out;
  while (source.next()) out.emplace_back(source.text());
  return out;
}

std::string refusal(const std::string& text) {
  try {
    lines_of(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 2);
    return error.what();
  }
  return "";
}

std::vector<std::string> ids_of(const std::string& text, RowReport* report = nullptr) {
  std::istringstream in(text);
  std::vector<std::string> out;
  const RowReport got =
      read_rows(in, "rows", {}, [&](const JsonRow& row) { out.push_back(row.written("id")); });
  if (report) *report = got;
  return out;
}

TEST(LineSource, AByteOrderMarkIsNoPartOfALine) {
  const std::vector<std::string> two = {"{\"id\":1}", "{\"id\":2}"};
  EXPECT_EQ(lines_of(kMark + "{\"id\":1}\n{\"id\":2}\n"), two);
  EXPECT_EQ(lines_of(kMark + "{\"id\":1}\n" + kMark + "{\"id\":2}"), two) << "two files put together";
  EXPECT_EQ(lines_of(kMark), std::vector<std::string>{""});
  EXPECT_EQ(lines_of("a" + kMark), std::vector<std::string>{"a" + kMark}) << "only at the start";
}

TEST(LineSource, NamesWhatAFileIsThatIsNoText) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"\x1f\x8b\x08\x00\x00\x00"s, "gzip"},
      {"PK\x03\x04\x14\x00"s, "zip"},
      {"\x28\xb5\x2f\xfd\x04"s, "zstd"},
      {"BZh91AY"s, "bzip2"},
      {"\xfd\x37zXZ\x00"s, "xz"},
      {"\xff\xfe{\x00\"\x00"s, "UTF-16"},
      {"\xfe\xff\x00{\x00\""s, "UTF-16"},
      {"{\x00\"\x00i\x00"s, "UTF-16"},
      {"\x00[\x00{"s, "UTF-16"},
      {"\xff\xfe\x00\x00{\x00\x00\x00"s, "UTF-32"},
      {"PAR1\x15\x04"s, "Parquet"},
      {"ARROW1\x00\x00"s, "Arrow"},
      {"\x93NUMPY\x01\x00"s, "NumPy"},
      {"\x80\x04\x95\x10"s, "pickle"},
      {"\x40\x01\x00\x00\x00\x00\x00\x00{\"a\":{}}"s, "safetensors"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"},
      {"\n<!DOCTYPE html><html>"s.substr(1), "web page"},
  };
  for (const auto& [bytes, name] : kinds) {
    const std::string said = refusal(bytes);
    EXPECT_NE(said.find(name), std::string::npos) << name << ": " << said;
    EXPECT_NE(said.find("a.jsonl"), std::string::npos) << said;
  }
  EXPECT_EQ(refusal("{\"id\":1}\n"), "");
  EXPECT_EQ(refusal("{\"version\":\"https://git-lfs.github.com\"}"), "");
  EXPECT_EQ(refusal(""), "");
  EXPECT_NE(refusal(std::string(200, ' ') + "<html>"), "") << "a page that begins with white space";
}

TEST(Rows, AreReadBehindAByteOrderMarkInEveryLayout) {
  RowReport report;
  EXPECT_EQ(ids_of(kMark + "{\"id\":\"a\"}\n{\"id\":\"b\"}\n", &report),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(report.bad_rows, 0u);
  EXPECT_EQ(ids_of(kMark + "[{\"id\":\"a\"},{\"id\":\"b\"}]"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ids_of(kMark + "\r\n[\r\n{\"id\":\"a\"}\r\n,\r\n{\"id\":\"b\"}\r\n]\r\n"),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ids_of("  [{\"id\":\"a\"}\n,{\"id\":\"b\"}]"), (std::vector<std::string>{"a", "b"}))
      << "a list whose first line ends like a row";
  EXPECT_REFUSED(ids_of("\x1f\x8b\x08"), "");
}

TEST(Rollouts, AreReadBehindAByteOrderMark) {
  std::istringstream in(kMark + R"({"id":"a","group":1,"task":"t","prompt":"","steps":[]})" + "\n");
  const RolloutFile file = read_rollouts(in, "a.jsonl", {});
  EXPECT_EQ(file.batch.rollouts(), 1u);
  EXPECT_EQ(file.bad_lines, 0u);
  std::istringstream packed("\x1f\x8b\x08\n\n");
  EXPECT_REFUSED(read_rollouts(packed, "a.jsonl.gz", {}), "");
}

}  // namespace
}  // namespace gradus
