// A server that reads a file from the disk may count in it otherwise than the protocol says: a byte-order
// mark as the first character of the first line (clangd), or a \r alone as no end of a line. Under which
// count a place holds the name that it must hold is the evidence.
//
//   const DiskView view(file.bytes, "src/a.h");
//   std::optional<Range> range = view.range_of(given, "first", Encoding::utf16);   // as the protocol counts
//   it counts_apart(file.bytes);                             // could the counts differ?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/lsp/text.h"

namespace gradus {

bool counts_apart(std::string_view bytes);

class DiskView {
 public:
  // LspError INDEXING_UNSUPPORTED where the bytes are no UTF-8.
  DiskView(const std::string& bytes, const std::string& path);

  const Text& text() const { return text_; }  // without its mark

  // The places as the protocol counts them, by the one count under which `name` stands at most of them, as a
  // whole word where it is one. A place where it does not stand even so is nothing.
  std::vector<std::optional<Range>> ranges_of(const std::vector<Range>& ranges, std::string_view name,
                                              Encoding encoding) const;
  std::optional<Range> range_of(const Range& range, std::string_view name, Encoding encoding) const;

 private:
  struct Count {
    Text text;
    size_t mark;  // bytes before the text
  };

  Text text_;
  std::vector<Count> others_;
};

}  // namespace gradus
