#include "gradus/env/math/lexer.h"

#include <algorithm>

#include "gradus/env/math/problem.h"

namespace gradus::math {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kSigns = "+-*=;?";

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// -1: a leading zero or more than kMaxNumber.
int number_in(std::string_view digits) {
  if (digits.size() > 1 && digits[0] == '0') return -1;
  int number = 0;
  for (const char digit : digits) {
    number = number * 10 + (digit - '0');
    if (number > kMaxNumber) return -1;
  }
  return number;
}

}  // namespace

Lexeme Lexer::take(Lexeme::Kind kind, size_t length) {
  Lexeme symbol{.kind = kind, .letter = text_[0], .text = text_.substr(0, length)};
  text_.remove_prefix(length);
  return symbol;
}

std::optional<Lexeme> Lexer::next() {
  text_.remove_prefix(std::min(text_.find_first_not_of(kBlanks), text_.size()));
  if (text_.empty()) return std::nullopt;
  const auto run = [this](auto belongs) {
    return static_cast<size_t>(std::find_if_not(text_.begin(), text_.end(), belongs) - text_.begin());
  };
  if (is_digit(text_[0])) {
    Lexeme symbol = take(Lexeme::Kind::number, run(is_digit));
    symbol.number = number_in(symbol.text);
    if (symbol.number < 0) symbol.kind = Lexeme::Kind::bad;
    return symbol;
  }
  if (is_letter(text_[0])) {
    const size_t length = run(is_letter);
    return take(length == 1 ? Lexeme::Kind::name : Lexeme::Kind::word, length);
  }
  const bool known = kSigns.find(text_[0]) != std::string_view::npos;
  return take(known ? Lexeme::Kind::sign : Lexeme::Kind::bad, 1);
}

}  // namespace gradus::math
