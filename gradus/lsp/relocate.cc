#include "gradus/lsp/relocate.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

#include "gradus/base/text.h"
#include "gradus/lsp/symbol_parts.h"
#include "gradus/lsp/text.h"
#include "gradus/lsp/winnow.h"

namespace gradus {

namespace {

constexpr double kHalfAway = 50;  // lines at which the proximity is a half
constexpr size_t kShortest = 10;  // characters of a snippet that is searched by fingerprints
constexpr size_t kMostOccurrences = 10'000;

using Tokens = std::set<std::string>;

double rounded(double score) {
  return std::nearbyint(score * 1e9) / 1e9;  // half-even
}

Tokens tokens_of(std::string_view text) {
  Tokens out;
  std::string token;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '_' || byte >= 0x80) {
      token += c;
    } else if (!token.empty()) {
      out.insert(std::exchange(token, ""));
    }
  }
  if (!token.empty()) out.insert(token);
  return out;
}

Tokens tokens_of(const std::vector<std::string>& names) {
  Tokens out;
  for (const std::string& name : names) out.merge(tokens_of(name));
  return out;
}

double shared(const Tokens& a, const Tokens& b) {
  if (a.empty() && b.empty()) return 1;
  size_t both = 0;
  for (const std::string& token : a) both += b.count(token);
  return static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

// "src/pkg/mod.py" -> src, pkg, mod; "pkg.mod" of a language with dots -> pkg, mod.
std::vector<std::string> parts_of(std::string path, bool dots) {
  const size_t dot = path.rfind('.');
  const bool ending = dot != std::string::npos && path.find('/', dot) == std::string::npos;
  if (!dots && ending) path.resize(dot);
  std::vector<std::string> out;
  for (const std::string_view part : pieces_between(path, dots ? "." : "/")) out.emplace_back(part);
  if (out.size() > 1 && out.back() == "__init__") out.pop_back();
  return out;
}

// The import root is not known, so a module is the same where the path ends in it.
double alike(const std::vector<std::string>& module, const std::vector<std::string>& path) {
  if (module.size() <= path.size() && std::equal(module.rbegin(), module.rend(), path.rbegin())) return 1;
  const auto [a, b] = std::mismatch(module.begin(), module.end(), path.begin(), path.end());
  const auto common = static_cast<double>(a - module.begin());
  return common / static_cast<double>(std::max(module.size(), path.size()));
}

double module_score(const std::string& module, const std::string& language, const std::string& path) {
  if (module.empty() || module == path) return 1;
  if (writes_colons(language) || module.find('/') != std::string::npos) {
    // A source and its header have the same name and are different files.
    const bool same_ending =
        module.find('.') == std::string::npos || language_of_path(module).empty() ||
        module.substr(module.rfind('.')) == path.substr(std::min(path.rfind('.'), path.size()));
    const double score = alike(parts_of(module, false), parts_of(path, false));
    return score == 1 && !same_ending ? 0.9 : score;
  }
  return alike(parts_of(module, true), parts_of(path, false));
}

// What an address by name asks for.
struct Asked {
  std::string language, module, kind;  // kind "": any
  std::vector<std::string> names;
  std::optional<std::vector<std::string>> parameters;
  size_t overload = 0;
  std::optional<SymbolRole> role;
  bool name_only = false;
};

class Relocation {
 public:
  Relocation(std::span<const SourceDocument> documents, const RelocateOptions& options)
      : documents_(documents), options_(options) {}

  Resolution found(const Selector& selector) {
    Resolution out;
    out.options = options_;
    if (options_.mapped) {
      candidates_.push_back(
          {options_.mapped->document, options_.mapped->range, options_.mapped->range.start});
      candidates_.back().score = 1;
    } else if (const auto* cursor = std::get_if<CursorSelector>(&selector.target)) {
      itself(cursor->document, {cursor->position, cursor->position}, cursor->indexing, selector, out);
    } else if (const auto* span = std::get_if<RangeSelector>(&selector.target)) {
      itself(span->document, span->range, span->indexing, selector, out);
    } else if (const auto* anchor = std::get_if<AnchorSelector>(&selector.target)) {
      by_anchor(*anchor);
    } else {
      by_name(asked_of(selector));
    }
    finish(out);
    return out;
  }

 private:
  static Asked asked_of(const Selector& selector) {
    if (const auto* symbol = std::get_if<SymbolSelector>(&selector.target)) {
      return {symbol->language, symbol->module,     "",
              symbol->names,    symbol->parameters, static_cast<size_t>(symbol->overload),
              symbol->role};
    }
    Asked asked;
    for (const AstSegment& segment : std::get<AstSelector>(selector.target).path) {
      if (segment.name && segment.kind == "module") {
        asked.module = *segment.name;
      } else if (segment.name && !asked.role && !asked.name_only) {
        asked.names.push_back(*segment.name);
        asked.kind = segment.kind;
      } else {
        field_of(segment, asked);
      }
    }
    return asked;
  }

  static void field_of(const AstSegment& segment, Asked& asked) {
    if (segment.kind == "name") {
      asked.name_only = true;
    } else {
      asked.role = symbol_role_of(segment.kind);
    }
    const bool known = !segment.name && (asked.name_only || asked.role) && segment.index.value_or(0) == 0;
    if (known) return;
    throw LspError(Status::unsupported_cap,
                   Error::outside("a language server does not tell the nodes below a symbol")
                       .field("selector")
                       .found(segment.kind + (segment.index ? fmt::format("[{}]", *segment.index) : ""))
                       .expected("name, def, sig, body or doc as the last segment"));
  }

  void itself(const DocumentPath& path, const Range& range, Encoding indexing, const Selector& selector,
              Resolution& out) {
    for (const SourceDocument& document : documents_) {
      if (document.path != path.path) continue;
      if (!selector.document_version.empty() && document.version != selector.document_version) {
        out.status = Status::version_skew;
        out.reason = "the document has changed since the address was made";
        return;
      }
      const Text text(document.text, document.path);
      if (range.start == range.end && is_behind_line(text, range.start, indexing, out)) return;
      Candidate one{document.path,
                    {text.convert(range.start, indexing, options_.encoding),
                     text.convert(range.end, indexing, options_.encoding)}};
      one.place = one.range.start;
      one.score = 1;
      candidates_.push_back(std::move(one));
      return;
    }
  }

  // A range may end behind its line, as servers write it; a cursor there is a slip.
  static bool is_behind_line(const Text& text, const Position& at, Encoding indexing, Resolution& out) {
    if (at.line < 0 || at.line >= text.line_count()) return false;
    const std::string_view line = text.line(at.line);
    const auto end = static_cast<size_t>(line.data() + line.size() - text.content().data());
    const int64_t length = text.position_of(end, indexing).character;
    if (at.character <= length) return false;
    out.reason = fmt::format("line {} has only {} columns", at.line + 1, length);
    return true;
  }

  double proximity(bool same_file, int64_t line) const {
    if (!options_.line) return 1;
    return same_file ? 1 / (1 + std::abs(static_cast<double>(line - *options_.line)) / kHalfAway) : 0;
  }

  void add(Candidate candidate) {
    const ScoreWeights& w = options_.weights;
    candidate.score = rounded(w.ast * candidate.ast + w.module * candidate.module +
                              w.tokens * candidate.tokens + w.proximity * candidate.proximity);
    candidates_.push_back(std::move(candidate));
  }

  Candidate of_symbol(const SourceDocument& document, const Symbol& symbol, const Asked& asked) const {
    const std::vector<std::string> names = qualified_name(symbol);
    const std::string separator = writes_colons(symbol.language) ? "::" : ".";
    Candidate out{document.path,
                  symbol.range,
                  symbol.selection.start,
                  symbol.kind,
                  fmt::format("{}", fmt::join(names, separator)),
                  symbol_id(symbol)};
    if (asked.name_only) out.range = symbol.selection;
    out.ast = asked.kind.empty() || is_kind(asked.kind, symbol) ? 1 : 0;
    out.module = module_score(asked.module, asked.language, document.path);
    out.tokens = shared(tokens_of(asked.names), tokens_of(names));
    out.proximity = proximity(out.module == 1, symbol.range.start.line);
    return out;
  }

  void by_name(const Asked& asked) {
    if (asked.names.empty()) return by_module(asked);
    for (const SourceDocument& document : documents_) {
      std::map<std::vector<std::string>, std::vector<const Symbol*>> groups;
      for (const Symbol& symbol : document.symbols) {
        if (symbol.name == asked.names.back()) groups[qualified_name(symbol)].push_back(&symbol);
      }
      for (const auto& [names, group] : groups) {
        if (const Symbol* symbol = overload_of(group, asked)) add_part(document, *symbol, asked);
      }
    }
    if (!candidates_.empty() || missing_part_) return;
    for (const SourceDocument& document : documents_) {
      if (module_score(asked.module, asked.language, document.path) < 1) continue;
      for (const Symbol& symbol : document.symbols) add(of_symbol(document, symbol, asked));
    }
    only_near_ = true;
  }

  void by_module(const Asked& asked) {
    for (const SourceDocument& document : documents_) {
      Candidate out{document.path, {}, {}, "module", document.path};
      out.module = module_score(asked.module, asked.language, document.path);
      if (out.module < 1) continue;
      const Text text(document.text, document.path);
      out.range.end = text.position_of(document.text.size(), options_.encoding);
      add(std::move(out));
    }
  }

  void add_part(const SourceDocument& document, const Symbol& symbol, const Asked& asked) {
    Candidate out = of_symbol(document, symbol, asked);
    if (asked.role) {
      const std::optional<Range> part = symbol_part(document.text, symbol, *asked.role, options_.encoding);
      missing_part_ = missing_part_ || !part;
      if (!part) return;
      out.range = *part;
    }
    add(std::move(out));
  }

  // Symbols of one qualified name in one document: of equal parameter types the longest, then by types or
  // place.
  static const Symbol* overload_of(const std::vector<const Symbol*>& group, const Asked& asked) {
    const auto length = [](const Symbol* s) {
      return std::pair(s->range.end.line - s->range.start.line, s->range);
    };
    std::vector<const Symbol*> overloads;
    std::vector<const Symbol*> ordered = group;
    std::sort(ordered.begin(), ordered.end(), [](const Symbol* a, const Symbol* b) {
      return std::tie(a->range, a->selection, a->kind, a->container, a->parameters) <
             std::tie(b->range, b->selection, b->kind, b->container, b->parameters);
    });
    for (const Symbol* symbol : ordered) {
      if (asked.parameters && symbol->parameters && *symbol->parameters != *asked.parameters) continue;
      const auto twin = std::find_if(overloads.begin(), overloads.end(), [&](const Symbol* other) {
        return symbol->parameters && other->parameters == symbol->parameters;
      });
      if (twin == overloads.end()) {
        overloads.push_back(symbol);
      } else if (length(*twin) < length(symbol)) {
        *twin = symbol;
      }
    }
    return asked.overload < overloads.size() ? overloads[asked.overload] : nullptr;
  }

  void by_anchor(const AnchorSelector& anchor) {
    for (const SourceDocument& document : documents_) {
      if (document.path != anchor.document.path) continue;
      const Text text(document.text, document.path);
      if (!exactly(anchor, text, document) && fingerprinted_length(anchor.snippet) >= kShortest) {
        by_fingerprints(anchor, text, document);
      }
      return;
    }
  }

  Candidate of_bytes(const SourceDocument& document, const Text& text, size_t begin, size_t end) const {
    Candidate out{document.path,
                  {text.position_of(begin, options_.encoding), text.position_of(end, options_.encoding)}};
    out.place = out.range.start;
    out.proximity = proximity(true, out.range.start.line);
    return out;
  }

  bool exactly(const AnchorSelector& anchor, const Text& text, const SourceDocument& document) {
    std::vector<Candidate> places, near;
    const std::string& content = text.content();
    for (size_t at = content.find(anchor.snippet);
         at != std::string::npos && places.size() < kMostOccurrences;
         at = content.find(anchor.snippet, at + 1)) {
      if (at > 0 && (static_cast<unsigned char>(content[at]) & 0xC0) == 0x80) continue;
      places.push_back(of_bytes(document, text, at, at + anchor.snippet.size()));
      const int64_t away = options_.line ? std::abs(places.back().range.start.line - *options_.line) : 0;
      if (away <= anchor.context) near.push_back(places.back());
    }
    if (places.size() == 1 || near.size() == 1) {
      candidates_ = {places.size() == 1 ? places[0] : near[0]};
      candidates_[0].proximity = 1;
      candidates_[0].score = 1;
    } else {
      for (Candidate& place : places) add(std::move(place));
    }
    return !places.empty();
  }

  // Stretches of as many lines as the snippet has, which share a fingerprint with it; of those that overlap
  // the best.
  void by_fingerprints(const AnchorSelector& anchor, const Text& text, const SourceDocument& document) {
    const std::vector<Fingerprint> wanted = winnow(anchor.snippet);
    std::set<uint64_t> hashes;
    for (const Fingerprint& mark : wanted) hashes.insert(mark.hash);
    const int64_t lines = std::count(anchor.snippet.begin(), anchor.snippet.end(), '\n') + 1;
    std::set<int64_t> starts;
    for (const Fingerprint& mark : winnow(document.text)) {
      if (!hashes.count(mark.hash) || starts.size() > kMostOccurrences) continue;
      const int64_t line = text.position_of(mark.byte, options_.encoding).line;
      for (int64_t first = std::max<int64_t>(0, line - lines + 1); first <= line; ++first)
        starts.insert(first);
    }
    const size_t before = candidates_.size();
    for (const int64_t first : starts) {
      const int64_t last = std::min(first + lines, text.line_count()) - 1;
      const std::string_view head = text.line(first), tail = text.line(last);
      const auto base = text.content().data();
      const std::string_view whole(head.data(), static_cast<size_t>(tail.data() + tail.size() - head.data()));
      const std::string_view stretch = trim(whole);
      if (stretch.empty()) continue;
      const auto begin = static_cast<size_t>(stretch.data() - base);
      Candidate one = of_bytes(document, text, begin, begin + stretch.size());
      one.tokens = similarity(wanted, winnow(stretch));
      add(std::move(one));
    }
    keep_apart(before);
  }

  void keep_apart(size_t from) {
    std::vector<Candidate> fresh(candidates_.begin() + static_cast<std::ptrdiff_t>(from), candidates_.end());
    candidates_.resize(from);
    std::sort(fresh.begin(), fresh.end(), candidate_before);
    std::set<int64_t> taken;
    for (Candidate& one : fresh) {
      const int64_t first = one.range.start.line, last = one.range.end.line;
      const auto next = taken.lower_bound(first);
      if (next != taken.end() && *next <= last) continue;
      for (int64_t line = first; line <= last; ++line) taken.insert(line);
      candidates_.push_back(std::move(one));
    }
  }

  void finish(Resolution& out) {
    std::sort(candidates_.begin(), candidates_.end(), candidate_before);
    out.considered = candidates_.size();
    if (out.status == Status::version_skew) return;
    if (candidates_.empty() || only_near_) {
      const char* const plain = missing_part_ ? "the symbol has no such part" : "nothing has this address";
      if (out.reason.empty()) out.reason = plain;
    } else {
      const double first = candidates_[0].score;
      const double second = candidates_.size() > 1 ? candidates_[1].score : 0;
      const bool tie = candidates_.size() > 1 && first == second;
      out.status = tie || first < options_.tau ? Status::ambiguous : Status::ok;
      if (tie) out.reason = "several places fit this address equally well";
      if (!tie && first < options_.tau) out.reason = fmt::format("no place fits well enough ({:.3f})", first);
      out.confidence = first;
      if (options_.calibrated && candidates_.size() > 1) {
        out.confidence = rounded(first * (first - second) / std::max(first, 1e-9));
      }
    }
    if (candidates_.size() > options_.k) candidates_.resize(options_.k);
    out.candidates = std::move(candidates_);
  }

  std::span<const SourceDocument> documents_;
  const RelocateOptions& options_;
  std::vector<Candidate> candidates_;
  bool only_near_ = false, missing_part_ = false;
};

}  // namespace

bool candidate_before(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  return std::tie(a.document, a.range, a.kind, a.name, a.id, a.place) <
         std::tie(b.document, b.range, b.kind, b.name, b.id, b.place);
}

Resolution relocate(const Selector& selector, std::span<const SourceDocument> documents,
                    const RelocateOptions& options) {
  return Relocation(documents, options).found(selector);
}

Json resolution_json(const Resolution& resolution) {
  const RelocateOptions& options = resolution.options;
  Json candidates = Json::array();
  for (const Candidate& one : resolution.candidates) {
    Json json{
        {"uri", readable(one.document)},
        {"range", range_json(one.range)},
        {"score", one.score},
        {"evidence",
         {{"ast", one.ast}, {"module", one.module}, {"tokens", one.tokens}, {"proximity", one.proximity}}}};
    if (!one.kind.empty()) json["kind"] = one.kind;
    if (!one.name.empty()) json["name"] = readable(one.name);
    if (!one.id.empty()) json["symbolId"] = one.id;
    candidates.push_back(std::move(json));
  }
  return {{"candidates", std::move(candidates)},
          {"considered", resolution.considered},
          {"confidence", resolution.confidence},
          {"calibrated", options.calibrated},
          {"tau", options.tau},
          {"k", options.k},
          {"weights",
           {{"ast", options.weights.ast},
            {"module", options.weights.module},
            {"tokens", options.weights.tokens},
            {"proximity", options.weights.proximity}}}};
}

LspError resolution_error(const Resolution& resolution, const std::string& selector) {
  std::vector<std::string> places;
  for (const Candidate& one : resolution.candidates) {
    places.push_back(fmt::format("{}:{}:{}{}{} ({:.3f})", one.document, one.range.start.line + 1,
                                 one.range.start.character + 1, one.name.empty() ? "" : " ", one.name,
                                 one.score));
  }
  Error error = Error::input(resolution.reason).field("selector").found(selector);
  if (!places.empty()) error.hint(fmt::format("nearest: {}", fmt::join(places, "; ")));
  return {resolution.status, std::move(error)};
}

}  // namespace gradus
