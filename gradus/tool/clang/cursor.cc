#include "gradus/tool/clang/cursor.h"

#include <cctype>

#include "gradus/tool/clang/libclang.h"

namespace gradus {

namespace {

std::string_view slice(std::string_view unit, unsigned begin, unsigned end) {
  if (begin > end || end > unit.size()) return {};
  return unit.substr(begin, end - begin);
}

}  // namespace

std::string take(CXString text) {
  const char* chars = libclang().getCString(text);
  std::string out = chars == nullptr ? "" : chars;
  libclang().disposeString(text);
  return out;
}

std::string single_spaced(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  return out;
}

SourcePlace position(CXSourceLocation location) {
  SourcePlace out;
  libclang().getFileLocation(location, nullptr, &out.line, nullptr, &out.offset);
  return out;
}

std::vector<CXCursor> children(CXCursor cursor) {
  std::vector<CXCursor> out;
  libclang().visitChildren(
      cursor,
      [](CXCursor child, CXCursor, CXClientData data) {
        static_cast<std::vector<CXCursor>*>(data)->push_back(child);
        return CXChildVisit_Continue;
      },
      &out);
  return out;
}

CXCursor strip(CXCursor cursor) {
  while (true) {
    const CXCursorKind kind = libclang().getCursorKind(cursor);
    if (kind != CXCursor_ParenExpr && kind != CXCursor_UnexposedExpr) return cursor;
    const std::vector<CXCursor> inner = children(cursor);
    if (inner.size() != 1) return cursor;
    cursor = inner[0];
  }
}

int line_of(CXCursor cursor) {
  return static_cast<int>(position(libclang().getRangeStart(libclang().getCursorExtent(cursor))).line);
}

std::string_view text_of(std::string_view unit, CXCursor cursor) {
  const CXSourceRange range = libclang().getCursorExtent(cursor);
  return slice(unit, position(libclang().getRangeStart(range)).offset,
               position(libclang().getRangeEnd(range)).offset);
}

std::string operator_between(std::string_view unit, CXCursor left, CXCursor right) {
  const unsigned begin = position(libclang().getRangeEnd(libclang().getCursorExtent(left))).offset;
  const unsigned end = position(libclang().getRangeStart(libclang().getCursorExtent(right))).offset;
  std::string between(slice(unit, begin, end));
  std::erase_if(between, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
  return between;
}

}  // namespace gradus
