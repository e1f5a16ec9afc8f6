// The reading half of selectors: texts and PositionSpec documents.
#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "gradus/base/text.h"
#include "gradus/lsp/selector.h"
#include "gradus/lsp/status.h"
#include "gradus/lsp/text.h"
#include "gradus/lsp/uri.h"

namespace gradus {

namespace {

constexpr size_t kLongest = size_t{64} << 10;  // bytes of a selector
constexpr size_t kMostParts = 256;             // names, parameters, segments
constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();

constexpr std::string_view kAnchor = "anchor://", kAst = "ast://", kFileScheme = "file://",
                           kWorkspaceScheme = "ws:///";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit_char(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit_char(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Letters, digits, `_`, and beyond ASCII everything: the first is no digit.
bool is_identifier(std::string_view text) {
  if (text.empty() || is_digit_char(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit_char(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

// The length of "NAME" in "NAME://", 0 where the text has no scheme.
size_t scheme_length(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && (is_letter(text[at]) || (at > 0 && (is_digit_char(text[at]) || text[at] == '+' ||
                                                                 text[at] == '-' || text[at] == '_')))) {
    ++at;
  }
  return text.substr(at, 3) == "://" ? at : 0;
}

// In lower case; the schemes of other kinds are no languages.
bool is_language(const std::string& name) {
  return name != "ast" && name != "anchor" && name != "file" && scheme_length(name + "://") == name.size();
}

DocumentPath relative(std::string path) {
  while (path.starts_with("./")) path.erase(0, 2);
  return {std::move(path), false};
}

// As file URIs have it, so that two spellings are equal: /c:/x and C:\\x are C:/x.
DocumentPath absolute(std::string_view path) {
  std::string out = path_of_uri(file_uri(path));
  if (out[0] != '/') std::replace(out.begin(), out.end(), '\\', '/');
  return {std::move(out), true};
}

class Parser {
 public:
  Parser(std::string_view text, Encoding indexing) : text_(text), indexing_(indexing) {}

  Selector parse() const {
    if (text_.size() > kLongest) fail(kLongest, "a selector of at most 64 KiB");
    if (const auto bad = first_invalid_utf8(text_)) fail(*bad, "UTF-8");
    if (const size_t nul = text_.find('\0'); nul != std::string_view::npos) fail(nul, "no NUL");
    if (text_.empty()) fail(0, "an address, for example src/app.py@L42:C7");
    if (text_.starts_with(kAnchor)) return {anchor(), ""};
    if (text_.starts_with(kAst)) return {ast(), ""};
    const bool has_document = text_.starts_with(kFileScheme) || text_.starts_with(kWorkspaceScheme);
    if (!has_document && scheme_length(text_) > 0) return {symbol(), ""};
    return place();
  }

  // The names, parameters and role of a symbol from byte `at` on, up to `end`.
  void qualified(size_t at, size_t end, SymbolSelector& out) const {
    at = receiver(at, end, out);
    const size_t open = parameters_at(at, end);
    if (open < end) {
      names(at, open, false, out);
      const size_t close = parameters(open, end, out);
      if (close + 1 < end) {
        if (text_[close + 1] != ':') fail(close + 1, "':' and a role, or nothing");
        out.role = symbol_role_of(text_.substr(close + 2, end - close - 2));
        if (!out.role) fail(close + 2, "a role: def, sig, body or doc");
      }
    } else {
      names(at, end, true, out);
    }
  }

  // `begin` .. `end` without percent escapes.
  std::string decoded(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      if (text_[i] != '%') continue;
      if (i + 2 >= end || !is_hex(text_[i + 1]) || !is_hex(text_[i + 2])) {
        fail(i, "% and two hexadecimal digits (a percent sign itself is %25)");
      }
    }
    std::string out = percent_decoded(text_.substr(begin, end - begin));
    if (first_invalid_utf8(out) || out.find('\0') != std::string::npos) {
      fail(begin, "percent escapes of UTF-8 without NUL");
    }
    return out;
  }

  [[noreturn]] void fail(size_t at, const std::string& expected) const {
    const size_t place = std::min(at, text_.size());
    size_t characters = 1;
    for (size_t i = 0; i < place; i += code_point_at(text_, i).bytes) ++characters;
    std::string found = "the end";
    if (place < text_.size()) {
      size_t stop = place;
      for (int i = 0; i < 20 && stop < text_.size(); ++i) stop += code_point_at(text_, stop).bytes;
      found = "'" + std::string(text_.substr(place, stop - place)) + "'";
    }
    throw LspError(Status::bad_selector_syntax,
                   Error::input(fmt::format("malformed selector at character {}", characters))
                       .field("selector")
                       .found(found)
                       .expected(expected));
  }

 private:
  static constexpr size_t kNone = std::string_view::npos;

  // A whole number of `low` and above at `at`, which then stands behind it.
  int64_t integer(size_t& at, int64_t low) const {
    const size_t begin = at;
    int64_t value = 0;
    while (at < text_.size() && is_digit_char(text_[at]) && value <= kLargest) {
      value = value * 10 + (text_[at++] - '0');
    }
    if (at == begin || value < low || value > kLargest) {
      fail(begin, fmt::format("a whole number from {} to {}", low, kLargest));
    }
    return value;
  }

  void literal(size_t& at, std::string_view wanted) const {
    if (text_.substr(at, wanted.size()) != wanted) fail(at, fmt::format("'{}'", wanted));
    at += wanted.size();
  }

  void ends(size_t at) const {
    if (at != text_.size()) fail(at, "the end");
  }

  // Line and column from 1.
  Position position(size_t& at, std::string_view between) const {
    const int64_t line = integer(at, 1);
    literal(at, between);
    const int64_t column = integer(at, 1);
    return {line - 1, column - 1};
  }

  DocumentPath document(size_t begin, size_t end) const {
    const std::string_view raw = text_.substr(begin, end - begin);
    if (raw.empty()) fail(begin, "the path of a document");
    std::string path = decoded(begin, end);
    if (raw.starts_with(kFileScheme)) {
      try {
        return absolute(path_of_uri(raw));
      } catch (const Error&) {
        fail(begin, "file:///path, without host, query and fragment");
      }
    }
    if (raw.starts_with(kWorkspaceScheme)) path.erase(0, kWorkspaceScheme.size());
    if (raw[0] == '/') return absolute(path);
    const bool drive =
        raw.size() > 2 && is_letter(raw[0]) && raw[1] == ':' && (raw[2] == '/' || raw[2] == '\\');
    if (drive) return absolute(path);
    DocumentPath out = relative(std::move(path));
    if (out.path.empty() || out.path[0] == '/') fail(begin, "a path from the workspace root");
    return out;
  }

  Selector place() const {
    const size_t mark = text_.rfind('@');
    if (mark == kNone) fail(text_.size(), "@L<line>:C<column> or @R(<line>,<column>-><line>,<column>)");
    const DocumentPath at_document = document(0, mark);
    size_t at = mark + 1;
    if (text_.substr(at, 1) == "L") {
      ++at;
      const Position at_position = position(at, ":C");
      ends(at);
      return {CursorSelector{at_document, at_position, indexing_}, ""};
    }
    literal(at, "R(");
    const Position start = position(at, ",");
    literal(at, "->");
    const size_t second = at;
    const Position end = position(at, ",");
    if (end < start) fail(second, "an end that is not before the start");
    literal(at, ")");
    ends(at);
    return {RangeSelector{at_document, {start, end}, indexing_}, ""};
  }

  AnchorSelector anchor() const {
    const size_t hash = text_.find('#');
    if (hash == kNone) fail(text_.size(), "'#' and a quoted snippet");
    AnchorSelector out;
    out.document = document(kAnchor.size(), hash);
    size_t at = hash + 1;
    literal(at, "\"");
    const size_t begin = at;
    std::string snippet;
    for (size_t from = at;; ++at) {
      if (at >= text_.size()) fail(at, "the closing '\"'");
      const bool escape =
          text_[at] == '\\' && at + 1 < text_.size() && (text_[at + 1] == '"' || text_[at + 1] == '/');
      if (text_[at] != '"' && !escape) continue;
      snippet += decoded(from, at);
      if (!escape) break;
      snippet += text_[++at];
      from = at + 1;
    }
    if (snippet.empty()) fail(begin, "a snippet");
    out.snippet = std::move(snippet);
    ++at;
    if (at < text_.size()) {
      literal(at, "?ctx=");
      out.context = integer(at, 0);
    }
    ends(at);
    return out;
  }

  AstSelector ast() const {
    AstSelector out;
    size_t at = kAst.size();
    while (true) {
      if (out.path.size() == kMostParts) fail(at, fmt::format("at most {} segments", kMostParts));
      out.path.push_back(segment(at));
      if (at == text_.size()) return out;
      literal(at, "/");
    }
  }

  AstSegment segment(size_t& at) const {
    const bool named = text_.substr(at, 1) == "[";
    if (named) ++at;
    const size_t begin = at, end = std::min(text_.find_first_of(named ? "=]" : "/[", at), text_.size());
    AstSegment out{std::string(text_.substr(begin, end - begin)), {}, {}};
    if (!is_identifier(out.kind)) fail(begin, "the kind of a node");
    at = end;
    if (named) {
      literal(at, "=");
      const size_t close = text_.find(']', at);
      if (close == kNone) fail(text_.size(), "']'");
      if (close == at) fail(at, "a name");
      out.name = decoded(at, close);
      at = close + 1;
    } else if (text_.substr(at, 1) == "[") {
      ++at;
      out.index = integer(at, 0);
      literal(at, "]");
    }
    return out;
  }

  SymbolSelector symbol() const {
    SymbolSelector out;
    const size_t scheme = scheme_length(text_);
    out.language = lower_case(text_.substr(0, scheme));
    if (!is_language(out.language)) fail(0, "a scheme in lower case");
    const size_t hash = text_.find('#', scheme);
    if (hash == kNone) fail(text_.size(), "'#' and a qualified name");
    module(scheme + 3, hash, out);
    const size_t query = std::min(text_.find('?', hash), text_.size());
    if (query < text_.size()) {
      size_t at = query;
      literal(at, "?overload=");
      out.overload = integer(at, 0);
      ends(at);
    }
    qualified(hash + 1, query, out);
    return out;
  }

  void module(size_t begin, size_t end, SymbolSelector& out) const {
    out.module = relative(decoded(begin, end)).path;
    if (out.module.empty()) fail(begin, "a module");
    if (writes_colons(out.language)) return;
    for (const std::string_view part : pieces_between(text_.substr(begin, end - begin), ".")) {
      if (part.empty()) fail(begin, "a module without empty parts");
    }
  }

  // `(*T).` as gopls writes the type of a method: the name T. Gives the place behind it.
  size_t receiver(size_t at, size_t end, SymbolSelector& out) const {
    const size_t close = text_.find(").", at);
    if (text_.substr(at, 1) != "(" || close == kNone || close + 2 >= end) return at;
    size_t from = at + 1;
    while (from < close && (text_[from] == '*' || text_[from] == ' ')) ++from;
    const size_t to = std::min(text_.find('[', from), close);
    if (!is_identifier(text_.substr(from, to - from))) fail(from, "the name of a type");
    out.names.push_back(decoded(from, to));
    return close + 2;
  }

  // The bracket that opens the parameters, `end` where there are none. operator() is a name.
  size_t parameters_at(size_t at, size_t end) const {
    size_t open = std::min(text_.find('(', at), end);
    if (text_.substr(at, open - at).ends_with("operator") && text_.substr(open, 2) == "()" &&
        open + 2 <= end) {
      open = std::min(text_.find('(', open + 2), end);
    }
    return open;
  }

  void names(size_t begin, size_t end, bool may_have_role, SymbolSelector& out) const {
    const bool dots = !writes_colons(out.language);
    size_t from = begin;
    for (size_t at = begin;;) {
      const size_t separator = at < end ? separator_at(at, end, dots) : 0;
      if (at < end && separator == 0) {
        ++at;
        continue;
      }
      if (at == from) fail(at, "a name");
      const std::string_view raw = text_.substr(from, at - from);
      const bool behind_colon = from > begin + 1 && text_[from - 1] == ':' && text_[from - 2] != ':';
      if (at == end && may_have_role && behind_colon && symbol_role_of(raw)) {
        out.role = symbol_role_of(raw);
        return;
      }
      if (out.names.size() == kMostParts) fail(from, fmt::format("at most {} names", kMostParts));
      out.names.push_back(decoded(from, at));
      if (out.names.back().find(':') != std::string::npos) fail(from, "a name without ':'");
      if (at == end) return;
      at += separator;
      from = at;
    }
  }

  // Bytes of the separator of names at `at`, 0 for none. An encoded colon separates names and never a role.
  size_t separator_at(size_t at, size_t end, bool dots) const {
    if (text_[at] == ':') return at + 1 < end && text_[at + 1] == ':' ? 2 : 1;
    if (at + 2 < end && text_[at] == '%' && text_[at + 1] == '3' && (text_[at + 2] | 0x20) == 'a') return 3;
    return dots && text_[at] == '.' ? 1 : 0;
  }

  // The place of the closing bracket.
  size_t parameters(size_t open, size_t end, SymbolSelector& out) const {
    std::vector<std::string> types;
    int round = 0, angle = 0;
    size_t from = open + 1;
    for (size_t at = open + 1; at < end; ++at) {
      const char c = text_[at];
      const bool closes = c == ')' && round == 0, separates = c == ',' && round == 0 && angle == 0;
      round += c == '(' ? 1 : c == ')' ? -1 : 0;
      angle += c == '<' ? 1 : c == '>' ? -1 : 0;
      if (angle < 0) fail(at, "matching angle brackets");
      if (!closes && !separates) continue;
      if (closes && angle != 0) fail(at, "'>'");
      const bool none = closes && types.empty() && from == at;
      if (!none) {
        if (types.size() == kMostParts) fail(from, fmt::format("at most {} parameters", kMostParts));
        types.push_back(normalised_type(decoded(from, at)));
        if (types.back().empty()) fail(from, "a type");
      }
      if (closes) {
        out.parameters = std::move(types);
        return at;
      }
      from = at + 1;
    }
    fail(end, "')'");
  }

  std::string_view text_;
  Encoding indexing_;
};

// The fields of a PositionSpec, each refused by its name.
class Spec {
 public:
  explicit Spec(const Json& spec) : spec_(spec) {
    if (!spec.is_object()) fail("", "an object with the field kind");
  }

  std::string text(const char* field) const {
    if (!has(field) || !spec_.at(field).is_string()) fail(field, "a text");
    std::string out = spec_.at(field).get<std::string>();
    if (out.size() > kLongest || first_invalid_utf8(out) || out.find('\0') != std::string::npos) {
      fail(field, "at most 64 KiB of UTF-8 without NUL");
    }
    return out;
  }

  int64_t integer(const char* field) const { return whole(has(field) ? spec_.at(field) : Json(), field); }

  int64_t whole(const Json& value, const char* field) const {
    const bool fits = value.is_number_integer() && value.get<double>() >= 0 &&
                      value.get<double>() <= static_cast<double>(kLargest);
    if (!fits) fail(field, fmt::format("a whole number from 0 to {}", kLargest));
    return value.get<int64_t>();
  }

  Position position(const char* field) const {
    if (!has(field) || !spec_.at(field).is_array() || spec_.at(field).size() != 2)
      fail(field, "[line, column]");
    return {whole(spec_.at(field)[0], field), whole(spec_.at(field)[1], field)};
  }

  Encoding indexing() const {
    if (!has("indexing")) return Encoding::utf16;
    const auto encoding = encoding_of(text("indexing"));
    if (!encoding) fail("indexing", "utf-8, utf-16 or codepoint");
    return *encoding;
  }

  DocumentPath document() const {
    const std::string uri = text("uri");
    try {
      if (is_file_uri(uri)) return absolute(path_of_uri(uri));
      if (uri.starts_with("/")) return absolute(uri);
      const bool plain = !uri.starts_with(kWorkspaceScheme);
      DocumentPath out = relative(plain ? uri : percent_decoded(uri.substr(kWorkspaceScheme.size())));
      const bool sound = !first_invalid_utf8(out.path) && out.path.find('\0') == std::string::npos;
      if (sound && !out.path.empty() && out.path[0] != '/') return out;
    } catch (const Error&) {
      fail("uri", "ws:///path or file:///path");
    }
    fail("uri", "ws:///path or file:///path");
  }

  bool has(const char* field) const { return spec_.contains(field); }
  const Json& at(const char* field) const { return spec_.at(field); }

  [[noreturn]] void fail(const char* field, const std::string& expected) const {
    const std::string found = spec_.is_object() && has(field)
                                  ? spec_.at(field).dump(-1, ' ', true, Json::error_handler_t::replace)
                                  : "nothing";
    throw LspError(Status::bad_selector_syntax,
                   Error::input("malformed selector")
                       .field(*field == 0 ? "selector" : std::string("selector.") + field)
                       .found(found.substr(0, 80))
                       .expected(expected));
  }

 private:
  const Json& spec_;
};

SymbolSelector symbol_of(const Spec& spec) {
  SymbolSelector out;
  out.language = spec.has("lang") ? lower_case(spec.text("lang")) : "py";
  if (!is_language(out.language)) spec.fail("lang", "a language id");
  const std::string name = spec.text("qualname");
  const size_t colon = name.find(':');
  if (colon == std::string::npos || colon == 0) spec.fail("qualname", "module:qualified.name");
  const Parser parser(name, Encoding::utf16);
  out.module = parser.decoded(0, colon);
  parser.qualified(colon + 1, name.size(), out);
  if (out.role || out.parameters)
    spec.fail("qualname", "no role and no parameters: they have fields of their own");
  if (spec.has("role")) {
    out.role = symbol_role_of(spec.text("role"));
    if (!out.role) spec.fail("role", "def, sig, body or doc");
  }
  if (spec.has("overload")) out.overload = spec.integer("overload");
  if (!spec.has("parameters")) return out;
  const Json& types = spec.at("parameters");
  if (!types.is_array() || types.size() > kMostParts) spec.fail("parameters", "a list of types");
  out.parameters.emplace();
  for (const Json& type : types) {
    if (!type.is_string()) spec.fail("parameters", "a list of types");
    out.parameters->push_back(normalised_type(type.get<std::string>()));
    if (out.parameters->back().empty() || first_invalid_utf8(out.parameters->back())) {
      spec.fail("parameters", "types that are not empty");
    }
  }
  return out;
}

AstSelector ast_of(const Spec& spec) {
  const Json& path = spec.has("path") ? spec.at("path") : Json();
  if (!path.is_array() || path.empty() || path.size() > kMostParts) spec.fail("path", "a list of segments");
  AstSelector out;
  for (const Json& one : path) {
    const bool sound = one.is_array() && (one.size() == 1 || one.size() == 2) && one[0].is_string() &&
                       is_identifier(one[0].get<std::string>()) &&
                       (one.size() == 1 || one[1].is_string() || one[1].is_number_integer());
    if (!sound) spec.fail("path", "segments [kind, name], [field] or [field, index]");
    AstSegment segment{one[0].get<std::string>(), {}, {}};
    if (one.size() == 2 && one[1].is_string()) segment.name = one[1].get<std::string>();
    if (one.size() == 2 && !segment.name) segment.index = spec.whole(one[1], "path");
    if (segment.name && (segment.name->empty() || first_invalid_utf8(*segment.name)))
      spec.fail("path", "names");
    out.path.push_back(std::move(segment));
  }
  return out;
}

AnchorSelector anchor_of(const Spec& spec) {
  AnchorSelector out{spec.document(), spec.text("snippet")};
  if (out.snippet.empty()) spec.fail("snippet", "a text that is not empty");
  if (spec.has("ctx")) out.context = spec.integer("ctx");
  if (spec.has("hash") && spec.text("hash") != snippet_hash(out.snippet)) {
    spec.fail("hash", snippet_hash(out.snippet) + ", the hash of the snippet");
  }
  return out;
}

}  // namespace

Selector parse_selector(std::string_view text, Encoding indexing) {
  return Parser(text, indexing).parse();
}

Selector selector_from_json(const Json& json) {
  const Spec spec(json);
  const std::string kind = spec.text("kind");
  Selector out;
  if (kind == "cursor") {
    out.target =
        CursorSelector{spec.document(), {spec.integer("line"), spec.integer("col")}, spec.indexing()};
  } else if (kind == "range") {
    const Range range{spec.position("start"), spec.position("end")};
    if (range.end < range.start) spec.fail("end", "an end that is not before the start");
    out.target = RangeSelector{spec.document(), range, spec.indexing()};
  } else if (kind == "symbol") {
    out.target = symbol_of(spec);
  } else if (kind == "ast") {
    out.target = ast_of(spec);
  } else if (kind == "anchor") {
    out.target = anchor_of(spec);
  } else {
    spec.fail("kind", "cursor, range, symbol, ast or anchor");
  }
  if (spec.has("docVersion")) out.document_version = spec.text("docVersion");
  return out;
}

}  // namespace gradus
