#include "gradus/env/calculator/task.h"

#include <fmt/format.h>
#include <utility>

#include "gradus/base/error.h"

namespace gradus::calculator {
namespace {

bool in_range(const Chain& chain) {
  for (const Operation& node : chain.nodes()) {
    const auto result = evaluate(node);
    if (!result || *result == 0) return false;
  }
  return true;
}

bool is_digit(char c) {
  return c >= '1' && c <= '9';
}

}  // namespace

std::optional<int> evaluate(const Operation& operation) {
  const int result =
      operation.op == '+' ? operation.left + operation.right : operation.left - operation.right;
  if (result < 0 || result > 9) return std::nullopt;
  return result;
}

bool same_computation(const Operation& a, const Operation& b) {
  return a == b || (a.op == '+' && b.op == '+' && a.left == b.right && a.right == b.left);
}

std::vector<Operation> Chain::nodes() const {
  std::vector<Operation> out;
  int value = operands[0];
  for (size_t i = 0; i < operations.size(); ++i) {
    out.push_back({value, operations[i], operands[i + 1]});
    value = operations[i] == '+' ? value + operands[i + 1] : value - operands[i + 1];
  }
  return out;
}

int Chain::answer() const {
  const auto result = evaluate(nodes().back());
  require(result.has_value(), "a chain ends in a digit");
  return *result;
}

std::string Chain::text() const {
  std::string out = std::to_string(operands[0]);
  for (size_t i = 0; i < operations.size(); ++i) out += fmt::format(" {} {}", operations[i], operands[i + 1]);
  return out + " ?";
}

std::string Chain::canonical() const {
  Chain sorted = *this;
  if (operations[0] == '+' && operands[1] < operands[0]) std::swap(sorted.operands[0], sorted.operands[1]);
  return sorted.text();
}

Chain draw_chain(int operations, Stream& stream) {
  for (;;) {
    Chain chain;
    chain.operands.push_back(static_cast<int>(stream.between(1, 9)));
    for (int i = 0; i < operations; ++i) {
      chain.operations += stream.chance(0.5) ? '+' : '-';
      chain.operands.push_back(static_cast<int>(stream.between(1, 9)));
    }
    if (in_range(chain)) return chain;
  }
}

Chain parse_chain(std::string_view text) {
  const auto fail = [&]() -> Error {
    return Error::input("not a calculator task")
        .found("'" + std::string(text.substr(0, 40)) + "'")
        .expected("one-digit operations with results 1..9, such as '3 + 4 - 2 ?'");
  };
  constexpr size_t kLongest = 4 * kMaxOperations + 3;
  if (text.size() < 7 || text.size() > kLongest || text.size() % 4 != 3 || !text.ends_with(" ?"))
    throw fail();
  Chain chain;
  for (size_t i = 0; i + 2 < text.size(); i += 4) {
    if (!is_digit(text[i]) || text[i + 1] != ' ') throw fail();
    chain.operands.push_back(text[i] - '0');
    if (i + 3 == text.size()) break;
    if ((text[i + 2] != '+' && text[i + 2] != '-') || text[i + 3] != ' ') throw fail();
    chain.operations += text[i + 2];
  }
  if (!in_range(chain)) throw fail();
  return chain;
}

}  // namespace gradus::calculator
