#include <algorithm>
#include <array>
#include <map>

#include "gradus/base/text.h"
#include "gradus/reward/answer/parser.h"
#include "gradus/reward/answer/units.h"

namespace gradus {

namespace {

constexpr std::array<std::string_view, 22> kFunctions = {
    "sin", "cos",  "tan",  "sec",  "csc", "cot",  "arcsin", "arccos", "arctan", "log", "ln",
    "exp", "sinh", "cosh", "tanh", "lg",  "sqrt", "asin",   "acos",   "atan",   "abs", "arccot"};
// f^{-1} of these is the inverse function; of others ("\log^{-1} x") it is a power.
constexpr std::array<std::string_view, 9> kWithInverse = {"sin", "cos",  "tan",  "sec", "csc",
                                                          "cot", "sinh", "cosh", "tanh"};
constexpr std::array<std::string_view, 5> kOfSeveral = {"gcd", "lcm", "max", "min", "det"};
constexpr std::array<std::string_view, 38> kGreek = {
    "alpha",    "beta",   "gamma",   "delta", "epsilon", "varepsilon", "zeta", "eta",   "theta",  "vartheta",
    "iota",     "kappa",  "lambda",  "mu",    "nu",      "xi",         "pi",   "rho",   "varrho", "sigma",
    "varsigma", "tau",    "upsilon", "phi",   "varphi",  "chi",        "psi",  "omega", "Gamma",  "Delta",
    "Theta",    "Lambda", "Xi",      "Pi",    "Sigma",   "Phi",        "Psi",  "Omega"};
constexpr std::array<std::string_view, 7> kDecorations = {"vec",   "bar",     "overline",      "hat",
                                                          "tilde", "widehat", "overrightarrow"};
constexpr std::array<std::string_view, 6> kProducts = {"abc", "xyz", "pqr", "mnp", "rst", "uvw"};
// Words that make what they stand behind more than a number with a unit.
constexpr std::array<std::string_view, 52> kClauses = {
    "if",     "when",   "where", "whenever", "for",    "at",        "with",   "is",    "are",
    "be",     "was",    "mod",   "then",     "else",   "otherwise", "unless", "such",  "that",
    "as",     "let",    "given", "because",  "since",  "so",        "or",     "and",   "not",
    "than",   "to",     "from",  "between",  "except", "but",       "all",    "each",  "some",
    "any",    "exists", "every", "only",     "iff",    "implies",   "true",   "false", "without",
    "modulo", "until",  "while", "does",     "has",    "no",        "on"};

template <class List>
bool among(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// "sinx": a function of one letter.
std::string_view function_in_front(std::string_view run) {
  for (const std::string_view function : {"sin", "cos", "tan", "log", "ln"}) {
    if (run.size() == function.size() + 1 && run.starts_with(function)) return function;
  }
  return "";
}

}  // namespace

bool is_function_name(std::string_view name) {
  return among(kFunctions, name);
}

bool is_greek_name(std::string_view name) {
  return among(kGreek, name);
}

bool is_product_run(std::string_view letters) {
  if (letters == "HT" || letters == "TH") return false;  // tosses of a coin, in their order
  if (letters.size() <= 2 || among(kProducts, letters)) return true;
  if (letters.size() > 4 || is_unit(letters) || letters == "nth") return false;
  const std::string_view consonants = letters.starts_with("ab") ? letters.substr(2) : letters;
  std::string seen;
  for (const char c : letters) {
    if (c < 'a' || c > 'z' || seen.find(c) != std::string::npos) return false;
    seen += c;
  }
  const bool y = consonants.find('y') != std::string_view::npos;
  return consonants.find_first_of("aeiou") == std::string_view::npos &&
         (!y || letters.find_first_of("xzab") != std::string_view::npos);
}

// Letters that are functions: always in front of a bracket, which holds several things or one simple one.
void AnswerParser::find_functions() {
  struct Uses {
    bool applied = false, alone = false, simple = false;
  };
  std::map<std::string, Uses> uses;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.kind == Token::Kind::letters && token.text.size() > 1) {
      for (const char letter : token.text) uses[std::string(1, letter)].alone = true;
      continue;
    }
    if (token.kind != Token::Kind::letters &&
        !(token.kind == Token::Kind::command && is_greek_name(token.text)))
      continue;
    size_t open = i + 1;
    const auto skip = [&](std::string_view sign) {
      if (open + 1 < tokens_.size() && is_sign(tokens_[open], sign)) return ++open, true;
      return false;
    };
    while (skip("'")) {
    }
    if (skip("_")) ++open;
    if (open + 4 < tokens_.size() && is_sign(tokens_[open], "^") && is_sign(tokens_[open + 1], "{") &&
        is_sign(tokens_[open + 2], "-") && tokens_[open + 3].text == "1" && is_sign(tokens_[open + 4], "}")) {
      open += 5;
    }
    Uses& use = uses[token.text];
    if (open >= tokens_.size() || !is_sign(tokens_[open], "(")) {
      use.alone = true;
      continue;
    }
    use.applied = true;
    const bool start = i == 0 || is_sign(tokens_[i - 1], "=") || is_sign(tokens_[i - 1], ",");
    use.simple = use.simple || simple_argument(open, start);
  }
  for (const auto& [name, use] : uses) {
    const bool constant = name == "e" || name == "i" || name == "pi";
    if (use.applied && !use.alone && !constant && (use.simple || name == "f" || name == "F"))
      functions_.insert(name);
  }
}

// "(x)", "(2020, 1993)"; "(2)" at the start of a side.
bool AnswerParser::simple_argument(size_t open, bool start) const {
  int depth = 0;
  size_t close = open;
  bool several = false;
  // "(2020, 1993)", "(X = 1)", "(A \\cap B)"
  const auto divides = [](const Token& token) {
    return token.kind == Token::Kind::sign
               ? token.text == "," || token.text == "=" || token.text == "<" || token.text == ">"
               : is_command(token, "cap") || is_command(token, "cup") || is_command(token, "le") ||
                     is_command(token, "ge");
  };
  for (; close < tokens_.size(); ++close) {
    if (is_sign(tokens_[close], "(")) ++depth;
    if (is_sign(tokens_[close], ")") && --depth == 0) break;
    several = several || (depth == 1 && divides(tokens_[close]));
  }
  if (several) return true;
  const size_t first = open + 1 + (is_sign(tokens_[std::min(open + 1, tokens_.size() - 1)], "-") ? 1 : 0);
  if (close != first + 1) return false;
  const Token& only = tokens_[first];
  return (only.kind == Token::Kind::letters && only.text.size() == 1) ||
         (only.kind == Token::Kind::command && is_greek_name(only.text)) ||
         (only.kind == Token::Kind::number && start);
}

// What ends a side of a relation or an element.
bool AnswerParser::boundary_at(const Token& token) const {
  constexpr std::array<View, 12> kSigns = {",", ";", ")", "]", "}", "=", "<", ">", ":", "&", "$", "["};
  constexpr std::array<View, 14> kCommands = {"le",  "ge",       "ne", "in",  "equiv", "approx", "}",
                                              "cup", "setminus", "\\", "end", "mid",   "pmod",   "cap"};
  switch (token.kind) {
    case Token::Kind::end:
      return true;
    case Token::Kind::letters:
      return token.text == "or" || token.text == "and";
    case Token::Kind::sign:
      return among(kSigns, token.text) || (token.text == "|" && (bars_ > 0 || conditions_));
    default:
      return among(kCommands, token.text);
  }
}

bool AnswerParser::boundary() const {
  return boundary_at(now());
}

// A run of letters that is no product of variables.
bool AnswerParser::word_here() const {
  if (!letters() || now().text.size() == 1) return false;
  const std::string& run = now().text;
  if (run == "or" || run == "and" || is_function_name(run) || !function_in_front(run).empty() ||
      run == "pi" || run == "infinity" || run == "inf")
    return false;
  if (among(kOfSeveral, run)) return false;
  return now().upright || !is_product_run(run);
}

// "at" in "12 at t = 0", "no" alone: between operands, not between signs.
bool AnswerParser::small_word_here() const {
  if (!letters() || !is_small_word(lower_case(now().text))) return false;
  const auto operand = [](const Token& token) {
    return token.kind == Token::Kind::number || token.kind == Token::Kind::letters ||
           token.kind == Token::Kind::command;
  };
  if (at_ == 0 && ahead().kind == Token::Kind::end) return true;
  const bool opens = at_ == 0 || is_sign(tokens_[at_ - 1], "(") || is_sign(tokens_[at_ - 1], ",");
  const bool follows =
      at_ > 0 && now().spaced &&
      (operand(tokens_[at_ - 1]) || is_sign(tokens_[at_ - 1], ")") || is_sign(tokens_[at_ - 1], "}"));
  return (opens || follows) && ahead().spaced && (operand(ahead()) || is_sign(ahead(), "("));
}

// Letters at `place` that are a unit behind a number.
bool AnswerParser::unit_at(size_t place) const {
  const Token& token = tokens_[place];
  if (token.kind != Token::Kind::letters || token.text == "or" || token.text == "and") return false;
  if (token.upright) return token.text.size() > 1 || (token.text != "e" && token.text != "i");
  if (token.text.size() == 1 || !is_unit(token.text)) return false;
  if (token.text.size() > 2) return true;
  const Token& next = tokens_[std::min(place + 1, tokens_.size() - 1)];
  const bool behind =
      place > 0 && (tokens_[place - 1].kind == Token::Kind::number || is_sign(tokens_[place - 1], "}") ||
                    is_sign(tokens_[place - 1], ")") || is_sign(tokens_[place - 1], "/"));
  const bool ends = boundary_at(next) || is_sign(next, "/") || is_sign(next, "^") ||
                    next.kind == Token::Kind::letters || next.kind == Token::Kind::number;
  return behind && ends && (!is_prefixed(token.text) || token.spaced);
}

// "5 m": one letter behind a number and white space, and nothing else behind it.
bool AnswerParser::letter_unit_at(size_t place) const {
  const Token& token = tokens_[place];
  if (token.kind != Token::Kind::letters || token.text.size() != 1 || !token.spaced || place == 0)
    return false;
  if (tokens_[place - 1].kind != Token::Kind::number || View("mgshlLNJWV").find(token.text) == View::npos)
    return false;
  size_t behind = place + 1;
  const auto more = [&] { return behind + 1 < tokens_.size(); };
  while (more() && !boundary_at(tokens_[behind])) {
    const Token& next = tokens_[behind];
    const bool part = is_sign(next, "/") || (next.kind == Token::Kind::letters && is_unit(next.text)) ||
                      (is_sign(next, "^") && tokens_[behind + 1].kind == Token::Kind::number);
    if (!part) return false;
    behind += is_sign(next, "^") ? 2 : 1;
  }
  return true;
}

bool AnswerParser::unit_here() {
  if (unit_at(at_)) return true;
  if (!letter_unit_at(at_)) return false;
  tree_.ambiguous_letter = true;
  return other_reading_;
}

uint32_t AnswerParser::letters_primary() {
  const std::string run = now().text;
  if (is_function_name(run)) {
    ++at_;
    return call(run);
  }
  if (among(kOfSeveral, run)) {
    ++at_;
    return call_of_several(run);
  }
  if (run == "pi" || run == "infinity" || run == "inf") {
    ++at_;
    return add(Kind::name, {}, run == "inf" ? "infinity" : run);
  }
  if (const View function = function_in_front(run); !function.empty()) {
    now().text = run.substr(function.size());
    now().spaced = false;
    return call(std::string(function));
  }
  if (word_here() || small_word_here()) return phrase();
  if (run.size() == 2 && run[0] == 'd' && is_sign(ahead(), "/") && ahead(2).text.size() == 2 &&
      ahead(2).kind == Token::Kind::letters && ahead(2).text[0] == 'd') {
    at_ += 3;
    return add(Kind::name, {}, "derivative " + run + "/" + tokens_[at_ - 1].text);
  }
  if (run.size() > 1) {
    now().text = run.substr(1);
    now().spaced = false;
  } else {
    ++at_;
  }
  return name(run.substr(0, 1));
}

// Words in a row.
uint32_t AnswerParser::phrase() {
  std::string text;
  for (; letters(); ++at_) {
    const std::string word = lower_case(now().text);
    if (word == "or" || word == "and") break;
    text += word;
  }
  if (text.empty()) throw UnreadableAnswer{};
  if (text == "allrealnumbers" || text == "allreals" || text == "realnumbers" || text == "allreal")
    return add(Kind::name, {}, "mathbb R");
  return add(Kind::word, {}, text);
}

// With its subscript and primes; an application where it is a function.
uint32_t AnswerParser::name(std::string text) {
  const bool function = functions_.count(text) != 0;
  while (take(sign("'"))) text += "'";
  if (sign("_")) {
    ++at_;
    text += "_" + subscript();
  }
  if (!function) return add(Kind::name, {}, text);
  if (sign("^") && is_sign(ahead(), "{")) {
    at_ += 5;
    text += "^-1";
  }
  expect(sign("("));
  std::string closer;
  std::vector<uint32_t> arguments = elements({{Token::Kind::sign, ")"}}, closer);
  return add(Kind::application, std::move(arguments), text);
}

std::string AnswerParser::subscript() {
  if (!take(sign("{"))) {
    const std::string text = now().text;
    if (at_end() || text.size() > 8) throw UnreadableAnswer{};
    ++at_;
    return text;
  }
  std::string out;
  int depth = 0;
  while (depth > 0 || !sign("}")) {
    if (at_end() || out.size() > 64) throw UnreadableAnswer{};
    depth += sign("{") ? 1 : sign("}") ? -1 : 0;
    out += now().text;
    ++at_;
  }
  ++at_;
  return out;
}

uint32_t AnswerParser::command_primary(const std::string& text) {
  if (text == "{") return set();
  ++at_;
  if (text == "frac") return fraction();
  if (text == "sqrt") return root();
  if (text == "binom") {
    const uint32_t n = fraction_part();
    return add(Kind::call, {n, fraction_part()}, "binom");
  }
  if (text == "lfloor" || text == "lceil") {
    const uint32_t inside = sum();
    expect(command(text == "lfloor" ? "rfloor" : "rceil"));
    return add(Kind::call, {inside}, text == "lfloor" ? "floor" : "ceil");
  }
  if (text == "begin") return matrix();
  if (text == "emptyset") return add(Kind::set);
  if (text == "infty") return add(Kind::name, {}, "infinity");
  if (text == "reals") return add(Kind::name, {}, "mathbb R");
  if (is_function_name(text)) return call(text);
  if (among(kOfSeveral, text)) return call_of_several(text);
  if (is_greek_name(text)) return name(text);
  if (text == "ell" || text == "hbar" || text == "imath") return name(text);
  if (const std::optional<uint32_t> named = decorated(text)) return *named;
  throw UnreadableAnswer{};
}

// Names that take an argument: \vec{v}, \overline{AB}, \mathbb{R}, \angle ABC.
std::optional<uint32_t> AnswerParser::decorated(const std::string& text) {
  const bool font = text == "mathbb" || text == "mathcal" || text == "mathfrak" || text == "mathscr";
  const bool figure = text == "angle" || text == "triangle";
  if (!font && !figure && !among(kDecorations, text)) return std::nullopt;
  const std::string of = subscript();
  std::string out = text;
  out += " " + of;
  if (text == "mathbb" && (sign("^") || sign("_"))) {  // positive reals and the like
    ++at_;
    out += "_" + subscript();
  }
  return font ? add(Kind::name, {}, out) : name(out);
}

// "{dy}{dx}" behind \frac: its name, and the place is behind it; else "".
std::string AnswerParser::derivative() {
  size_t at = at_;
  const std::string above = derivative_part(at);
  if (above.empty()) return "";
  const std::string below = derivative_part(at);
  if (below.size() < 2) return "";
  if (above.size() < 2) throw UnreadableAnswer{};  // an operator
  at_ = at;
  return "derivative " + above + "/" + below;
}

std::string AnswerParser::derivative_part(size_t& at) const {
  if (at + 2 >= tokens_.size() || !is_sign(tokens_[at], "{")) return "";
  const Token& first = tokens_[at + 1];
  const Token& second = tokens_[at + 2];
  const bool partial = is_command(first, "partial");
  const bool letter = first.kind == Token::Kind::letters && first.text[0] == 'd';
  if (!partial && !letter) return "";
  if (letter && first.text.size() == 1 && !is_sign(second, "^") && !is_sign(second, "}") &&
      second.kind != Token::Kind::letters && second.kind != Token::Kind::command) {
    return "";
  }
  std::string out;
  for (size_t i = at + 1, depth = 0; i < tokens_.size(); ++i) {
    if (is_sign(tokens_[i], "{")) ++depth;
    if (is_sign(tokens_[i], "}") && depth-- == 0) {
      at = i + 1;
      return out;
    }
    if (!is_sign(tokens_[i], "{") && !is_sign(tokens_[i], "}"))
      out += partial && i == at + 1 ? "d" : tokens_[i].text;
  }
  return "";
}

// Functions.

uint32_t AnswerParser::call(const std::string& function) {
  const Level level(depth_);
  std::optional<uint32_t> raised, base;
  for (bool more = true; more;) {
    more = false;
    if (sign("^") && !raised) {
      ++at_;
      raised = exponent();
      more = true;
    } else if (sign("_") && !base) {
      ++at_;
      base = primary();
      more = true;
    }
  }
  std::vector<uint32_t> arguments = {argument()};
  if (base) arguments.push_back(*base);
  const bool inverse = raised && among(kWithInverse, function) && node(*raised).kind == Kind::negative &&
                       node(node(*raised).children[0]).text == "1";
  if (inverse) return add(Kind::call, arguments, "arc" + function);
  const uint32_t out = add(Kind::call, arguments, function);
  return raised ? add(Kind::power, {out, *raised}) : out;
}

// gcd(a, b), \max\{a, b\}, \det A.
uint32_t AnswerParser::call_of_several(const std::string& function) {
  std::string closer;
  if (function == "det") return add(Kind::call, {primary()}, function);
  const bool round = sign("(");
  if (!round && !command("{")) throw UnreadableAnswer{};
  ++at_;
  const std::pair<Token::Kind, View> end =
      round ? std::pair(Token::Kind::sign, View(")")) : std::pair(Token::Kind::command, View("}"));
  ++arguments_;
  std::vector<uint32_t> arguments = elements({end}, closer);
  --arguments_;
  if (arguments.size() < 2) throw UnreadableAnswer{};
  return add(Kind::call, std::move(arguments), function);
}

// Of a function: what is in its brackets, or all that is multiplied behind it.
uint32_t AnswerParser::argument() {
  ++arguments_;
  uint32_t out;
  if (sign("(") || sign("{") || sign("|")) {
    out = primary();
  } else {
    const bool negative = take(sign("-"));
    out = power();
    while (begins_factor(out) && !starts_function()) out = add(Kind::product, {out, power()});
    if (negative) out = add(Kind::negative, {out});
  }
  --arguments_;
  return out;
}

bool AnswerParser::starts_function() const {
  return (now().kind == Token::Kind::command || letters()) && is_function_name(now().text);
}

// Units.

std::string AnswerParser::currency() {
  if (sign("-") && is_sign(ahead(), "$")) {
    tokens_.erase(tokens_.begin() + static_cast<ptrdiff_t>(at_) + 1);
    return "dollar";
  }
  return take(sign("$")) ? "dollar" : "";
}

uint32_t AnswerParser::measured(uint32_t value, const std::string& currency) {
  value = counted(value);
  const bool sum = node(value).kind == Kind::word || node(value).kind == Kind::relation;
  std::string text;
  if (!sum && !modulus_follows() && (unit_here() || word_here() || (sign("/") && unit_at(at_ + 1))))
    text = unit();
  if (sign("$") && currency.empty() && text.empty()) {
    ++at_;
    text = "dollar";
  }
  if (!currency.empty())
    text = text.starts_with("/") || text.starts_with("per") ? currency + " " + text : currency;
  const bool negative =
      node(value).kind == Kind::negative && node(node(value).children[0]).kind == Kind::measured;
  if (negative) {  // -90 degrees
    const uint32_t inner = node(value).children[0];
    const std::string own = node(inner).text;
    const uint32_t minus = add(Kind::negative, {node(inner).children[0]});
    value = add(Kind::measured, {minus}, own);
  }
  if (text.empty()) return value;
  if (node(value).kind == Kind::measured) {
    node(value).text += " " + text;
    return value;
  }
  value = compound(value, text);
  return add(Kind::measured, {value}, text);
}

// "28 percent", "5 million".
uint32_t AnswerParser::counted(uint32_t value) {
  while (letters()) {
    const bool two = lower_case(now().text) == "per" && lower_case(ahead().text) == "cent";
    const std::optional<mpq_class> times = two ? mpq_class(1, 100) : number_word(now().text);
    if (!times) break;
    if (node(value).kind == Kind::sum || node(value).kind == Kind::word) throw UnreadableAnswer{};
    at_ += two ? 2 : 1;
    value = *times < 1 ? add(Kind::quotient, {value, whole("100")})
                       : add(Kind::product, {value, whole(times->get_num().get_str())});
  }
  return value;
}

// "2 hours 30 minutes": what is behind the first unit is added to it.
uint32_t AnswerParser::compound(uint32_t value, const std::string& unit_text) {
  const Unit first = unit_of(unit_text);
  for (;;) {
    const size_t skipped = letters() && now().text == "and" ? 1 : 0;
    const bool more = ahead(skipped).kind == Token::Kind::number && is_whole_number(ahead(skipped).text) &&
                      ahead(skipped + 1).kind == Token::Kind::letters;
    if (!more) return value;
    const Unit next = unit_of(ahead(skipped + 1).text);
    if (next.dimension != first.dimension || !is_unit(ahead(skipped + 1).text) ||
        next.factor >= first.factor) {
      if (skipped != 0) return value;
      throw UnreadableAnswer{};
    }
    const mpq_class ratio = next.factor / first.factor;
    const uint32_t count = whole(ahead(skipped).text);
    at_ += skipped + 2;
    const uint32_t factor =
        add(Kind::quotient, {whole(ratio.get_num().get_str()), whole(ratio.get_den().get_str())});
    value = add(Kind::sum, {value, add(Kind::product, {count, factor})});
  }
}

// Words of a unit with their exponents: "km per hour", "m/s^2", "square feet".
std::string AnswerParser::unit() {
  std::string out;
  int words = 0, braces = 0;
  for (;;) {
    if (letters() && (now().text == "and" || now().text == "or")) break;
    if (letters()) {
      if (++words > 6 || among(kClauses, lower_case(now().text))) throw UnreadableAnswer{};
      if (!out.empty() && out.back() != '/' && out.back() != ' ') out += ' ';
      out += now().text;
      ++at_;
      out += unit_exponent();
    } else if (sign("/") || sign("*") || command("cdot") ||
               (sign("-") && ahead().kind == Token::Kind::letters)) {
      out += sign("/") ? '/' : ' ';
      ++at_;
      if (!letters()) throw UnreadableAnswer{};
    } else if (sign(".") && words > 0) {
      ++at_;
    } else if (sign("{") && ahead().kind == Token::Kind::letters) {
      ++at_;
      ++braces;
    } else if (sign("}") && braces > 0) {
      ++at_;
      --braces;
    } else {
      break;
    }
  }
  if (words == 0) throw UnreadableAnswer{};
  return out;
}

std::string AnswerParser::unit_exponent() {
  if (now().kind == Token::Kind::number && !now().spaced && now().text.size() == 1) {
    ++at_;
    return tokens_[at_ - 1].text;
  }
  if (!take(sign("^"))) return "";
  const bool braced = take(sign("{"));
  const std::string minus = take(sign("-")) ? "-" : "";
  if (now().kind != Token::Kind::number || now().text.size() != 1) throw UnreadableAnswer{};
  const std::string digit = now().text;
  ++at_;
  if (braced) expect(sign("}"));
  return "^" + minus + digit;
}

}  // namespace gradus
