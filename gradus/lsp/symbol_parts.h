// The parts of a symbol that the roles of an address name: its signature, body and documentation. A language
// server gives the whole range and the name; the rest is read from the text.
//
//   def    the whole range
//   sig    from the start of the range to before the body, without the bracket or colon that opens it
//   body   languages with braces: from `{` to the end of the range; others: what follows the colon that ends
//          the first line of the definition
//   doc    the comment lines right above, or the string that opens the body (Python)
//
// Brackets and quotes are followed so that a colon or brace inside them is none. Ours: the paper names the
// roles and does not say where they end.
//
//   symbol_part(text, symbol, SymbolRole::body, Encoding::utf16);     // nothing where there is no such part
#pragma once

#include <optional>
#include <string_view>

#include "gradus/lsp/selector.h"
#include "gradus/lsp/symbols.h"

namespace gradus {

std::optional<Range> symbol_part(std::string_view text, const Symbol& symbol, SymbolRole role,
                                 Encoding encoding);

}  // namespace gradus
