#include "gradus/lsp/text.h"

#include <algorithm>
#include <fmt/format.h>

#include "gradus/base/text.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

constexpr uint32_t kNoCharacter = 0x110000;  // from here on code_point_at means a byte that is no UTF-8

bool is_surrogate(uint32_t value) {
  return value >= 0xd800 && value <= 0xdfff;
}

int64_t units_of(const CodePoint& c, Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return c.bytes;
    case Encoding::utf16:
      return c.value >= 0x10000 ? 2 : 1;
    case Encoding::utf32:
      return 1;
  }
  return 1;
}

[[noreturn]] void refuse(const std::string& what, const std::string& name, const std::string& found,
                         const std::string& expected) {
  throw LspError(Status::indexing_unsupported,
                 Error::input(what).at(name).field("position").found(found).expected(expected));
}

std::string shown(Position position, Encoding encoding) {
  return fmt::format("line {}, character {} ({})", position.line, position.character,
                     encoding_name(encoding));
}

// Bytes of `line` before its unit `character`; the whole line where there are fewer units.
std::optional<size_t> bytes_before(std::string_view line, int64_t character, Encoding encoding) {
  int64_t units = 0;
  size_t at = 0;
  while (at < line.size() && units < character) {
    const CodePoint c = code_point_at(line, at);
    units += units_of(c, encoding);
    at += c.bytes;
  }
  if (units > character) return std::nullopt;
  return at;
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "utf-8";
    case Encoding::utf16:
      return "utf-16";
    case Encoding::utf32:
      return "utf-32";
  }
  return "utf-16";
}

std::optional<Encoding> encoding_of(std::string_view name) {
  if (name == "utf-8") return Encoding::utf8;
  if (name == "utf-16") return Encoding::utf16;
  if (name == "utf-32" || name == "codepoint") return Encoding::utf32;
  return std::nullopt;
}

std::optional<size_t> first_invalid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (c.value >= kNoCharacter || is_surrogate(c.value)) return at;
    at += c.bytes;
  }
  return std::nullopt;
}

Text::Text(std::string content, std::string name) : content_(std::move(content)), name_(std::move(name)) {
  if (const std::optional<size_t> wrong = first_invalid_utf8(content_)) {
    const int64_t line =
        1 + std::count(content_.begin(), content_.begin() + static_cast<ptrdiff_t>(*wrong), '\n');
    throw LspError(Status::indexing_unsupported,
                   Error::input("a document is not UTF-8")
                       .at(name_, static_cast<int>(line))
                       .field(fmt::format("byte {}", *wrong))
                       .found(fmt::format("0x{:02x}", static_cast<uint8_t>(content_[*wrong])))
                       .expected("valid UTF-8")
                       .hint("convert the file to UTF-8; positions in it cannot be counted otherwise"));
  }
  starts_.push_back(0);
  for (size_t i = 0; i < content_.size(); ++i) {
    const char c = content_[i];
    if (static_cast<uint8_t>(c) >= 0x80) ascii_ = false;
    if (c == '\n' || (c == '\r' && (i + 1 == content_.size() || content_[i + 1] != '\n'))) {
      starts_.push_back(i + 1);
    }
  }
}

std::string_view Text::line(int64_t line) const {
  if (line < 0 || line >= line_count()) {
    refuse("no such line", name_, fmt::format("line {}", line), fmt::format("0 to {}", line_count() - 1));
  }
  const size_t begin = starts_[static_cast<size_t>(line)];
  size_t end = line + 1 < line_count() ? starts_[static_cast<size_t>(line) + 1] : content_.size();
  if (end > begin && content_[end - 1] == '\n') --end;
  if (end > begin && content_[end - 1] == '\r') --end;
  return std::string_view(content_).substr(begin, end - begin);
}

size_t Text::byte_of(Position position, Encoding encoding) const {
  if (position.line < 0 || position.character < 0 || position.line > line_count()) {
    refuse("a position is outside of its document", name_, shown(position, encoding),
           fmt::format("a line from 0 to {} and a character from 0", line_count()));
  }
  if (position.line == line_count()) return content_.size();
  const std::string_view row = line(position.line);
  const size_t begin = starts_[static_cast<size_t>(position.line)];
  if (ascii_)
    return begin +
           static_cast<size_t>(std::min<int64_t>(position.character, static_cast<int64_t>(row.size())));
  const std::optional<size_t> bytes = bytes_before(row, position.character, encoding);
  if (!bytes) {
    refuse("a position is inside of a character", name_, shown(position, encoding),
           "the place before or after the character");
  }
  return begin + *bytes;
}

Position Text::position_of(size_t byte, Encoding encoding) const {
  if (byte > content_.size()) {
    refuse("a byte is outside of its document", name_, fmt::format("byte {}", byte),
           fmt::format("0 to {}", content_.size()));
  }
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), byte);
  const int64_t number = next - starts_.begin() - 1;
  const std::string_view row = line(number);
  const size_t column = std::min(byte - starts_[static_cast<size_t>(number)], row.size());
  if (ascii_) return {number, static_cast<int64_t>(column)};
  int64_t units = 0;
  size_t at = 0;
  while (at < column) {
    const CodePoint c = code_point_at(row, at);
    units += units_of(c, encoding);
    at += c.bytes;
  }
  if (at != column) {
    refuse("a byte is inside of a character", name_, fmt::format("byte {}", byte),
           "the first byte of a character");
  }
  return {number, units};
}

Position Text::convert(Position position, Encoding from, Encoding to) const {
  return position_of(byte_of(position, from), to);
}

std::string_view Text::slice(Range range, Encoding encoding) const {
  const size_t begin = byte_of(range.start, encoding), end = byte_of(range.end, encoding);
  if (end < begin) {
    refuse("a range ends before it starts", name_,
           shown(range.start, encoding) + " to " + shown(range.end, encoding), "start <= end");
  }
  return std::string_view(content_).substr(begin, end - begin);
}

Text document_text(std::string_view bytes, const std::string& path) {
  const bool wide = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
                    bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4));
  if (wide) {
    throw LspError(
        Status::indexing_unsupported,
        Error::input("only UTF-8 is edited").at(path).found("UTF-16 or UTF-32").hint("convert the file"));
  }
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return Text(std::string(bytes), path);
}

}  // namespace gradus
