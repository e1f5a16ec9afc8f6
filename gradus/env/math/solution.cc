#include "gradus/env/math/solution.h"

#include <fmt/format.h>

#include "gradus/base/error.h"
#include "gradus/env/math/lexer.h"

namespace gradus::math {
namespace {

using Kind = Lexeme::Kind;

constexpr size_t kStepSymbols = 11;  // c = a + b = 4 + 9 = 13

struct Symbols {
  std::array<Lexeme, kStepSymbols> at;
  size_t count = 0;
};

std::optional<Symbols> read_symbols(std::string_view line) {
  Symbols out;
  Lexer lexer(line);
  while (const auto symbol = lexer.next()) {
    if (out.count == kStepSymbols || symbol->kind == Kind::bad) return std::nullopt;
    out.at[out.count++] = *symbol;
  }
  return out;
}

bool is_sign(const Lexeme& symbol, char c) {
  return symbol.kind == Kind::sign && symbol.letter == c;
}
bool is_operation(const Lexeme& symbol) {
  return is_sign(symbol, '+') || is_sign(symbol, '-') || is_sign(symbol, '*');
}
bool is_operand(const Lexeme& symbol) {
  return symbol.kind == Kind::name || symbol.kind == Kind::number;
}
Operand operand_of(const Lexeme& symbol) {
  return symbol.kind == Kind::name ? Operand{.name = symbol.letter} : Operand{.number = symbol.number};
}

std::string operand_text(const Operand& operand) {
  return operand.name ? std::string(1, operand.name) : std::to_string(operand.number);
}

}  // namespace

std::optional<SolutionLine> parse_line(std::string_view line) {
  const auto symbols = read_symbols(line);
  if (!symbols) return std::nullopt;
  const auto& s = symbols->at;
  if (symbols->count == 2 && s[0].kind == Kind::word && s[0].text == "answer" && s[1].kind == Kind::number) {
    return SolutionLine{.answer = true, .result = s[1].number};
  }
  const bool formed = symbols->count == kStepSymbols && s[0].kind == Kind::name && is_sign(s[1], '=') &&
                      is_operand(s[2]) && is_operation(s[3]) && is_operand(s[4]) && is_sign(s[5], '=') &&
                      s[6].kind == Kind::number && is_operation(s[7]) && s[8].kind == Kind::number &&
                      is_sign(s[9], '=') && s[10].kind == Kind::number;
  if (!formed) return std::nullopt;
  return SolutionLine{.subject = s[0].letter,
                      .left = operand_of(s[2]),
                      .op = s[3].letter,
                      .right = operand_of(s[4]),
                      .left_value = s[6].number,
                      .shown_op = s[7].letter,
                      .right_value = s[8].number,
                      .result = s[10].number};
}

std::string to_text(const SolutionLine& line) {
  if (line.answer) return fmt::format("answer {}", line.result);
  return fmt::format("{} = {} {} {} = {} {} {} = {}", line.subject, operand_text(line.left), line.op,
                     operand_text(line.right), line.left_value, line.shown_op, line.right_value, line.result);
}

bool derivable(const Quantity& quantity, const Values& known) {
  const auto has = [&](const Operand& operand) { return !operand.name || known[index_of(operand.name)]; };
  return !quantity.given && has(quantity.left) && has(quantity.right);
}

SolutionLine derive(const Problem& problem, const Quantity& quantity, const Values& known) {
  require(derivable(quantity, known), "a step is derived from operands that are not known");
  const auto value = [&](const Operand& operand) {
    return operand.name ? *known[index_of(operand.name)] : operand.number;
  };
  SolutionLine line{.subject = quantity.name,
                    .left = quantity.left,
                    .op = quantity.op,
                    .right = quantity.right,
                    .left_value = value(quantity.left),
                    .shown_op = quantity.op,
                    .right_value = value(quantity.right)};
  line.result = calculate(line.left_value, line.op, line.right_value, problem.modulus);
  return line;
}

Values given_values(const Problem& problem) {
  Values known;
  for (const Quantity& quantity : problem.quantities) {
    if (quantity.given) known[index_of(quantity.name)] = quantity.value;
  }
  return known;
}

std::vector<std::string> reference_solution(const Problem& problem) {
  const Needed wanted = needed(problem);
  Values known = given_values(problem);
  std::vector<std::string> lines;
  for (bool progress = true; progress;) {
    progress = false;
    for (const Quantity& quantity : problem.quantities) {
      const size_t index = index_of(quantity.name);
      if (!wanted[index] || known[index] || !derivable(quantity, known)) continue;
      const SolutionLine line = derive(problem, quantity, known);
      known[index] = line.result;
      lines.push_back(to_text(line));
      progress = true;
    }
  }
  const auto& target = known[index_of(problem.target)];
  require(target.has_value(), "the target of a checked problem can be derived");
  lines.push_back(to_text(SolutionLine{.answer = true, .result = *target}));
  return lines;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string join_lines(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace gradus::math
