#include "gradus/lsp/symbols.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <tuple>

#include "gradus/base/error.h"
#include "gradus/lsp/identifier.h"
#include "gradus/lsp/selector.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

constexpr int kDeepest = 64;
constexpr size_t kMostSymbols = 100'000;
constexpr size_t kMostNames = 64;  // of one qualified name

constexpr std::array<std::string_view, 26> kKinds{
    "file",        "module",      "namespace", "package",   "class",         "method",   "property",
    "field",       "constructor", "enum",      "interface", "function",      "variable", "constant",
    "string",      "number",      "boolean",   "array",     "object",        "key",      "null",
    "enum_member", "struct",      "event",     "operator",  "type_parameter"};

// What the kinds of addresses are called by servers: clangd gives aliases as classes and macros as strings or
// constants, and both servers give a constructor as a method where they do not tell them apart.
const std::map<std::string_view, std::vector<std::string_view>> kCalled{
    {"def", {"function", "method", "constructor", "property"}},
    {"fn", {"function", "operator"}},
    {"method", {"method", "function", "operator"}},
    {"ctor", {"constructor", "method"}},
    {"dtor", {"constructor", "method", "function"}},
    {"field", {"field", "property", "variable"}},
    {"var", {"variable", "constant", "field"}},
    {"alias", {"class", "interface", "type_parameter"}},
    {"macro", {"string", "constant"}},
    {"namespace", {"namespace", "module", "package"}},
    {"module", {"module", "file", "namespace"}},
    {"struct", {"struct", "class"}},
    {"class", {"class", "struct", "interface"}}};

class Reader {
 public:
  explicit Reader(const SymbolSource& source) : source_(source) {}

  std::vector<Symbol> symbols;

  void list(const Json& answer, const std::string& path, int depth,
            const std::vector<std::pair<std::string, std::string>>& container) {
    if (!answer.is_array()) fail(path, "a list");
    if (depth > kDeepest) fail(path, fmt::format("at most {} levels", kDeepest));
    for (size_t i = 0; i < answer.size(); ++i) {
      one(answer[i], fmt::format("{}[{}]", path, i), depth, container);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& path, const std::string& expected) const {
    throw Error::outside("the language server gave symbols that are not as LSP 3.17 says")
        .at(source_.document)
        .field(path)
        .expected(expected);
  }

  std::string text(const Json& node, const char* field, const std::string& path) const {
    if (!node.contains(field) || node.at(field).is_null()) return "";
    if (!node.at(field).is_string()) fail(path + "." + field, "a text");
    return node.at(field).get<std::string>();
  }

  int64_t count(const Json& node, const char* field, const std::string& path) const {
    const bool sound = node.is_object() && node.contains(field) && node.at(field).is_number_integer() &&
                       node.at(field).get<double>() >= 0 &&
                       node.at(field).get<double>() <= std::numeric_limits<int32_t>::max();
    if (!sound) fail(path + "." + field, "a whole number from 0 to 2147483647");
    return node.at(field).get<int64_t>();
  }

  Range range(const Json& node, const char* field, const std::string& path) const {
    if (!node.is_object() || !node.contains(field) || !node.at(field).is_object())
      fail(path + "." + field, "a range");
    const Json& value = node.at(field);
    Range out;
    for (const auto& [end, place] : {std::pair{"start", &out.start}, std::pair{"end", &out.end}}) {
      const std::string at = path + "." + field + "." + end;
      const Json position = value.contains(end) ? value.at(end) : Json();
      *place = {count(position, "line", at), count(position, "character", at)};
    }
    if (out.end < out.start) fail(path + "." + field, "an end that is not before the start");
    return out;
  }

  void one(const Json& node, const std::string& path, int depth,
           const std::vector<std::pair<std::string, std::string>>& container) {
    if (!node.is_object()) fail(path, "an object");
    if (symbols.size() == kMostSymbols) fail(path, fmt::format("at most {} symbols", kMostSymbols));
    const int64_t number = count(node, "kind", path);
    Symbol symbol{
        source_.document, source_.language, "", text(node, "name", path), container, {}, {}, {}, ""};
    symbol.kind = number >= 1 && number <= 26 ? kKinds[static_cast<size_t>(number) - 1] : "unknown";
    symbol.detail = text(node, "detail", path);
    if (node.contains("location")) {
      symbol.range = symbol.selection = range(node.at("location"), "range", path + ".location");
      const std::string around = text(node, "containerName", path);
      split(around, symbol.container);
      if (around.empty()) loose_.push_back(symbols.size());
    } else {
      symbol.range = range(node, "range", path);
      symbol.selection = range(node, "selectionRange", path);
    }
    take_receiver(symbol);
    const bool anonymous = symbol.name.empty() || symbol.name[0] == '(';
    if (!anonymous) {
      std::vector<std::pair<std::string, std::string>> parts;
      split(symbol.name, parts);
      symbol.name = parts.back().second;
      parts.pop_back();
      symbol.container.insert(symbol.container.end(), parts.begin(), parts.end());
      symbol.parameters = parameters(symbol);
      find_name(symbol);
    } else if (!loose_.empty() && loose_.back() == symbols.size()) {
      loose_.pop_back();
    }
    auto inner = symbol.container;
    if (!anonymous) inner.emplace_back(symbol.kind, symbol.name);
    if (!anonymous) symbols.push_back(std::move(symbol));
    if (node.contains("children") && !node.at("children").is_null()) {
      list(node.at("children"), path + ".children", depth + 1, inner);
    }
  }

  // "(*List[T]).Push" -> List, Push.
  static void take_receiver(Symbol& symbol) {
    const std::string& name = symbol.name;
    const size_t close = name.find(").");
    if (!name.starts_with("(") || close == std::string::npos || close + 2 == name.size()) return;
    std::string type = name.substr(1, close - 1);
    type.erase(0, type.find_first_not_of("*& "));
    type.resize(std::min(type.find('['), type.size()));
    if (type.empty() || type.find_first_of(" ()") != std::string::npos) return;
    symbol.container.emplace_back("", type.substr(type.rfind('.') + 1));
    symbol.name = name.substr(close + 2);
  }

  // Servers without trees, and some with them, give the place of the whole symbol: the name is in there.
  void find_name(Symbol& symbol) const {
    if (source_.text == nullptr || !is_word(symbol.name)) return;
    for (const Range& place : {symbol.selection, symbol.range}) {
      try {
        const size_t begin = source_.text->byte_of(place.start, source_.encoding);
        const std::string_view text =
            std::string_view(source_.text->content())
                .substr(begin, source_.text->byte_of(place.end, source_.encoding) - begin);
        for (size_t at = text.find(symbol.name); at != std::string_view::npos;
             at = text.find(symbol.name, at + 1)) {
          if (!is_whole_word(source_.text->content(), begin + at, symbol.name.size())) continue;
          symbol.selection = {source_.text->position_of(begin + at, source_.encoding),
                              source_.text->position_of(begin + at + symbol.name.size(), source_.encoding)};
          return;
        }
      } catch (const LspError&) {
        return;  // places of another text: they stay as they were given
      }
    }
  }

  // "ns::C<a::b>::f" -> ns, C<a::b>, f.
  void split(std::string_view name, std::vector<std::pair<std::string, std::string>>& out) const {
    if (name.empty()) return;
    const std::string_view separator = writes_colons(source_.language) ? "::" : ".";
    int depth = 0;
    size_t from = 0;
    for (size_t i = 0; i < name.size() && out.size() < kMostNames; ++i) {
      if (name.substr(from, 8) == "operator") break;
      depth += name[i] == '<' || name[i] == '(' ? 1 : name[i] == '>' || name[i] == ')' ? -1 : 0;
      if (depth != 0 || i == from || name.compare(i, separator.size(), separator) != 0) continue;
      if (i + separator.size() == name.size()) break;
      if (name[from] != '(') out.emplace_back("", name.substr(from, i - from));
      from = i + separator.size();
      i = from - 1;
    }
    out.emplace_back("", name.substr(from));
  }

  // "int (int, const char *) const" -> int, const char*. Nothing where that is not what stands there.
  static std::optional<std::vector<std::string>> parameters(const Symbol& symbol) {
    static const std::vector<std::string_view> kCallable{"function", "method", "constructor", "operator"};
    if (std::find(kCallable.begin(), kCallable.end(), symbol.kind) == kCallable.end()) return std::nullopt;
    const std::string_view detail = symbol.detail;
    int depth = 0;
    size_t at = 0;
    for (; at < detail.size() && !(detail[at] == '(' && depth == 0); ++at) {
      depth += detail[at] == '<' ? 1 : detail[at] == '>' ? -1 : 0;
    }
    if (at >= detail.size() || detail.substr(at + 1, 1) == "*") return std::nullopt;
    std::vector<std::string> types;
    std::string type;
    depth = 0;
    for (++at; at < detail.size(); ++at) {
      const char c = detail[at];
      if (depth == 0 && (c == ',' || c == ')')) {
        type = normalised_type(type);
        if (!(type.empty() || type == "void") || c == ',' || !types.empty()) types.push_back(type);
        if (c == ')') return types;
        type.clear();
        continue;
      }
      depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
      type += c;
    }
    return std::nullopt;
  }

  const SymbolSource& source_;
  std::vector<size_t> loose_;  // symbols of a flat list of which no container is told

 public:
  // Once all are read: what stands around a symbol in the file is its container.
  void put_loose_into_containers() {
    std::sort(loose_.begin(), loose_.end(), [&](size_t a, size_t b) {
      const Range &one = symbols[a].range, &other = symbols[b].range;
      return std::tie(one.start, other.end, a) < std::tie(other.start, one.end, b);
    });
    std::vector<size_t> around;  // each in the one before
    std::vector<std::vector<std::pair<std::string, std::string>>> containers;
    for (const size_t one : loose_) {
      const Range& in = symbols[one].range;
      while (!around.empty() &&
             (symbols[around.back()].range.end < in.end || symbols[around.back()].range == in))
        around.pop_back();
      containers.emplace_back();
      for (const size_t other : around)
        containers.back().emplace_back(symbols[other].kind, symbols[other].name);
      if (symbols[one].kind != "file" && around.size() < kMostNames) around.push_back(one);
    }
    for (size_t i = 0; i < loose_.size(); ++i) {
      auto& container = symbols[loose_[i]].container;
      container.insert(container.begin(), containers[i].begin(), containers[i].end());
    }
  }
};

}  // namespace

std::vector<Symbol> read_symbols(const Json& answer, const SymbolSource& source) {
  if (answer.is_null()) return {};
  Reader reader(source);
  reader.list(answer, "result", 1, {});
  reader.put_loose_into_containers();
  return std::move(reader.symbols);
}

std::vector<std::string> qualified_name(const Symbol& symbol) {
  std::vector<std::string> out;
  for (const auto& [kind, name] : symbol.container) out.push_back(name);
  out.push_back(symbol.name);
  return out;
}

std::string symbol_id(const Symbol& symbol) {
  Json container = Json::array();
  for (const auto& [kind, name] : symbol.container) container.push_back(Json::array({kind, name}));
  return "sha256:" +
         sha256_hex(canonical({{"lang", symbol.language},
                               {"kind", symbol.kind},
                               {"container", std::move(container)},
                               {"name", symbol.name},
                               {"parameters", symbol.parameters ? Json(*symbol.parameters) : Json()}}));
}

bool is_kind(std::string_view kind, const Symbol& symbol) {
  if (kind == "dtor" && !symbol.name.starts_with("~")) return false;
  if (kind == symbol.kind) return true;
  const auto it = kCalled.find(kind);
  return it != kCalled.end() &&
         std::find(it->second.begin(), it->second.end(), symbol.kind) != it->second.end();
}

std::string language_of_path(std::string_view path) {
  static const std::map<std::string_view, std::string_view> kLanguages{
      {"py", "py"},  {"pyi", "py"},  {"cc", "cpp"}, {"cpp", "cpp"}, {"cxx", "cpp"}, {"hpp", "cpp"},
      {"hh", "cpp"}, {"hxx", "cpp"}, {"h", "cpp"},  {"c", "c"},     {"rs", "rust"}, {"rb", "ruby"}};
  const size_t slash = path.rfind('/'), dot = path.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return "";
  const std::string_view ending = path.substr(dot + 1);
  const auto it = kLanguages.find(ending);
  return std::string(it == kLanguages.end() ? ending : it->second);
}

}  // namespace gradus
