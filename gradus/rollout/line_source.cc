#include "gradus/rollout/line_source.h"

#include <limits>
#include <simdjson.h>

namespace gradus {

LineSource::LineSource(std::istream& in, size_t most_bytes)
    : in_(in),
      most_(most_bytes),
      buffer_(std::make_unique_for_overwrite<char[]>(most_bytes + 1 + simdjson::SIMDJSON_PADDING)) {}

bool LineSource::next() {
  in_.getline(buffer_.get(), static_cast<std::streamsize>(most_ + 1));
  const size_t taken = static_cast<size_t>(in_.gcount());
  if (in_.bad() || (in_.eof() && taken == 0)) return false;
  ended_ = !in_.eof();
  too_long_ = in_.fail();
  length_ = taken - (ended_ && !too_long_ ? 1 : 0);
  if (too_long_) {
    in_.clear();
    in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return true;
}

}  // namespace gradus
