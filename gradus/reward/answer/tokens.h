// Tokens of an answer: numbers, letters and words, LaTeX commands, signs. Spacing, \left and \right, dollars
// and other things that only say how an answer looks are gone; signs of Unicode are as in ASCII or LaTeX.
// Outside of brackets "1,234,567" and "1{,}234" are one number, where every piece behind a comma has three
// digits.
//
//   for (const AnswerToken& token : answer_tokens("\\dfrac{1}{2}")) ...   // \frac { 1 } { 2 }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct AnswerToken {
  enum class Kind : uint8_t { number, letters, command, text, sign, end };
  Kind kind = Kind::end;
  std::string text;    // digits, letters, command without backslash, what \text{} holds, one sign
  bool spaced = true;  // white space in front
};

bool is_whole_number(std::string_view digits);  // at least one digit, and nothing else

constexpr size_t kLongestAnswer = 4096;  // bytes

// None where the text is too long or holds a byte that is no part of an answer.
std::optional<std::vector<AnswerToken>> answer_tokens(std::string_view text);

// The text for a comparison of texts: without \text and its like, dollars, \left, \right, white space and a
// dot at the end; in lower case.
std::string plain_answer(std::string_view text);

}  // namespace gradus
