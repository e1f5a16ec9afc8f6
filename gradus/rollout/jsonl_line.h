// One line of a rollout file, checked in full before anything of it reaches a batch.
//
//   LineParser parser(limits);
//   RolloutLine line = parser.parse(bytes, length, {"rollouts.jsonl", 12});   // throws an Error that names
//   the field
//
// The bytes need simdjson::SIMDJSON_PADDING readable bytes after them. The parser's memory is reused from
// line to line.
#pragma once

#include <map>
#include <simdjson.h>
#include <string>
#include <vector>

#include "gradus/rollout/jsonl.h"

namespace gradus {

struct RolloutLine {
  struct Step {
    StepKind kind = StepKind::act;
    std::string text;
    std::vector<int32_t> tokens;
  };
  RolloutHeader header;
  std::vector<Step> steps;
  std::map<std::string, std::vector<float>> columns;  // "step.prm" -> one value per step; NaN: missing
  std::map<std::string, std::string> notes;
  std::map<std::string, ChannelInfo> channels;
};

struct LinePlace {
  std::string file;
  size_t line = 0;
  bool ended = true;  // by a newline; false: the last line of a file that stops without one
};

class LineParser {
 public:
  explicit LineParser(const ReadLimits& limits);
  RolloutLine parse(const char* bytes, size_t length, const LinePlace& place);

 private:
  ReadLimits limits_;
  simdjson::dom::parser json_;
};

// An Error::input marked with the place, for checks that need more than the line itself.
Error line_error(const LinePlace& place, std::string what);

}  // namespace gradus
