// Where steps end: cutting responses into steps, on tokens and on text.
//
//   step_ends({{5, 6, 9, 7, 9, 8}}, {{9}});   // 2, 4, 5: every separator ends a step, and so does the end
//   separator_tokens(vocabulary, "\n\n");     // PURE: tokens whose text ends in a blank line
//   spans_between(tokens, {{1, 1}});          // [begin, end) between runs of a token sequence
//   joined_short(spans, 4);                   // PROF: spans of at most 4 tokens join the one before
//   split_at_blank_lines("one\n\ntwo");       // PROF: "one", "two"
//
// Released code differs: PURE (arXiv 2504.15275) counts an end twice where the last token is itself a
// separator; here it is one end. Every function is linear in its input.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct TokenSpan {
  size_t begin = 0, end = 0;  // one past the last
  bool operator==(const TokenSpan&) const = default;
};

// The tokens of a vocabulary whose text ends in `ending`, ascending.
std::vector<int32_t> separator_tokens(std::span<const std::string> vocabulary, std::string_view ending);

// The places of separators, ascending.
std::vector<size_t> separator_places(std::span<const int32_t> tokens, std::span<const int32_t> separators);

// The last place of each step, ascending: separators and the last token; none without tokens.
std::vector<size_t> step_ends(std::span<const int32_t> tokens, std::span<const int32_t> separators);

// What is between the occurrences of `separator` (at least one token; they do not overlap), without empty
// spans.
std::vector<TokenSpan> spans_between(std::span<const int32_t> tokens, std::span<const int32_t> separator);

// Every span of at most `longest` tokens but the first becomes part of the one before, with the tokens
// between them.
std::vector<TokenSpan> joined_short(std::span<const TokenSpan> spans, size_t longest);

// The pieces between blank lines ("\n\n") without white space around them and without empty ones; the whole
// text where no piece is left (PROF, arXiv 2509.03403). Views into `text`.
std::vector<std::string_view> split_at_blank_lines(std::string_view text);

}  // namespace gradus
