// Reading one cursor of libclang's syntax tree.
//
//   for (const CXCursor child : children(cursor)) ...
//   text_of(unit.text, cursor);                    // "a < b"
//   operator_between(unit.text, left, right);      // "<": libclang 14 names it nowhere else
#pragma once

#include <clang-c/Index.h>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

std::string take(CXString text);  // and disposes of it

std::string single_spaced(std::string_view text);

struct SourcePlace {
  unsigned line = 0, offset = 0;
};

SourcePlace position(CXSourceLocation location);

int line_of(CXCursor cursor);  // where it begins

std::vector<CXCursor> children(CXCursor cursor);

CXCursor strip(CXCursor cursor);  // without parentheses and implicit conversions

std::string_view text_of(std::string_view unit, CXCursor cursor);

std::string operator_between(std::string_view unit, CXCursor left, CXCursor right);

}  // namespace gradus
