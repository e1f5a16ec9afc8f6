#include "gradus/env/math/problem.h"

#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/env/math/lexer.h"

namespace gradus::math {
namespace {

using Kind = Lexeme::Kind;

// One problem in 26 names needs less than 400 characters; more than this is not worth reading.
constexpr size_t kMaxText = 4096;

class ProblemReader {
 public:
  explicit ProblemReader(std::string_view text) : lexer_(text) { advance(); }

  Problem read() {
    Problem problem;
    if (!at(Kind::word) || symbol_->text != "mod") fail("the word 'mod'");
    advance();
    problem.modulus = number("a modulus of at least 2");
    if (problem.modulus < 2)
      throw Error::input("a modulus is at least 2").found(std::to_string(problem.modulus));
    sign(';');
    while (!is_sign('?')) {
      problem.quantities.push_back(quantity(problem.modulus));
      if (problem.quantities.size() > kMaxNames) fail("at most 26 quantities");
      sign(';');
    }
    sign('?');
    problem.target = name();
    if (symbol_) fail("the end of the problem");
    return problem;
  }

 private:
  bool at(Kind kind) const { return symbol_ && symbol_->kind == kind; }
  bool is_sign(char c) const { return at(Kind::sign) && symbol_->letter == c; }
  void advance() { symbol_ = lexer_.next(); }

  [[noreturn]] void fail(const std::string& expected) const {
    const std::string found =
        symbol_ ? "'" + std::string(symbol_->text.substr(0, 40)) + "'" : "the end of the text";
    throw Error::input("not a problem text").found(found).expected(expected);
  }

  void sign(char c) {
    if (!is_sign(c)) fail(fmt::format("'{}'", c));
    advance();
  }

  char name() {
    if (!at(Kind::name)) fail("a name a..z");
    const char letter = symbol_->letter;
    advance();
    return letter;
  }

  int number(const std::string& expected) {
    if (!at(Kind::number)) fail(expected);
    const int value = symbol_->number;
    advance();
    return value;
  }

  Operand operand() {
    if (at(Kind::name)) return {.name = name()};
    return {.number = number("a name or a number")};
  }

  Quantity quantity(int modulus) {
    Quantity out{.name = name()};
    sign('=');
    const Operand first = operand();
    out.given = is_sign(';');
    if (out.given) {
      if (first.name) fail("an operation: a given quantity is a number");
      if (first.number >= modulus)
        throw Error::input("a given quantity is below the modulus").found(std::to_string(first.number));
      out.value = first.number;
      return out;
    }
    if (!is_sign('+') && !is_sign('-') && !is_sign('*')) fail("one of + - * ;");
    out.left = first;
    out.op = symbol_->letter;
    advance();
    out.right = operand();
    return out;
  }

  Lexer lexer_;
  std::optional<Lexeme> symbol_;
};

std::optional<int> value_of(const Operand& operand, const Values& known) {
  return operand.name ? known[index_of(operand.name)] : std::optional<int>(operand.number);
}

std::string operand_text(const Operand& operand) {
  return operand.name ? std::string(1, operand.name) : std::to_string(operand.number);
}

void check(const Problem& problem) {
  std::array<bool, kMaxNames> seen{};
  for (const Quantity& quantity : problem.quantities) {
    if (seen[index_of(quantity.name)])
      throw Error::input("a quantity is defined twice").field(std::string(1, quantity.name));
    seen[index_of(quantity.name)] = true;
  }
  if (!seen[index_of(problem.target)]) {
    throw Error::input("the quantity asked for is not defined").field(std::string(1, problem.target));
  }
  const Values known = values(problem);
  for (const Quantity& quantity : problem.quantities) {
    if (known[index_of(quantity.name)]) continue;
    throw Error::input("a quantity depends on itself or on one that is not defined")
        .field(std::string(1, quantity.name));
  }
}

}  // namespace

int calculate(int left, char op, int right, int modulus) {
  const int64_t a = left, b = right, m = modulus;
  const int64_t result = op == '+' ? a + b : op == '-' ? a - b : a * b;
  return static_cast<int>(((result % m) + m) % m);
}

const Quantity* find(const Problem& problem, char name) {
  for (const Quantity& quantity : problem.quantities) {
    if (quantity.name == name) return &quantity;
  }
  return nullptr;
}

Values values(const Problem& problem) {
  Values known;
  for (bool progress = true; progress;) {
    progress = false;
    for (const Quantity& quantity : problem.quantities) {
      std::optional<int>& value = known[index_of(quantity.name)];
      if (value) continue;
      if (quantity.given) {
        value = quantity.value;
      } else {
        const auto left = value_of(quantity.left, known), right = value_of(quantity.right, known);
        if (left && right) value = calculate(*left, quantity.op, *right, problem.modulus);
      }
      progress = progress || value;
    }
  }
  return known;
}

Needed needed(const Problem& problem) {
  Needed out{};
  std::vector<char> open{problem.target};
  while (!open.empty()) {
    const char name = open.back();
    open.pop_back();
    if (out[index_of(name)]) continue;
    out[index_of(name)] = true;
    const Quantity* quantity = find(problem, name);
    if (!quantity || quantity->given) continue;
    if (quantity->left.name) open.push_back(quantity->left.name);
    if (quantity->right.name) open.push_back(quantity->right.name);
  }
  return out;
}

std::string to_text(const Problem& problem) {
  std::string text = fmt::format("mod {} ;", problem.modulus);
  for (const Quantity& quantity : problem.quantities) {
    if (quantity.given) {
      text += fmt::format(" {} = {} ;", quantity.name, quantity.value);
    } else {
      text += fmt::format(" {} = {} {} {} ;", quantity.name, operand_text(quantity.left), quantity.op,
                          operand_text(quantity.right));
    }
  }
  return text + fmt::format(" ? {}", problem.target);
}

Problem parse_problem(std::string_view text) {
  if (text.size() > kMaxText) {
    throw Error::input("a problem text is too long")
        .found(fmt::format("{} characters", text.size()))
        .expected("at most 4096");
  }
  Problem problem = ProblemReader(text).read();
  check(problem);
  return problem;
}

}  // namespace gradus::math
