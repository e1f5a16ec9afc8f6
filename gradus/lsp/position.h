// Places in a document, as the Language Server Protocol 3.17 counts them.
//
//   Range range{{41, 6}, {41, 12}};   // line and character from 0, the end is not part of it
//   range = range_of(answer.at("range"));   range_json(range);   // [41, 6, 41, 12]
//
// `character` counts units of the encoding that client and server agreed on, not bytes and not columns of a
// screen; gradus/lsp/text.h converts between encodings.
#pragma once

#include <compare>
#include <cstdint>

#include "gradus/base/json.h"

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

// From {"start": {"line", "character"}, "end": ...}. Error::outside where a server gave something else.
Range range_of(const Json& range);
Json range_json(const Range& range);

}  // namespace gradus
