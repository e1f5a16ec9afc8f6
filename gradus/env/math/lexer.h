// Symbols of the text format of problems and solutions: single letters, the words "mod" and "answer", numbers
// without sign or leading zero, and the signs + - * = ; ?
//
//   Lexer lexer("b = a + 13");
//   while (auto symbol = lexer.next()) ...   // name b, sign =, name a, sign +, number 13
//
// Anything else is a symbol of kind `bad`; nothing is allocated.
#pragma once

#include <optional>
#include <string_view>

namespace gradus::math {

struct Lexeme {
  enum class Kind { name, word, number, sign, bad };
  Kind kind = Kind::bad;
  char letter = 0;  // of a name or a sign; the first one of a word
  int number = 0;
  std::string_view text;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  std::optional<Lexeme> next();  // empty: the text is at its end

 private:
  Lexeme take(Lexeme::Kind kind, size_t length);

  std::string_view text_;
};

}  // namespace gradus::math
