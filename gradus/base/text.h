// UTF-8 text as Python's str methods see it, because the published rewards that read model-written text were
// written with them and their numbers depend on the details:
//
//   trim(text)                  str.strip()         Unicode white space, and U+001C..U+001F
//   words_of(text)              str.split()         runs of that white space between words
//   pieces_between(text, sep)   str.split(sep)      "a,,b" has three pieces, "" has one
//   count_of(text, part)        str.count(part)     occurrences that do not overlap
//   lower_case(text)            str.lower()         Unicode; final sigma next to Greek letters only
//   round_to_hundredths(x)      round(x, 2)         the exact binary value, halves to even
//   for (std::string_view word : words_of(" one  two ")) ...
//
// Every function takes time linear in the text and no recursion: the text is hostile. A byte that is no UTF-8
// stands for itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CodePoint {
  uint32_t value = 0;  // of a byte that is no UTF-8: 0x110000 + byte
  uint8_t bytes = 0;
};

CodePoint code_point_at(std::string_view text, size_t at);  // text.size() > at
void append_code_point(std::string& text, uint32_t value);  // surrogates too, three bytes each

bool is_space(uint32_t code_point);  // str.isspace() of one character, and \s of a regular expression
bool is_digit(uint32_t code_point);  // \d: the decimal digits of every script

// The first place at or after `at` that is not white space (\s*), or text.size().
size_t skip_space(std::string_view text, size_t at);

// With U+FFFD for what is no UTF-8 (surrogates are not): as JSON can hold it.
std::string readable(std::string_view text);

// Its start, at most so many bytes, that cuts no character in two.
std::string_view start_of(std::string_view text, size_t bytes);

std::string_view trim(std::string_view text);
std::vector<std::string_view> words_of(std::string_view text);
size_t count_words(std::string_view text);
std::vector<std::string_view> pieces_between(std::string_view text, std::string_view separator);
size_t count_of(std::string_view text, std::string_view part);
std::string lower_case(std::string_view text);

// Does `text` hold `lower` (ASCII, lower case) at `at`, whatever its case? As re.IGNORECASE has it: the long
// s, the Kelvin sign and the dotted and dotless i count as s, k and i. Gives the bytes matched, 0 for none.
size_t matches_ignoring_case(std::string_view text, size_t at, std::string_view lower);

double round_to_hundredths(double value);

}  // namespace gradus
