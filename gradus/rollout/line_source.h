// Lines of a stream in a buffer of fixed size, for parsers that want padding behind the text; one that does
// not fit is skipped to its end and said to be too long.
//
//   LineSource source(in, size_t{16} << 20);
//   for (size_t number = 1; source.next(); ++number) {
//     if (!source.too_long()) parse(source.text());   // SIMDJSON_PADDING bytes may be read after it
//   }
#pragma once

#include <istream>
#include <memory>
#include <string_view>

namespace gradus {

class LineSource {
 public:
  LineSource(std::istream& in, size_t most_bytes);

  bool next();  // false at the end of the stream

  std::string_view text() const { return {buffer_.get(), length_}; }
  bool blank() const { return !too_long_ && text().find_first_not_of(" \t\r") == std::string_view::npos; }
  bool ended() const { return ended_; }  // by a newline
  bool too_long() const { return too_long_; }

 private:
  std::istream& in_;
  size_t most_;
  std::unique_ptr<char[]> buffer_;
  size_t length_ = 0;
  bool ended_ = true, too_long_ = false;
};

}  // namespace gradus
