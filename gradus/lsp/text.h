// The text of a document as the Language Server Protocol 3.17 counts it: lines end with \n, \r\n or \r and
// with nothing else (not U+2028, not form feed); a place is a line and a number of units of one encoding.
//
//   units of a scalar value:  utf-8  1, 2, 3 or 4 bytes;   utf-16  2 from U+10000 on, else 1;   utf-32  1
//
// A column beyond the end of its line is the end of that line, and the line after the last one is the end of
// the document (servers replace a whole document so). A column inside a surrogate pair or inside a multi-byte
// sequence, a line further out and a negative number are LspError INDEXING_UNSUPPORTED: nothing snaps
// silently. Source: section "Position encodings" of the Lanser-CLI paper; the rules for columns inside a
// character are ours.
//
//   const Text text("int f();\nint \U0001F600 = 1;\n", "a.cc");
//   size_t byte = text.byte_of({1, 6}, Encoding::utf16);                // after the face: 17
//   Position place = text.position_of(byte, Encoding::utf32);           // {1, 5}
//   std::string_view name = text.slice({{0, 4}, {0, 5}}, Encoding::utf8);   // "f"
//   Position other = text.convert({1, 6}, Encoding::utf16, Encoding::utf8);  // {1, 8}
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/lsp/position.h"

namespace gradus {

std::string_view encoding_name(Encoding encoding);  // "utf-8", "utf-16", "utf-32"
// By the names above and "codepoint" for utf-32; nothing for any other.
std::optional<Encoding> encoding_of(std::string_view name);

// The first byte that is not part of valid UTF-8 (surrogates and overlong forms are not), nothing if all are.
std::optional<size_t> first_invalid_utf8(std::string_view text);

class Text {
 public:
  // `name` stands in error messages. LspError INDEXING_UNSUPPORTED with the byte where `content` is not
  // UTF-8.
  explicit Text(std::string content, std::string name = "");

  const std::string& content() const { return content_; }
  const std::string& name() const { return name_; }
  int64_t line_count() const { return static_cast<int64_t>(starts_.size()); }  // at least 1
  std::string_view line(int64_t line) const;                                   // without its line break

  size_t byte_of(Position position, Encoding encoding) const;
  // A byte between \r and \n is the end of that line.
  Position position_of(size_t byte, Encoding encoding) const;
  Position convert(Position position, Encoding from, Encoding to) const;
  std::string_view slice(Range range, Encoding encoding) const;  // the end must not be before the start

 private:
  std::string content_, name_;
  std::vector<size_t> starts_;  // first byte of every line
  bool ascii_ = true;
};

// The text of a file without its byte-order mark. LspError INDEXING_UNSUPPORTED for what is no UTF-8.
Text document_text(std::string_view bytes, const std::string& path);

}  // namespace gradus
