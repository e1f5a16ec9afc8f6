#include "gradus/lsp/selector.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "gradus/base/error.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr std::array<std::string_view, 4> kRoles{"def", "sig", "body", "doc"};
constexpr std::array<std::string_view, 5> kColonLanguages{"c", "cpp", "php", "ruby", "rust"};

// What every part of a text encodes; `more` is what this part needs beside.
std::string escaped(std::string_view text, std::string_view more) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool escape = byte < 0x20 || byte == 0x7f ||
                        std::string_view("#?%\" ").find(c) != std::string_view::npos ||
                        more.find(c) != std::string_view::npos;
    out += escape ? fmt::format("%{:02X}", byte) : std::string(1, c);
  }
  return out;
}

// So that it is not taken for a scheme or a drive.
std::string print_document(const DocumentPath& document) {
  if (document.absolute) return file_uri(document.path);
  std::string out;
  for (size_t i = 0; i < document.path.size(); ++i) {
    const bool scheme = document.path.compare(i, 3, "://") == 0;
    const bool drive = i == 1 && document.path[i] == ':';
    out += escaped(document.path.substr(i, 1), scheme || drive ? ":" : "");
  }
  return out;
}

bool balanced(std::string_view type) {
  int depth = 0;
  for (const char c : type) {
    depth += c == '<' ? 1 : c == '>' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0;
}

// A comma within angle brackets separates nothing; brackets that do not match would.
std::string print_type(std::string_view type) {
  const bool whole = balanced(type);
  std::string out;
  int depth = 0;
  for (const char c : type) {
    depth += c == '<' ? 1 : c == '>' ? -1 : 0;
    const char* const more = !whole ? "()<>," : c == ',' && depth > 0 ? "()" : "(),";
    out += escaped(std::string_view(&c, 1), more);
  }
  return out;
}

std::string print_names(const SymbolSelector& symbol) {
  const bool colons = writes_colons(symbol.language);
  std::string out;
  for (const std::string& name : symbol.names) {
    if (name.find(':') != std::string::npos || name.empty()) {
      throw Error::input("a name that is empty or holds ':' has no textual address")
          .field("selector")
          .found(name);
    }
    if (!out.empty()) out += colons ? "::" : ".";
    out += escaped(name, colons ? "()" : ".()");
  }
  return out;
}

std::string print_symbol(const SymbolSelector& symbol) {
  std::string out = symbol.language + "://" + escaped(symbol.module, "") + "#" + print_names(symbol);
  if (symbol.parameters) {
    out += '(';
    for (size_t i = 0; i < symbol.parameters->size(); ++i) {
      out += (i == 0 ? "" : ",") + print_type((*symbol.parameters)[i]);
    }
    out += ')';
  }
  if (symbol.role) out += fmt::format(":{}", symbol_role_name(*symbol.role));
  if (symbol.overload != 0) out += fmt::format("?overload={}", symbol.overload);
  return out;
}

std::string print_ast(const AstSelector& ast) {
  std::string out = "ast://";
  for (const AstSegment& segment : ast.path) {
    if (out.back() != '/' || out.size() > 6) out += '/';
    if (segment.name) {
      out += "[" + segment.kind + "=" + escaped(*segment.name, "[]") + "]";
    } else {
      out += segment.kind;
      if (segment.index) out += fmt::format("[{}]", *segment.index);
    }
  }
  return out;
}

Json print_uri(const DocumentPath& document) {
  return document.absolute ? file_uri(document.path) : "ws:///" + percent_encoded(document.path);
}

std::string_view indexing_name(Encoding encoding) {
  return encoding == Encoding::utf32 ? "codepoint" : encoding == Encoding::utf8 ? "utf-8" : "utf-16";
}

Json pair_of(Position position) {
  return Json::array({position.line, position.character});
}

Json symbol_json(const SymbolSelector& symbol) {
  Json out{{"kind", "symbol"},
           {"lang", symbol.language},
           {"qualname", escaped(symbol.module, ":") + ":" + print_names(symbol)}};
  if (symbol.parameters) out["parameters"] = *symbol.parameters;
  if (symbol.role) out["role"] = symbol_role_name(*symbol.role);
  out["overload"] = symbol.overload;
  return out;
}

Json ast_json(const AstSelector& ast) {
  Json path = Json::array();
  for (const AstSegment& segment : ast.path) {
    Json one = Json::array({segment.kind});
    if (segment.name) one.push_back(*segment.name);
    if (segment.index) one.push_back(*segment.index);
    path.push_back(std::move(one));
  }
  return {{"kind", "ast"}, {"path", std::move(path)}};
}

}  // namespace

std::string_view symbol_role_name(SymbolRole role) {
  return kRoles[static_cast<size_t>(role)];
}

std::optional<SymbolRole> symbol_role_of(std::string_view name) {
  const auto it = std::find(kRoles.begin(), kRoles.end(), name);
  if (it == kRoles.end()) return std::nullopt;
  return static_cast<SymbolRole>(it - kRoles.begin());
}

bool writes_colons(std::string_view language) {
  return std::find(kColonLanguages.begin(), kColonLanguages.end(), language) != kColonLanguages.end();
}

std::string snippet_hash(std::string_view snippet) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  require(EVP_Digest(snippet.data(), snippet.size(), digest, &length, EVP_sha1(), nullptr) == 1,
          "SHA-1 failed");
  return fmt::format("sha1:{:02x}", fmt::join(digest, digest + length, ""));
}

std::string normalised_type(std::string_view type) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  std::string out;
  bool space = false;
  for (const char c : type) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
      space = true;
      continue;
    }
    if (space && !out.empty() && is_word(out.back()) && is_word(c)) out += ' ';
    space = false;
    out += c;
  }
  return out;
}

std::string_view selector_kind(const Selector& selector) {
  constexpr std::array<std::string_view, 5> kKinds{"cursor", "range", "symbol", "ast", "anchor"};
  return kKinds[selector.target.index()];
}

std::string print_selector(const Selector& selector) {
  if (const auto* cursor = std::get_if<CursorSelector>(&selector.target)) {
    return fmt::format("{}@L{}:C{}", print_document(cursor->document), cursor->position.line + 1,
                       cursor->position.character + 1);
  }
  if (const auto* span = std::get_if<RangeSelector>(&selector.target)) {
    const Range& range = span->range;
    return fmt::format("{}@R({},{}->{},{})", print_document(span->document), range.start.line + 1,
                       range.start.character + 1, range.end.line + 1, range.end.character + 1);
  }
  if (const auto* symbol = std::get_if<SymbolSelector>(&selector.target)) return print_symbol(*symbol);
  if (const auto* ast = std::get_if<AstSelector>(&selector.target)) return print_ast(*ast);
  const auto& anchor = std::get<AnchorSelector>(selector.target);
  return fmt::format("anchor://{}#\"{}\"?ctx={}", print_document(anchor.document),
                     escaped(anchor.snippet, "\\"), anchor.context);
}

Json selector_json(const Selector& selector) {
  Json out;
  if (const auto* cursor = std::get_if<CursorSelector>(&selector.target)) {
    out = {{"kind", "cursor"},
           {"uri", print_uri(cursor->document)},
           {"line", cursor->position.line},
           {"col", cursor->position.character},
           {"indexing", indexing_name(cursor->indexing)}};
  } else if (const auto* span = std::get_if<RangeSelector>(&selector.target)) {
    out = {{"kind", "range"},
           {"uri", print_uri(span->document)},
           {"start", pair_of(span->range.start)},
           {"end", pair_of(span->range.end)},
           {"indexing", indexing_name(span->indexing)}};
  } else if (const auto* symbol = std::get_if<SymbolSelector>(&selector.target)) {
    out = symbol_json(*symbol);
  } else if (const auto* ast = std::get_if<AstSelector>(&selector.target)) {
    out = ast_json(*ast);
  } else {
    const auto& anchor = std::get<AnchorSelector>(selector.target);
    out = {{"kind", "anchor"},
           {"uri", print_uri(anchor.document)},
           {"snippet", anchor.snippet},
           {"ctx", anchor.context},
           {"hash", snippet_hash(anchor.snippet)}};
  }
  if (!selector.document_version.empty()) out["docVersion"] = selector.document_version;
  return out;
}

}  // namespace gradus
