#include "gradus/rollout/segment.h"

#include <algorithm>
#include <unordered_set>

#include "gradus/base/error.h"
#include "gradus/base/text.h"

namespace gradus {

std::vector<int32_t> separator_tokens(std::span<const std::string> vocabulary, std::string_view ending) {
  std::vector<int32_t> tokens;
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    if (std::string_view(vocabulary[i]).ends_with(ending)) tokens.push_back(static_cast<int32_t>(i));
  }
  return tokens;
}

std::vector<size_t> separator_places(std::span<const int32_t> tokens, std::span<const int32_t> separators) {
  const std::unordered_set<int32_t> known(separators.begin(), separators.end());
  std::vector<size_t> places;
  for (size_t t = 0; t < tokens.size(); ++t) {
    if (known.count(tokens[t]) != 0) places.push_back(t);
  }
  return places;
}

std::vector<size_t> step_ends(std::span<const int32_t> tokens, std::span<const int32_t> separators) {
  std::vector<size_t> ends = separator_places(tokens, separators);
  if (!tokens.empty() && (ends.empty() || ends.back() + 1 != tokens.size()))
    ends.push_back(tokens.size() - 1);
  return ends;
}

std::vector<TokenSpan> spans_between(std::span<const int32_t> tokens, std::span<const int32_t> separator) {
  if (separator.empty()) throw Error::input("a separator without tokens").expected("one token or more");
  std::vector<TokenSpan> spans;
  auto begin = tokens.begin();
  while (begin != tokens.end()) {
    const auto end = std::search(begin, tokens.end(), separator.begin(), separator.end());
    if (begin != end) {
      spans.push_back(
          {static_cast<size_t>(begin - tokens.begin()), static_cast<size_t>(end - tokens.begin())});
    }
    begin = end == tokens.end() ? end : end + static_cast<std::ptrdiff_t>(separator.size());
  }
  return spans;
}

std::vector<TokenSpan> joined_short(std::span<const TokenSpan> spans, size_t longest) {
  std::vector<TokenSpan> joined;
  for (const TokenSpan& span : spans) {
    if (!joined.empty() && span.end - span.begin <= longest) {
      joined.back().end = span.end;
    } else {
      joined.push_back(span);
    }
  }
  return joined;
}

std::vector<std::string_view> split_at_blank_lines(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (const std::string_view piece : pieces_between(text, "\n\n")) {
    if (const std::string_view kept = trim(piece); !kept.empty()) pieces.push_back(kept);
  }
  if (pieces.empty()) pieces.push_back(text);
  return pieces;
}

}  // namespace gradus
