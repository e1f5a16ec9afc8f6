#include "gradus/tool/observation.h"

#include <string_view>

#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr std::string_view kTimedOut = "timeout_decorator.timeout_decorator.TimeoutError: 'Timed Out'";
constexpr size_t kTooLong = 256, kEnd = 128;  // characters

std::string shortened(std::string_view text) {
  size_t characters = 0, first_end = 0, last_begin = 0;
  for (size_t at = 0; at < text.size(); at += code_point_at(text, at).bytes) {
    if (characters == kEnd) first_end = at;
    ++characters;
  }
  if (characters < kTooLong) return std::string(text);
  size_t index = 0;
  for (size_t at = 0; at < text.size() && last_begin == 0; at += code_point_at(text, at).bytes) {
    if (index++ == characters - kEnd) last_begin = at;
  }
  return std::string(text.substr(0, first_end)) + "..." + std::string(text.substr(last_begin));
}

}  // namespace

Observation observation_of(const ProgramEnd& program) {
  const bool ran = program.exit_code == 0 || !program.output.empty();
  std::string_view shown = trim(ran ? program.output : program.errors);
  if (shown.find("Error") != shown.npos) shown = trim(shown.substr(shown.rfind('\n') + 1));
  if (shown.empty()) shown = kTimedOut;
  return {"```output\n" + shortened(shown) + "\n```\n", ran};
}

}  // namespace gradus
