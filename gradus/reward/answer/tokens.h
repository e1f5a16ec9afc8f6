// Tokens of an answer: numbers, letters, LaTeX commands, signs. Spacing, \left and \right, dollars around
// mathematics and other things that only say how an answer looks are gone; signs of Unicode are as in LaTeX.
// What stands in \text{} and its like is read as the rest is; its letters are marked `upright`.
//
//   for (const AnswerToken& token : answer_tokens("\\dfrac{1}{2}").tokens) ...   // \frac { 1 } { 2 }
//
// Outside of brackets "1,234,567", "1{,}234" and "1 234" are one number, where every piece behind a comma has
// three digits. "125,216" may also be a list; `comma_lists` reads it so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct AnswerToken {
  enum class Kind : uint8_t { number, letters, command, sign, end };
  Kind kind = Kind::end;
  std::string text;      // digits, letters, command without backslash, one sign
  bool spaced = true;    // white space in front
  bool upright = false;  // letters from \text{}
};

struct AnswerTokens {
  bool readable = false;  // not too long
  bool ambiguous_comma = false;
  std::vector<AnswerToken> tokens;  // the last one has kind `end`
};

bool is_whole_number(std::string_view digits);  // at least one digit, and nothing else
bool is_small_word(std::string_view lower);     // of two letters: "no", "at"

constexpr size_t kLongestAnswer = 4096;  // bytes

AnswerTokens answer_tokens(std::string_view text, bool comma_lists = false);

// The text with these tokens for a comparison of texts: words without case and without \text and its like; no
// white space, no braces around a single sign, no dot at the end. Names of one letter and units keep their
// case. Answers with the same plain text are the same answer.
std::string plain_answer(std::string_view text, const AnswerTokens& read);

}  // namespace gradus
