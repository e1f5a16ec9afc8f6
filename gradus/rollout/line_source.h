// Lines of a stream in a buffer of fixed size, for parsers that want padding behind the text; one that does
// not fit is skipped to its end and said to be too long.
//
//   LineSource source(in, size_t{16} << 20, "a.jsonl");
//   for (size_t number = 1; source.next(); ++number) {
//     if (!source.too_long()) parse(source.text());   // SIMDJSON_PADDING bytes may be read after it
//   }
//
// A UTF-8 byte-order mark at the start of a line is no part of its text (Windows tools write one at the start
// of a file, and `cat` puts it in the middle). A file that is compressed, binary, in UTF-16 or a web page is
// refused at its first line, in one sentence that says what it is and what to do.
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <string_view>

namespace gradus {

// Throws Error::input where the start of a file's text shows that it is no UTF-8 text: gzip, zip, zstd,
// bzip2, xz, lz4, UTF-16 and UTF-32, Parquet, Arrow, NumPy, pickle, HDF5, SQLite, PDF, tensors, Git LFS
// pointers and web pages.
void require_text(std::string_view text, const std::string& name);

// The length of the UTF-8 byte-order mark that the text starts with: 3 or 0.
size_t byte_order_mark(std::string_view text);

class LineSource {
 public:
  LineSource(std::istream& in, size_t most_bytes, std::string name);

  bool next();  // false at the end of the stream

  std::string_view text() const { return {buffer_.get() + begin_, length_}; }
  bool blank() const { return !too_long_ && text().find_first_not_of(" \t\r") == std::string_view::npos; }
  bool ended() const { return ended_; }  // by a newline
  bool too_long() const { return too_long_; }

 private:
  std::istream& in_;
  size_t most_;
  std::string name_;
  std::unique_ptr<char[]> buffer_;
  size_t begin_ = 0, length_ = 0;
  bool first_ = true, ended_ = true, too_long_ = false;
};

}  // namespace gradus
