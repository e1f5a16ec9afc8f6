#include <algorithm>
#include <array>

#include "gradus/reward/answer/parser.h"

namespace gradus {

namespace {

// Of whole numbers without zeros in front.
bool is_less(std::string_view a, std::string_view b) {
  return a.size() < b.size() || (a.size() == b.size() && a < b);
}

}  // namespace

// Sums and products.

uint32_t AnswerParser::sum() {
  const Level level(depth_);
  uint32_t out;
  if (take(command("pm") || command("mp"))) {
    out = add(Kind::plus_minus, {term()});
  } else if (take(sign("-"))) {
    out = add(Kind::negative, {term()});
  } else {
    take(sign("+"));
    out = term();
  }
  std::vector<uint32_t> parts = {out};
  const auto gathered = [&] { return parts.size() == 1 ? parts[0] : add(Kind::sum, parts); };
  for (;;) {
    if (take(sign("+"))) {
      parts.push_back(term());
    } else if (take(sign("-"))) {
      parts.push_back(add(Kind::negative, {term()}));
    } else if (take(command("pm") || command("mp"))) {
      const uint32_t left = gathered();
      parts = {add(Kind::plus_minus, {left, term()})};
    } else {
      return gathered();
    }
  }
}

// Does a factor begin here without a sign in front of it?
bool AnswerParser::begins_factor(uint32_t left) {
  const Kind kind = node(left).kind;
  if (kind == Kind::word || kind == Kind::bracketed || kind == Kind::set || kind == Kind::matrix)
    return false;
  const Token& token = now();
  switch (token.kind) {
    case Token::Kind::number:
      return kind != Kind::number;
    case Token::Kind::letters:
      return token.text != "or" && token.text != "and" && !word_here() && !unit_here() && !small_word_here();
    case Token::Kind::sign:
      return (token.text == "(" && !modulus_follows()) || token.text == "{" ||
             (token.text == "|" && bars_ == 0 && !conditions_);
    case Token::Kind::command: {
      constexpr std::array<View, 25> kFactors = {
          "frac",    "sqrt",    "binom", "lfloor", "lceil", "infty", "begin",          "gcd",
          "max",     "min",     "det",   "lcm",    "vec",   "bar",   "overline",       "hat",
          "tilde",   "widehat", "dot",   "ell",    "hbar",  "imath", "overrightarrow", "mathcal",
          "mathfrak"};
      return is_greek_name(token.text) || is_function_name(token.text) ||
             std::find(kFactors.begin(), kFactors.end(), token.text) != kFactors.end();
    }
    case Token::Kind::end:
      break;
  }
  return false;
}

uint32_t AnswerParser::term() {
  const Level level(depth_);
  uint32_t left = unary();
  const auto is_set_name = [&](uint32_t index) {
    if (node(index).kind == Kind::name && node(index).text.starts_with("vec ")) return true;
    return node(index).kind == Kind::name && node(index).text.size() == 1 && node(index).text[0] >= 'A' &&
           node(index).text[0] <= 'Z';
  };
  for (;;) {
    const bool crossed = command("times");
    if (take(sign("*") || command("cdot") || crossed)) {
      const uint32_t right = unary();
      // A product of sets or vectors has an order.
      if (crossed && is_set_name(left) && is_set_name(right)) throw UnreadableAnswer{};
      left = add(Kind::product, {left, right});
    } else if (sign("/") && ahead().kind == Token::Kind::letters && unit_at(at_ + 1)) {
      return left;  // a unit: "m/s"
    } else if (take(sign("/") || command("div"))) {
      left = add(Kind::quotient, {left, unary()});
    } else if (command("bmod")) {
      if (congruent_ || is_residue(left)) return left;  // its modulus follows
      ++at_;
      left = add(Kind::call, {left, unary()}, "mod");
    } else if (const uint32_t mixed = mixed_number(left)) {
      left = mixed;
    } else if (begins_factor(left)) {
      left = add(Kind::product, {left, power()});
    } else {
      return left;
    }
  }
}

// "2 \bmod 5" is a class, "17 \bmod 5" the number 2: is `left` less than a number alone behind \bmod?
bool AnswerParser::is_residue(uint32_t left) {
  const bool bracket = is_sign(ahead(), "("), braces = is_sign(ahead(), "{");
  const size_t place = bracket || braces ? 2 : 1;
  const Token& modulus = ahead(place);
  const Token& behind = ahead(place + 1);
  if (modulus.kind != Token::Kind::number || !is_whole_number(modulus.text)) return false;
  if (bracket || braces ? !is_sign(behind, bracket ? ")" : "}")
                        : is_sign(behind, "^") || is_sign(behind, "!"))
    return false;
  const AnswerNode& number = node(left);
  return number.kind == Kind::number && is_whole_number(number.text) && is_less(number.text, modulus.text);
}

uint32_t AnswerParser::unary() {
  if (take(sign("-"))) {
    const Level level(depth_);
    return add(Kind::negative, {unary()});
  }
  take(sign("+"));
  return power();
}

// "1 1/2" and "1\frac{1}{2}": the sum; 0 where the number at `left` is followed by something else.
uint32_t AnswerParser::mixed_number(uint32_t left) {
  if (node(left).kind != Kind::number || !is_whole_number(node(left).text)) return 0;
  const bool plain = now().kind == Token::Kind::number && is_whole_number(now().text) &&
                     is_sign(ahead(), "/") && ahead(2).kind == Token::Kind::number &&
                     is_whole_number(ahead(2).text);
  if (plain) {
    const uint32_t above = whole(now().text), below = whole(ahead(2).text);
    at_ += 3;
    return add(Kind::sum, {left, add(Kind::quotient, {above, below})});
  }
  if (!command("frac")) return 0;
  const uint32_t fraction = power();
  const AnswerNode made = node(fraction);
  const auto digits = [&](size_t i) { return made.kind == Kind::quotient ? node(made.children[i]) : made; };
  const bool proper = made.kind == Kind::quotient && digits(0).kind == Kind::number &&
                      digits(1).kind == Kind::number && is_whole_number(digits(0).text) &&
                      is_whole_number(digits(1).text) && is_less(digits(0).text, digits(1).text);
  return add(proper ? Kind::sum : Kind::product, {left, fraction});
}

// Powers and what stands behind a factor.

uint32_t AnswerParser::power() {
  const Level level(depth_);
  const size_t start = at_;
  uint32_t out = primary();
  for (;;) {
    const bool number = node(out).kind == Kind::number;
    if (degrees_follow() || (number && sign("^") && is(ahead(), Token::Kind::letters, "o"))) {
      out = degrees(out, start);
    } else if (number && sign("^") && is_sign(ahead(), "{") && is_ordinal(ahead(2))) {
      at_ += 3;
      expect(sign("}"));
    } else if (take(sign("^"))) {
      out = add(Kind::power, {out, exponent()});
    } else if (take(sign("%"))) {
      out = add(Kind::quotient, {out, whole("100")});
    } else if (sign("!") && !is_sign(ahead(), "=")) {
      ++at_;
      out = add(Kind::call, {out}, "factorial");
    } else {
      return out;
    }
  }
}

// "th" of "5^{\text{th}}".
bool AnswerParser::is_ordinal(const Token& token) {
  return token.kind == Token::Kind::letters &&
         (token.text == "th" || token.text == "st" || token.text == "nd" || token.text == "rd");
}

bool AnswerParser::degrees_follow() const {
  return command("degree") || (sign("^") && (is_command(ahead(), "circ") || is_command(ahead(), "degree") ||
                                             (is_sign(ahead(), "{") && is_command(ahead(2), "circ"))));
}

// What is alone on its side is measured in degrees; inside an expression they are radians, or plain numbers
// in the other reading.
uint32_t AnswerParser::degrees(uint32_t of, size_t start) {
  at_ += command("degree") ? 1 : is_sign(ahead(), "{") ? 4 : 2;
  const bool alone = start == side_start_ || (start == side_start_ + 1 && is_sign(tokens_[side_start_], "-"));
  if (arguments_ == 0 && alone) {
    if (letters() && (now().text == "C" || now().text == "F") && boundary_at(ahead())) {
      const bool celsius = now().text == "C";
      ++at_;
      return add(Kind::measured, {of}, celsius ? "celsius" : "fahrenheit");
    }
    if (boundary() || now().upright) return add(Kind::measured, {of}, "degree");
  }
  if (arguments_ == 0) {
    tree_.ambiguous_degree = true;
    if (other_reading_) return of;
  }
  return add(Kind::quotient, {add(Kind::product, {of, add(Kind::name, {}, "pi")}), whole("180")});
}

uint32_t AnswerParser::exponent() {
  const Level level(depth_);
  if (take(sign("-"))) return add(Kind::negative, {exponent()});
  const uint32_t out = primary();
  return take(sign("^")) ? add(Kind::power, {out, exponent()}) : out;
}

uint32_t AnswerParser::primary() {
  const Level level(depth_);
  const Token token = now();
  switch (token.kind) {
    case Token::Kind::number:
      return number();
    case Token::Kind::letters:
      return letters_primary();
    case Token::Kind::command:
      return command_primary(token.text);
    case Token::Kind::sign:
      if (token.text == "(" || token.text == "[" || token.text == "]") return bracket();
      if (token.text == "{") return group();
      if (token.text == "|") return bars();
      break;
    case Token::Kind::end:
      break;
  }
  throw UnreadableAnswer{};
}

uint32_t AnswerParser::number() {
  std::string digits = now().text;
  ++at_;
  size_t repeating = 0;
  if (command("overline") && is_sign(ahead(), "{") && is_whole_number(ahead(2).text) &&
      is_sign(ahead(3), "}") && digits.find('.') != std::string::npos) {
    digits += ahead(2).text;
    repeating = ahead(2).text.size();
    at_ += 4;
  }
  const uint32_t out = whole(digits);
  node(out).repeating = repeating;
  if (!sign("_") || !is_whole_number(digits)) return out;
  const int base = base_behind();
  const auto is_digit = [&](char c) { return c - '0' < base; };
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) throw UnreadableAnswer{};  // "129_2"
  node(out).base = base;
  return out;
}

int AnswerParser::base_behind() {
  ++at_;
  const bool braced = take(sign("{"));
  const std::string digits = now().text;
  if (now().kind != Token::Kind::number || !is_whole_number(digits) || digits.size() > 2)
    throw UnreadableAnswer{};
  ++at_;
  if (braced) expect(sign("}"));
  const int base = std::stoi(digits);
  if (base < 2 || base > 36) throw UnreadableAnswer{};
  return base;
}

// Brackets.

std::vector<uint32_t> AnswerParser::elements(const std::vector<std::pair<Token::Kind, View>>& closers,
                                             std::string& closer) {
  const Level level(depth_);
  const auto closes = [&] {
    return std::any_of(closers.begin(), closers.end(),
                       [&](const auto& one) { return is(now(), one.first, one.second); });
  };
  const int outer_bars = std::exchange(bars_, 0);
  const size_t outer_side = side_start_;
  const bool outer_conditions = std::exchange(conditions_, false);
  std::vector<uint32_t> out;
  std::string kind = ",";
  if (!closes()) {
    out.push_back(relation());
    while (separator(kind)) out.push_back(relation());
  }
  if (!closes()) throw UnreadableAnswer{};
  for (const uint32_t element : out) {
    if (node(element).text == "pending" && node(element).kind == Kind::congruence) throw UnreadableAnswer{};
  }
  closer = now().text;
  ++at_;
  bars_ = outer_bars;
  conditions_ = outer_conditions;
  side_start_ = outer_side;
  return out;
}

uint32_t AnswerParser::bracket() {
  const Token opener = now();
  ++at_;
  std::string closer;
  std::vector<std::pair<Token::Kind, View>> closers = {{Token::Kind::sign, ")"}, {Token::Kind::sign, "]"}};
  if (opener.text != "(") closers.push_back({Token::Kind::sign, "["});
  std::vector<uint32_t> inside = elements(closers, closer);
  const bool plain = (opener.text == "(" && closer == ")") || (opener.text == "[" && closer == "]");
  if (inside.size() == 1 && plain) return inside[0];
  const char open = opener.text == "]" ? '(' : opener.text[0], close = closer == "[" ? ')' : closer[0];
  return add(Kind::bracketed, std::move(inside), std::string{open, ',', close});
}

// Braces without a backslash; "{1 \over 2}" is a fraction.
uint32_t AnswerParser::group() {
  ++at_;
  if (sign("}")) {
    ++at_;
    return add(Kind::set);
  }
  std::string closer;
  std::vector<uint32_t> inside = elements(
      {{Token::Kind::sign, "}"}, {Token::Kind::command, "over"}, {Token::Kind::command, "choose"}}, closer);
  if (closer == "}") return inside.size() == 1 ? inside[0] : add(Kind::set, std::move(inside));
  if (inside.size() != 1) throw UnreadableAnswer{};
  const uint32_t below = sum();
  expect(sign("}"));
  return closer == "over" ? add(Kind::quotient, {inside[0], below})
                          : add(Kind::call, {inside[0], below}, "binom");
}

uint32_t AnswerParser::bars() {
  ++at_;
  ++bars_;
  const uint32_t inside = sum();
  --bars_;
  expect(sign("|"));
  return add(Kind::call, {inside}, node(inside).kind == Kind::matrix ? "det" : "abs");
}

uint32_t AnswerParser::matrix() {
  const Level level(depth_);
  const std::string kind = subscript();
  constexpr std::array<View, 7> kMatrices = {"matrix",  "pmatrix",     "bmatrix", "Bmatrix",
                                             "vmatrix", "smallmatrix", "array"};
  if (std::find(kMatrices.begin(), kMatrices.end(), kind) == kMatrices.end()) throw UnreadableAnswer{};
  if (kind == "array" && sign("{")) subscript();
  std::vector<uint32_t> rows, cells;
  const int outer_bars = std::exchange(bars_, 0);
  const auto end_row = [&] { rows.push_back(add(Kind::bracketed, std::exchange(cells, {}), "row")); };
  while (!command("end")) {
    cells.push_back(sum());
    if (take(sign("&"))) continue;
    end_row();
    if (!take(command("\\"))) break;
    while (take(command("hline"))) {
    }
  }
  bars_ = outer_bars;
  expect(command("end"));
  subscript();
  const uint32_t out = add(Kind::matrix, std::move(rows));
  return kind == "vmatrix" ? add(Kind::call, {out}, "det") : out;
}

uint32_t AnswerParser::fraction() {
  if (const std::string named = derivative(); !named.empty()) return add(Kind::name, {}, named);
  const uint32_t above = fraction_part();
  return add(Kind::quotient, {above, fraction_part()});
}

// An argument of \frac without braces is one digit or letter.
uint32_t AnswerParser::fraction_part() {
  Token& token = now();
  const bool several =
      (token.kind == Token::Kind::number || token.kind == Token::Kind::letters) && token.text.size() > 1;
  if (!several) return primary();
  const std::string first = token.text.substr(0, 1);
  const Token::Kind kind = token.kind;
  token.text.erase(0, 1);
  return add(kind == Token::Kind::number ? Kind::number : Kind::name, {}, first);
}

uint32_t AnswerParser::root() {
  std::optional<uint32_t> degree;
  if (take(sign("["))) {
    degree = sum();
    expect(sign("]"));
  }
  std::vector<uint32_t> arguments = {primary()};
  if (degree) arguments.push_back(*degree);
  return add(Kind::call, arguments, "sqrt");
}

}  // namespace gradus
