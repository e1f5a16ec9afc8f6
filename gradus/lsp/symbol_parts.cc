#include "gradus/lsp/symbol_parts.h"

#include <algorithm>
#include <array>

#include "gradus/base/text.h"
#include "gradus/lsp/text.h"

namespace gradus {

namespace {

bool has_braces(const Symbol& symbol) {
  return symbol.language != "py" && symbol.language != "ruby";
}

// The place of the character that opens the body, or `end`.
size_t body_opens(std::string_view text, size_t at, size_t end, char opener) {
  int depth = 0;
  for (; at < end; ++at) {
    const char c = text[at];
    if (depth == 0 && (c == opener || (opener == '{' && c == ';'))) return c == opener ? at : end;
    if (c == '"' || c == '\'') {
      const size_t close = text.find(c, at + 1);
      if (close == std::string_view::npos || close >= end) return end;
      at = close;
    }
    depth += c == '(' || c == '[' || (c == '{' && opener != '{') ? 1 : 0;
    depth -= c == ')' || c == ']' || (c == '}' && opener != '{') ? 1 : 0;
  }
  return end;
}

struct Bytes {
  size_t begin = 0, end = 0;
};

Bytes trimmed(std::string_view text, size_t begin, size_t end) {
  const std::string_view inner = trim(text.substr(begin, end - begin));
  const auto first = static_cast<size_t>(inner.data() - text.data());
  return {first, first + inner.size()};
}

// Comment lines that end right above `begin`.
std::optional<Bytes> comment_above(const Text& text, int64_t line) {
  const auto is_comment = [&](int64_t n) {
    const std::string_view shown = trim(text.line(n));
    for (const std::string_view mark : {"//", "#", "/*", "*"}) {
      if (shown.starts_with(mark) && !shown.starts_with("#include") && !shown.starts_with("#define"))
        return true;
    }
    return false;
  };
  int64_t first = line;
  while (first > 0 && is_comment(first - 1)) --first;
  if (first == line) return std::nullopt;
  const auto base = text.content().data();
  const std::string_view head = text.line(first), tail = text.line(line - 1);
  return trimmed(text.content(), static_cast<size_t>(head.data() - base),
                 static_cast<size_t>(tail.data() + tail.size() - base));
}

std::optional<Bytes> opening_string(std::string_view text, const Bytes& body) {
  constexpr std::array<std::string_view, 4> kQuotes{"\"\"\"", "'''", "\"", "'"};
  for (const std::string_view quote : kQuotes) {
    if (text.substr(body.begin, quote.size()) != quote) continue;
    const size_t close = text.find(quote, body.begin + quote.size());
    if (close == std::string_view::npos || close >= body.end) return std::nullopt;
    return Bytes{body.begin, close + quote.size()};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Range> symbol_part(std::string_view content, const Symbol& symbol, SymbolRole role,
                                 Encoding encoding) {
  if (role == SymbolRole::definition) return symbol.range;
  const Text text{std::string(content), symbol.document};
  const std::string& all = text.content();
  const size_t begin = text.byte_of(symbol.range.start, encoding),
               end = text.byte_of(symbol.range.end, encoding);
  const size_t name = text.byte_of(symbol.selection.end, encoding);
  const bool braces = has_braces(symbol);
  const size_t opens = body_opens(all, std::max(begin, name), end, braces ? '{' : ':');
  std::optional<Bytes> part;
  if (role == SymbolRole::signature) {
    part = trimmed(all, begin, opens);
  } else if (opens < end) {
    const Bytes body = trimmed(all, braces ? opens : opens + 1, end);
    if (role == SymbolRole::body) part = body;
    if (role == SymbolRole::doc && !braces) part = opening_string(all, body);
  }
  if (role == SymbolRole::doc && !part) part = comment_above(text, symbol.range.start.line);
  if (!part || part->begin == part->end) return std::nullopt;
  return Range{text.position_of(part->begin, encoding), text.position_of(part->end, encoding)};
}

}  // namespace gradus
