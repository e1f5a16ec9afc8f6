#include "gradus/reward/answer/syntax.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gradus/base/text.h"
#include "gradus/reward/answer/tokens.h"
#include "gradus/reward/answer/units.h"

namespace gradus {

namespace {

using Kind = AnswerNode::Kind;
using Token = AnswerToken;
using View = std::string_view;

constexpr size_t kMostNodes = 4096;
constexpr int kDeepest = 400;  // functions of the parser within each other: about 48 brackets
constexpr uint32_t kTallest = 256;

constexpr std::array<View, 22> kFunctions = {
    "sin", "cos",  "tan",  "sec",  "csc", "cot",  "arcsin", "arccos", "arctan", "log", "ln",
    "exp", "sinh", "cosh", "tanh", "lg",  "sqrt", "asin",   "acos",   "atan",   "abs", "arccot"};
constexpr std::array<View, 6> kSums = {"abc", "xyz", "pqr", "mnp", "rst", "uvw"};  // runs of variables

struct Unreadable {};  // never leaves this file

bool is_function(View name) {
  return std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  AnswerTree run() {
    tree_.root = answer();
    read_unit();
    if (now().kind != Token::Kind::end) throw Unreadable{};
    return std::move(tree_);
  }

 private:
  class Level {
   public:
    explicit Level(int& depth) : depth_(depth) {
      if (++depth_ > kDeepest) throw Unreadable{};
    }
    ~Level() { --depth_; }

   private:
    int& depth_;
  };

  Token& now() { return tokens_[at_]; }
  const Token& next(size_t ahead = 1) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  static bool is(const Token& token, Token::Kind kind, View text) {
    return token.kind == kind && token.text == text;
  }
  bool sign(View text) { return is(now(), Token::Kind::sign, text); }
  bool command(View text) { return is(now(), Token::Kind::command, text); }

  bool take(bool there) {
    if (there && at_ + 1 < tokens_.size()) ++at_;
    return there;
  }
  void expect(bool there) {
    if (!take(there)) throw Unreadable{};
  }

  uint32_t add(Kind kind, std::vector<uint32_t> children = {}, std::string text = "") {
    uint32_t height = 1;
    for (const uint32_t child : children) height = std::max(height, heights_[child] + 1);
    if (tree_.nodes.size() >= kMostNodes || height > kTallest) throw Unreadable{};
    heights_.push_back(height);
    tree_.nodes.push_back({.kind = kind, .text = std::move(text), .children = std::move(children)});
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }
  uint32_t whole(const std::string& digits) { return add(Kind::number, {}, digits); }
  AnswerNode& node(uint32_t index) { return tree_.nodes[index]; }

  // Lists and relations.

  bool separator() {
    const Token& token = now();
    const bool word = token.kind == Token::Kind::text || token.kind == Token::Kind::letters;
    return take(sign(",") || sign(";")) || take(word && (token.text == "or" || token.text == "and"));
  }

  uint32_t answer() {
    std::vector<uint32_t> elements = {relation()};
    while (separator()) {
      while (separator()) {
      }
      elements.push_back(relation());
    }
    return elements.size() == 1 ? elements[0] : add(Kind::list, elements);
  }

  char relation_sign() {
    constexpr std::array<std::pair<View, char>, 4> kCommands = {
        {{"le", 'l'}, {"ge", 'g'}, {"ne", 'n'}, {"in", 'i'}}};
    for (const auto& [name, code] : kCommands) {
      if (take(command(name))) return code;
    }
    for (const char* one : {"<", ">"}) {
      if (!take(sign(one))) continue;
      return take(sign("=")) ? (*one == '<' ? 'l' : 'g') : *one;
    }
    if (sign("!") && is(next(), Token::Kind::sign, "=")) {
      at_ += 2;
      return 'n';
    }
    return take(sign("=")) ? '=' : '\0';
  }

  uint32_t relation() {
    const Level level(depth_);
    std::vector<uint32_t> sides = {unite()};
    std::string signs;
    for (char code = relation_sign(); code != '\0'; code = relation_sign()) {
      signs += code;
      sides.push_back(unite());
    }
    return sides.size() == 1 ? sides[0] : add(Kind::relation, sides, signs);
  }

  uint32_t unite() {
    std::vector<uint32_t> parts = {sum()};
    while (take(command("cup"))) parts.push_back(sum());
    return parts.size() == 1 ? parts[0] : add(Kind::set_union, parts);
  }

  // Sums and products.

  uint32_t sum() {
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
  bool begins_factor(uint32_t left) {
    const Token& token = now();
    if (token.kind == Token::Kind::number) return node(left).kind != Kind::number;
    if (token.kind == Token::Kind::letters) {
      return token.text != "or" && token.text != "and" && !(token.text.size() > 1 && is_unit(token.text));
    }
    if (token.kind == Token::Kind::sign)
      return token.text == "(" || token.text == "{" || (token.text == "|" && bars_ == 0);
    constexpr std::array<View, 11> kNone = {"le", "ge", "ne", "in",  "cup",   "pm",
                                            "mp", "}",  "\\", "end", "rfloor"};
    return token.kind == Token::Kind::command && token.text != "rceil" &&
           std::find(kNone.begin(), kNone.end(), token.text) == kNone.end();
  }

  uint32_t term() {
    const Level level(depth_);
    uint32_t left = unary();
    for (;;) {
      if (take(sign("*") || command("cdot") || command("times") || command("ast"))) {
        left = add(Kind::product, {left, unary()});
      } else if (take(sign("/") || command("div"))) {
        left = add(Kind::quotient, {left, unary()});
      } else if (const uint32_t mixed = mixed_number(left)) {
        left = mixed;
      } else if (begins_factor(left)) {
        left = add(Kind::product, {left, power()});
      } else {
        return left;
      }
    }
  }

  uint32_t unary() {
    if (take(sign("-"))) {
      const Level level(depth_);
      return add(Kind::negative, {unary()});
    }
    take(sign("+"));
    return power();
  }

  // "1 1/2" and "1\frac{1}{2}": the sum; 0 where the number at `left` is followed by something else.
  uint32_t mixed_number(uint32_t left) {
    if (node(left).kind != Kind::number || !is_whole_number(node(left).text)) return 0;
    const bool plain = now().kind == Token::Kind::number && is_whole_number(now().text) &&
                       is(next(), Token::Kind::sign, "/") && next(2).kind == Token::Kind::number &&
                       is_whole_number(next(2).text);
    if (plain) {
      const uint32_t above = whole(now().text), below = whole(next(2).text);
      at_ += 3;
      return add(Kind::sum, {left, add(Kind::quotient, {above, below})});
    }
    if (!command("frac")) return 0;
    const uint32_t fraction = power();
    const AnswerNode made = node(fraction);
    const auto digits = [&](size_t i) { return made.kind == Kind::quotient ? node(made.children[i]) : made; };
    const bool proper = made.kind == Kind::quotient && digits(0).kind == Kind::number &&
                        digits(1).kind == Kind::number && is_whole_number(digits(0).text) &&
                        is_whole_number(digits(1).text) &&
                        (digits(0).text.size() < digits(1).text.size() ||
                         (digits(0).text.size() == digits(1).text.size() && digits(0).text < digits(1).text));
    return add(proper ? Kind::sum : Kind::product, {left, fraction});
  }

  // Powers and what stands behind a factor.

  uint32_t power() {
    const Level level(depth_);
    uint32_t out = primary();
    for (;;) {
      if (sign("^") && degrees_follow()) {
        out = degrees(out);
      } else if (take(sign("^"))) {
        out = add(Kind::power, {out, exponent()});
      } else if (take(sign("%"))) {
        out = add(Kind::quotient, {out, whole("100")});
      } else if (sign("!") && !is(next(), Token::Kind::sign, "=")) {
        ++at_;
        out = add(Kind::call, {out}, "factorial");
      } else {
        return out;
      }
    }
  }

  bool degrees_follow() const {
    return is(next(), Token::Kind::command, "circ") ||
           (is(next(), Token::Kind::sign, "{") && is(next(2), Token::Kind::command, "circ"));
  }

  // At the end of the answer a unit; inside an expression radians.
  uint32_t degrees(uint32_t of) {
    at_ += is(next(), Token::Kind::command, "circ") ? 2 : 4;
    if (brackets_ == 0 && now().kind == Token::Kind::end) {
      tree_.unit = "degree";
      return of;
    }
    return add(Kind::quotient, {add(Kind::product, {of, add(Kind::name, {}, "pi")}), whole("180")});
  }

  uint32_t exponent() {
    const Level level(depth_);
    if (take(sign("-"))) return add(Kind::negative, {exponent()});
    const uint32_t out = primary();
    return take(sign("^")) ? add(Kind::power, {out, exponent()}) : out;
  }

  uint32_t primary() {
    const Level level(depth_);
    const Token token = now();
    switch (token.kind) {
      case Token::Kind::number:
        return number();
      case Token::Kind::letters:
        return letters();
      case Token::Kind::text:
        return word();
      case Token::Kind::command:
        return command_primary(token.text);
      case Token::Kind::sign:
        if (token.text == "(" || token.text == "[" || token.text == "]") return bracket();
        if (token.text == "{") return group();
        if (token.text == "|") return bars();
        throw Unreadable{};
      case Token::Kind::end:
        break;
    }
    throw Unreadable{};
  }

  uint32_t word() {
    View text = trim(now().text);
    if (text.starts_with("(") && text.ends_with(")")) text = trim(text.substr(1, text.size() - 2));
    const std::string name = text.size() == 1 ? std::string(text) : lower_case(text);
    ++at_;
    if (name.empty()) throw Unreadable{};
    return add(Kind::name, {}, name);
  }

  // Numbers.

  uint32_t number() {
    std::string digits = now().text;
    ++at_;
    size_t repeating = 0;
    if (command("overline") && is(next(), Token::Kind::sign, "{") && is_whole_number(next(2).text) &&
        is(next(3), Token::Kind::sign, "}") && digits.find('.') != std::string::npos) {
      digits += next(2).text;
      repeating = next(2).text.size();
      at_ += 4;
    }
    const uint32_t out = whole(digits);
    node(out).repeating = repeating;
    if (sign("_") && is_whole_number(digits)) node(out).base = base_behind();
    return out;
  }

  int base_behind() {
    ++at_;
    const bool braced = take(sign("{"));
    const std::string digits = now().text;
    if (now().kind != Token::Kind::number || !is_whole_number(digits) || digits.size() > 2)
      throw Unreadable{};
    ++at_;
    if (braced) expect(sign("}"));
    const int base = std::stoi(digits);
    if (base < 2 || base > 36) throw Unreadable{};
    return base;
  }

  // Names and functions.

  uint32_t letters() {
    std::string run = now().text;
    if (is_function(run)) {
      ++at_;
      return call(run);
    }
    if (run == "pi" || run == "infinity" || run == "inf") {
      ++at_;
      return add(Kind::name, {}, run == "inf" ? "infinity" : run);
    }
    for (const View function : {"sin", "cos", "tan", "log", "ln"}) {
      if (run.size() != function.size() + 1 || !run.starts_with(function)) continue;
      now().text = run.substr(function.size());
      return call(std::string(function));
    }
    const bool product = run.size() <= 2 || std::find(kSums.begin(), kSums.end(), run) != kSums.end();
    if (!product) {
      ++at_;
      return add(Kind::name, {}, lower_case(run));
    }
    if (run.size() > 1) {
      now().text = run.substr(1);
    } else {
      ++at_;
    }
    return name(run.substr(0, 1));
  }

  // With its subscript and primes.
  uint32_t name(std::string text) {
    while (take(sign("'"))) text += "'";
    if (sign("_")) {
      ++at_;
      text += "_" + subscript();
    }
    return add(Kind::name, {}, text);
  }

  std::string subscript() {
    if (!take(sign("{"))) {
      const std::string text = now().text;
      if (now().kind == Token::Kind::end || text.size() > 8) throw Unreadable{};
      ++at_;
      return text;
    }
    std::string out;
    while (!sign("}")) {
      if (now().kind == Token::Kind::end || out.size() > 64) throw Unreadable{};
      out += now().text;
      ++at_;
    }
    ++at_;
    return out;
  }

  uint32_t call(const std::string& function) {
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
    const bool inverse = raised && node(*raised).kind == Kind::negative &&
                         node(node(*raised).children[0]).text == "1" && function.size() == 3;
    if (inverse) return add(Kind::call, arguments, "arc" + function);
    const uint32_t out = add(Kind::call, arguments, function);
    return raised ? add(Kind::power, {out, *raised}) : out;
  }

  // Of a function: what is in its brackets, or all that is multiplied behind it.
  uint32_t argument() {
    if (sign("(") || sign("{") || sign("|")) return primary();
    const bool negative = take(sign("-"));
    ++brackets_;
    uint32_t out = power();
    while (begins_factor(out) && !starts_function()) out = add(Kind::product, {out, power()});
    --brackets_;
    return negative ? add(Kind::negative, {out}) : out;
  }

  bool starts_function() {
    return (now().kind == Token::Kind::command || now().kind == Token::Kind::letters) &&
           is_function(now().text);
  }

  // An argument of \frac without braces is one digit or letter.
  uint32_t fraction_part() {
    Token& token = now();
    const bool several =
        (token.kind == Token::Kind::number || token.kind == Token::Kind::letters) && token.text.size() > 1;
    if (!several) return primary();
    const std::string first = token.text.substr(0, 1);
    const Token::Kind kind = token.kind;
    token.text.erase(0, 1);
    return add(kind == Token::Kind::number ? Kind::number : Kind::name, {}, first);
  }

  uint32_t command_primary(const std::string& text) {
    if (text == "{") return bracket();
    ++at_;
    if (text == "frac") {
      const uint32_t above = fraction_part();
      return add(Kind::quotient, {above, fraction_part()});
    }
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
    if (text == "mathbb") return add(Kind::name, {}, "mathbb " + subscript());
    if (is_function(text)) return call(text);
    for (const char* unreadable :
         {"overline", "end", "}", "\\", "circ", "cup", "pm", "ldots", "cdots", "dots", "sum", "int"}) {
      if (text == unreadable) throw Unreadable{};
    }
    return name(text);
  }

  uint32_t root() {
    std::optional<uint32_t> degree;
    if (take(sign("["))) {
      degree = sum();
      expect(sign("]"));
    }
    std::vector<uint32_t> arguments = {primary()};
    if (degree) arguments.push_back(*degree);
    return add(Kind::call, arguments, "sqrt");
  }

  // Brackets.

  std::vector<uint32_t> elements(const std::vector<std::pair<Token::Kind, View>>& closers,
                                 std::string& closer) {
    const Level level(depth_);
    const auto closes = [&] {
      return std::any_of(closers.begin(), closers.end(),
                         [&](const auto& one) { return is(now(), one.first, one.second); });
    };
    const int outer_bars = std::exchange(bars_, 0);
    ++brackets_;
    std::vector<uint32_t> out;
    if (!closes()) {
      out.push_back(relation());
      while (separator()) out.push_back(relation());
    }
    if (!closes()) throw Unreadable{};
    closer = now().text;
    ++at_;
    --brackets_;
    bars_ = outer_bars;
    return out;
  }

  uint32_t bracket() {
    const Token opener = now();
    ++at_;
    std::string closer;
    if (opener.kind == Token::Kind::command) {
      return add(Kind::set, elements({{Token::Kind::command, "}"}}, closer));
    }
    std::vector<std::pair<Token::Kind, View>> closers = {{Token::Kind::sign, ")"}, {Token::Kind::sign, "]"}};
    if (opener.text != "(") closers.push_back({Token::Kind::sign, "["});
    std::vector<uint32_t> inside = elements(closers, closer);
    const bool plain = (opener.text == "(" && closer == ")") || (opener.text == "[" && closer == "]");
    if (inside.size() == 1 && plain) return inside[0];
    const char open = opener.text == "]" ? '(' : opener.text[0], close = closer == "[" ? ')' : closer[0];
    return add(Kind::bracketed, std::move(inside), std::string{open, ',', close});
  }

  uint32_t group() {
    ++at_;
    std::string closer;
    std::vector<uint32_t> inside = elements({{Token::Kind::sign, "}"}}, closer);
    return inside.size() == 1 ? inside[0] : add(Kind::set, std::move(inside));
  }

  uint32_t bars() {
    ++at_;
    ++bars_;
    const uint32_t inside = sum();
    --bars_;
    expect(sign("|"));
    return add(Kind::call, {inside}, "abs");
  }

  uint32_t matrix() {
    const Level level(depth_);
    const std::string kind = subscript();
    if (!kind.ends_with("matrix") && kind != "array") throw Unreadable{};
    if (kind == "array" && sign("{")) subscript();
    std::vector<uint32_t> rows, cells;
    ++brackets_;
    const auto end_row = [&] { rows.push_back(add(Kind::bracketed, std::exchange(cells, {}), "row")); };
    while (!command("end")) {
      cells.push_back(sum());
      if (take(sign("&"))) continue;
      end_row();
      if (!take(command("\\"))) break;
    }
    --brackets_;
    expect(command("end"));
    subscript();
    return add(Kind::matrix, std::move(rows));
  }

  // Everything that is left, where it begins with a word.
  void read_unit() {
    if (now().kind != Token::Kind::text && now().kind != Token::Kind::letters) return;
    std::string unit;
    for (; now().kind != Token::Kind::end; ++at_) {
      const Token& token = now();
      if (token.kind == Token::Kind::sign && (token.text == "{" || token.text == "}")) continue;
      const bool word = token.kind == Token::Kind::text || token.kind == Token::Kind::letters;
      if (token.kind == Token::Kind::command ||
          (!word && token.text.find_first_of("^/*0123456789-") == std::string::npos)) {
        throw Unreadable{};
      }
      if (word && !unit.empty() && (unit.back() != '/' && unit.back() != '*')) unit += ' ';
      unit += trim(token.text);
    }
    tree_.unit = tree_.unit.empty() ? unit : tree_.unit + " " + unit;
  }

  std::vector<Token> tokens_;
  AnswerTree tree_;
  std::vector<uint32_t> heights_;  // of the nodes; what walks the tree later recurs that deep
  size_t at_ = 0;
  int depth_ = 0, brackets_ = 0, bars_ = 0;
};

}  // namespace

std::optional<AnswerTree> parse_answer(View text) {
  std::optional<std::vector<AnswerToken>> tokens = answer_tokens(text);
  if (!tokens) return std::nullopt;
  try {
    return Parser(std::move(*tokens)).run();
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

}  // namespace gradus
