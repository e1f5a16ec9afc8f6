#include "gradus/lsp/suppressions.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "gradus/base/text.h"

namespace gradus {

namespace {

constexpr size_t kMostBetween = 1000;  // bytes that * stands for

// One line as tools read it, and where every byte of it stands in the text. Runs of white space are one
// blank, so that a blank of a marker is looked for in one place.
struct Line {
  std::string bytes;
  std::vector<uint32_t> from;

  void add(char byte, size_t at) {
    if (byte == ' ' && bytes.ends_with(' ')) return;
    bytes += byte;
    from.push_back(static_cast<uint32_t>(at));
  }
};

// Where the line break that a backslash takes away ends; nothing: there is none here.
std::optional<size_t> end_of_continuation(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at, 3);
  if (rest.starts_with("\\\n")) return at + 2;
  if (rest == "\\\r\n") return at + 3;
  return std::nullopt;
}

// The lines of a text; those that a backslash continues are one.
void for_lines(std::string_view text, const std::function<void(const Line&)>& use) {
  Line line;
  for (size_t at = 0; at < text.size();) {
    if (const auto end = end_of_continuation(text, at)) {
      line.add(' ', at);
      at = *end;
    } else if (text[at] == '\n' || text[at] == '\r') {
      use(line);
      line = {};
      ++at;
    } else {
      const CodePoint point = code_point_at(text, at);
      if (is_space(point.value)) {
        line.add(' ', at);
      } else {
        for (size_t i = 0; i < point.bytes; ++i) line.add(text[at + i], at + i);
      }
      at += point.bytes;
    }
  }
  use(line);
}

// A comment between two words is a blank, as compilers of C read it.
Line without_comments(const Line& line) {
  Line out;
  for (size_t at = 0;;) {
    const size_t begin = line.bytes.find("/*", at);
    const size_t end = begin == line.bytes.npos ? begin : line.bytes.find("*/", begin + 2);
    const size_t stop = end == line.bytes.npos ? line.bytes.size() : begin;
    for (; at < stop; ++at) out.add(line.bytes[at], line.from[at]);
    if (end == line.bytes.npos) return out;
    out.add(' ', line.from[begin]);
    at = end + 2;
  }
}

// Where `piece`, which has no *, ends when it stands at `at`; nothing: it does not.
std::optional<size_t> end_of_piece(std::string_view line, size_t at, std::string_view piece) {
  for (const char wanted : piece) {
    const bool here = at < line.size() && line[at] == wanted;
    if (!here && wanted != ' ') return std::nullopt;
    at += here;
  }
  return at;
}

// Where the first place of `piece` from `at` to `last` ends; nothing: it stands at none.
std::optional<size_t> end_of_first(std::string_view line, size_t at, size_t last, std::string_view piece) {
  for (; at <= last; ++at) {
    if (!piece.empty() && piece[0] != ' ') at = line.find(piece[0], at);
    if (at > last) break;
    if (const std::optional<size_t> end = end_of_piece(line, at, piece)) return end;
  }
  return std::nullopt;
}

// Where a match of `marker` that begins at `at` ends; nothing: there is none. What stands between two * is
// taken at its first place: no later one could fit better.
std::optional<size_t> end_of_match(std::string_view line, size_t at, std::string_view marker) {
  size_t between = 0;
  for (const std::string_view piece : pieces_between(marker, "*")) {
    const auto end = end_of_first(line, at, std::min(line.size(), at + between), piece);
    if (!end) return std::nullopt;
    at = *end;
    between = kMostBetween;
  }
  return at;
}

struct Match {
  size_t begin, end;
};

std::vector<Match> matches(std::string_view line, std::string_view marker) {
  std::vector<Match> out;
  for (size_t at = line.find(marker[0]); at < line.size(); at = line.find(marker[0], at)) {
    const std::optional<size_t> end = end_of_match(line, at, marker);
    if (end) out.push_back({at, *end});
    at = end.value_or(at + 1);
  }
  return out;
}

// The markers of a line, each once, whether it is read with its comments or without.
void for_markers(std::string_view text, const ServerProfile& profile,
                 const std::function<void(const Line&, const std::vector<Match>&)>& use) {
  for_lines(text, [&](const Line& line) {
    const Line bare = line.bytes.find("/*") == line.bytes.npos ? Line() : without_comments(line);
    for (const std::string& marker : profile.diagnostics.suppressions) {
      if (marker.empty()) continue;
      const std::vector<Match> plain = matches(line.bytes, marker), others = matches(bare.bytes, marker);
      if (plain.size() >= others.size()) {
        use(line, plain);
      } else {
        use(bare, others);
      }
    }
  });
}

bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

// `#pragma GCC diagnostic ignored` becomes `#pragma mark iagnostic ignored`, which compilers pass over. One
// that is cut in two by a backslash at the end of a line stays as it is.
void disarm_pragma(std::string& text, const Line& line, size_t begin, size_t end) {
  constexpr std::string_view kNothing = "mark";
  const std::string_view marker = std::string_view(line.bytes).substr(0, end);
  const size_t at = std::min(marker.find("clang", begin), marker.find("GCC", begin));
  if (at > end || end - at <= kNothing.size()) return;
  const size_t place = line.from[at];
  const std::string_view there = std::string_view(text).substr(place, kNothing.size());
  const std::string_view marked = std::string_view(line.bytes).substr(at, kNothing.size() + 1);
  if (there != marked.substr(0, kNothing.size())) return;
  if (std::any_of(marked.begin(), marked.end(), [](char c) { return c < 0 || c == '\\'; })) return;
  text.replace(place, kNothing.size(), kNothing);
  text[line.from[at + kNothing.size()]] = ' ';
}

// Takes the meaning from one marker and leaves a text that is as well formed as before.
void disarm(std::string& text, const Line& line, const Match& match) {
  const std::string_view marker = std::string_view(line.bytes).substr(match.begin, match.end - match.begin);
  if (marker[0] == '@') {
    text[line.from[match.begin]] = '#';  // a decorator of Python becomes a comment
  } else if (const size_t pragma = marker.find("ragma"); pragma != marker.npos) {
    disarm_pragma(text, line, match.begin + pragma + 5, match.end);
  } else {
    for (size_t at = match.begin; at < match.end; ++at) {
      if (is_letter(line.bytes[at])) text[line.from[at]] = 'x';
    }
  }
}

}  // namespace

int64_t count_suppressions(const std::string& text, const ServerProfile& profile) {
  int64_t count = 0;
  for_markers(text, profile, [&](const Line&, const std::vector<Match>& found) {
    count += static_cast<int64_t>(found.size());
  });
  return count;
}

std::string disarmed(const std::string& text, const ServerProfile& profile) {
  std::string out = text;
  for_markers(text, profile, [&](const Line& line, const std::vector<Match>& found) {
    for (const Match& match : found) disarm(out, line, match);
  });
  return out;
}

}  // namespace gradus
