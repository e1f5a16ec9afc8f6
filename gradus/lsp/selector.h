// Addresses of code that a person or an agent can write down: five kinds, in one text form and one JSON form.
//
//   cursor   src/app.py@L42:C7                         line and column from 1
//   range    src/app.py@R(42,7->44,1)
//   symbol   py://pkg.mod#Class.method:body            roles def, sig, body, doc; ?overload=1
//            cpp://src/a.cc#ns::Class::method(int,char*):sig
//   ast      ast://[module=pkg.mod]/[class=Class]/[def=method]/name[1]
//   anchor   anchor://src/app.py#"def load_data("?ctx=24
//
// The scheme of a symbol is its language; languages that write `::` (cpp, c, rust, php, ruby) print it,
// others print `.`. A document is a path from the workspace root, or absolute (file:///home/...,
// file:///C:/...; C:\x is read). `#`, `?`, `%`, `"` and spaces are percent-encoded in what is printed and
// accepted raw where nothing can be mistaken. print_selector(parse_selector(text)) is the canonical string of
// an address: it reads back as the same selector and prints as itself.
//
// JSON (PositionSpec): {"kind": "cursor", "uri", "line", "col", "indexing"}, {"kind": "range", "uri",
// "start", "end", "indexing"}, {"kind": "symbol", "lang", "qualname": "pkg.mod:Class.method", "role",
// "overload", "parameters"}, {"kind": "ast", "path": [["class", "C"], ["name", 1]]}, {"kind": "anchor",
// "uri", "snippet", "ctx", "hash"}; every kind may have "docVersion". There lines and columns count from 0,
// and a document is "ws:///src/app.py" or "file:///...".
//
// Source: Lanser-CLI, docs/Lanser-CLI.pdf, appendix A. Ours, where it is silent or ambiguous: a last ":x"
// with x a role is the role, and `%3Ax` a member of that name; text counts from 1 and JSON from 0;
// `?overload=`; schemes other than py; parameter lists; the ast production is completed from its one example;
// "hash" is the SHA-1 of the snippet and must fit it. Inferred: the index of a node field counts from 0.
//
//   const Selector at = parse_selector("py://pkg.mod#Class.method:body");
//   std::get<SymbolSelector>(at.target).names;        // {"Class", "method"}
//   print_selector(at);                               // the same text
//   selector_json(at);                                // {"kind": "symbol", ...}
//   parse_selector("a.py@L0:C1");                     // LspError BAD_SELECTOR_SYNTAX: character 7
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gradus/base/json.h"
#include "gradus/lsp/position.h"

namespace gradus {

enum class SymbolRole { definition, signature, body, doc };  // "def", "sig", "body", "doc"

std::string_view symbol_role_name(SymbolRole role);
std::optional<SymbolRole> symbol_role_of(std::string_view name);

// Forward slashes; absolute: "/home/x" or "C:/x".
struct DocumentPath {
  std::string path;
  bool absolute = false;
  bool operator==(const DocumentPath&) const = default;
};

struct CursorSelector {
  DocumentPath document;
  Position position;  // from 0
  Encoding indexing = Encoding::utf16;
  bool operator==(const CursorSelector&) const = default;
};

struct RangeSelector {
  DocumentPath document;
  Range range;  // from 0; the end is not before the start
  Encoding indexing = Encoding::utf16;
  bool operator==(const RangeSelector&) const = default;
};

struct SymbolSelector {
  std::string language, module;
  std::vector<std::string> names;  // outermost first
  std::optional<std::vector<std::string>> parameters;
  std::optional<SymbolRole> role;
  int64_t overload = 0;
  bool operator==(const SymbolSelector&) const = default;
};

// [kind=name], or a field of a syntax node with an index.
struct AstSegment {
  std::string kind;
  std::optional<std::string> name;
  std::optional<int64_t> index;  // only without a name
  bool operator==(const AstSegment&) const = default;
};

struct AstSelector {
  std::vector<AstSegment> path;
  bool operator==(const AstSelector&) const = default;
};

struct AnchorSelector {
  DocumentPath document;
  std::string snippet;
  int64_t context = 24;  // lines around a remembered place, see gradus/lsp/relocate.h
  bool operator==(const AnchorSelector&) const = default;
};

struct Selector {
  std::variant<CursorSelector, RangeSelector, SymbolSelector, AstSelector, AnchorSelector> target;
  std::string document_version;  // id of the snapshot that it was made on; "": none. JSON alone carries it.
  bool operator==(const Selector&) const = default;
};

// `indexing`: the unit of columns in texts, which do not say it. At most 64 KiB and 256 names.
Selector parse_selector(std::string_view text, Encoding indexing = Encoding::utf16);
std::string print_selector(const Selector& selector);

Json selector_json(const Selector& selector);
Selector selector_from_json(const Json& spec);  // LspError BAD_SELECTOR_SYNTAX naming the field

std::string_view selector_kind(const Selector& selector);  // "cursor", "range", "symbol", "ast", "anchor"
std::string snippet_hash(std::string_view snippet);        // "sha1:" and 40 digits
bool writes_colons(std::string_view language);             // ns::Class and not ns.Class

// A parameter type without needless white space, so that two spellings compare equal: "const char*".
std::string normalised_type(std::string_view type);

}  // namespace gradus
