// Places in a document, as the Language Server Protocol 3.17 counts them.
//
//   Range range{{41, 6}, {41, 12}};   // line and character from 0, the end is not part of it
//
// `character` counts units of the encoding that client and server agreed on, not bytes and not columns of a
// screen; gradus/lsp/text.h converts between encodings.
#pragma once

#include <compare>
#include <cstdint>

namespace gradus {

enum class Encoding { utf8, utf16, utf32 };

struct Position {
  int64_t line = 0, character = 0;
  auto operator<=>(const Position&) const = default;
};

struct Range {
  Position start, end;
  auto operator<=>(const Range&) const = default;
};

}  // namespace gradus
