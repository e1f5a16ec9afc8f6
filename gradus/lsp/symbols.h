// The symbols of a document as any language server gives them, in one neutral form.
//
//   kind        "function", "method", "class", ...: the SymbolKind of LSP 3.17 by name
//   container   (kind, name) of what the symbol stands in, outermost first. A name with qualifiers (an
//               out-of-line `C::f`, as clangd writes it) is split; what is split off has no kind. Anonymous
//               namespaces are left out.
//               A method that a server writes with its receiver (gopls: `(*T).M`) stands in its type, and one
//               of a flat list without containers in the symbols around it.
//   parameters  types of a function where the server's `detail` tells them (clangd: "int (int, char *)")
//   symbol id   normalised: sha256 over the canonical JSON of {language, kind, container, name, parameters}:
//               what stands in a body does not change it, a rename does. Named and not defined in the
//               Lanser-CLI paper; this form is ours.
//
// Both answers of textDocument/documentSymbol are read: DocumentSymbol trees and SymbolInformation lists.
// What a server sends is not trusted: at most 64 levels and 100,000 symbols, and every field is checked.
//
//   const std::vector<Symbol> symbols = read_symbols(answer, {.document = "a.cc", .language = "cpp"});
//   qualified_name(symbols[0]);    // {"ns", "C", "method"}
//   symbol_id(symbols[0]);         // "sha256:..."
//   is_kind("def", symbols[0]);    // true: what the addresses of Python call it
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/position.h"
#include "gradus/lsp/text.h"

namespace gradus {

struct Symbol {
  std::string document, language;  // path from the workspace root; language id as in selectors
  std::string kind, name;
  std::vector<std::pair<std::string, std::string>> container;
  Range range, selection;  // in the encoding of the server: all of it, and its name
  std::optional<std::vector<std::string>> parameters;
  std::string detail;
};

struct SymbolSource {
  std::string document, language;
  const Text* text =
      nullptr;  // with it names are looked up where a server gives the place of the whole symbol
  Encoding encoding = Encoding::utf16;
};

// Error::outside, naming the field, where the answer is not as LSP 3.17 says.
std::vector<Symbol> read_symbols(const Json& answer, const SymbolSource& source);

std::vector<std::string> qualified_name(const Symbol& symbol);
std::string symbol_id(const Symbol& symbol);

// `kind` as an ast:// address writes it: module, class, def; namespace, struct, enum, fn, method, ctor, dtor,
// field, var, alias, macro; or a neutral kind.
bool is_kind(std::string_view kind, const Symbol& symbol);

// The language id of a path by its ending ("py", "cpp", ...); the ending itself where it is not known.
std::string language_of_path(std::string_view path);

}  // namespace gradus
