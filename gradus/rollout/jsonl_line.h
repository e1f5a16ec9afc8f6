// One line of a rollout file, checked in full before anything of it reaches a batch.
//
//   LineParser parser(limits);
//   const RolloutLine& line = parser.parse(bytes, length, {"a.jsonl", 12});   // throws, naming the field
//
// The bytes need simdjson::SIMDJSON_PADDING readable bytes after them. The memory of parser and line is
// reused from line to line.
#pragma once

#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/rollout/jsonl.h"

namespace gradus {

// Texts and names are views into the parser's memory: they hold until the next line is parsed.
struct RolloutLine {
  struct Step {
    StepKind kind = StepKind::act;
    std::string_view text;
    size_t tokens_end = 0;  // in `tokens`, behind the last of this step
  };
  struct Values {
    Level level = Level::rollout;
    std::string_view name;
    size_t begin = 0, end = 0;  // in `values`
  };
  std::string_view id, task, prompt;
  int64_t group = 0;
  std::vector<int32_t> prompt_tokens;
  std::vector<Step> steps;
  std::vector<int32_t> tokens;  // of all steps
  std::vector<Values> columns;
  std::vector<float> values;  // NaN: missing
  std::vector<std::pair<std::string_view, std::string_view>> notes;
  std::vector<std::pair<std::string_view, ChannelInfo>> channels;  // "step.prm" -> what it means

  void clear();  // keeps the memory
};

struct LinePlace {
  std::string file;
  size_t line = 0;
  bool ended = true;  // by a newline; false: the last line of a file that stops without one
};

class LineParser {
 public:
  explicit LineParser(const ReadLimits& limits);
  const RolloutLine& parse(const char* bytes, size_t length, const LinePlace& place);

 private:
  ReadLimits limits_;
  simdjson::dom::parser json_;
  RolloutLine line_;
};

// An Error::input marked with the place, for checks that need more than the line itself.
Error line_error(const LinePlace& place, std::string what);

// Why simdjson refused a text.
Error not_json(const LinePlace& place, simdjson::error_code code, std::string_view text, size_t depth);

// A value for the "found" of a refusal: "a list", "the text 'abc'", "12".
std::string describe(simdjson::dom::element value);

}  // namespace gradus
