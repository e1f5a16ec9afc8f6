#include "gradus/tool/clang/c_expression.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "gradus/tool/clang/cursor.h"
#include "gradus/tool/clang/libclang.h"

namespace gradus {

namespace {

// Longer branches are not compared: comparing every branch of a long chain would take quadratic time.
constexpr size_t kBranchLimit = 256;

bool one_of(const std::string& text, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

}  // namespace

bool ExpressionReader::is_number(CXCursor cursor, std::string_view digits) const {
  const CXCursor bare = strip(cursor);
  return libclang().getCursorKind(bare) == CXCursor_IntegerLiteral && text_of(unit_, bare) == digits;
}

bool ExpressionReader::is_negation(CXCursor cursor) const {
  if (libclang().getCursorKind(cursor) != CXCursor_UnaryOperator) return false;
  const std::string_view text = text_of(unit_, cursor);
  return text.starts_with('-') && !text.starts_with("--");
}

ExpressionReader::Truth ExpressionReader::truth_of(CXCursor cursor) const {
  const CXCursor bare = strip(cursor);
  const CXCursorKind kind = libclang().getCursorKind(bare);
  if (kind == CXCursor_DeclRefExpr) return {false, take(libclang().getCursorSpelling(bare))};
  if (kind == CXCursor_UnaryOperator) return {text_of(unit_, bare).starts_with('!'), ""};
  if (kind != CXCursor_BinaryOperator) return {};
  const std::vector<CXCursor> sides = children(bare);
  return {sides.size() == 2 && one_of(operator_between(unit_, sides[0], sides[1]),
                                      {"<", ">", "<=", ">=", "==", "!=", "&&", "||"}),
          ""};
}

void ExpressionReader::declare(const std::string& name, CXCursor value) {
  declared_.push_back({name, truth_of(value)});
}

void ExpressionReader::add_if_truth(const Truth& truth, int line) {
  if (truth.certain) found_.push_back({CFact::redundant_condition, line});
  if (!truth.variable.empty()) waiting_.emplace_back(truth.variable, line);
}

void ExpressionReader::visit(CXCursor cursor, int line) {
  const CXCursorKind kind = libclang().getCursorKind(cursor);
  if (kind == CXCursor_BinaryOperator) visit_binary(cursor, line);
  if (kind == CXCursor_ConditionalOperator) visit_conditional(cursor, line);
  if (is_negation(cursor)) {
    const std::vector<CXCursor> inner = children(cursor);
    if (inner.size() == 1 && is_negation(strip(inner[0]))) found_.push_back({CFact::double_negation, line});
  }
}

void ExpressionReader::visit_binary(CXCursor cursor, int line) {
  const std::vector<CXCursor> sides = children(cursor);
  if (sides.size() != 2) return;
  const bool left = is_number(sides[0], "0"), right = is_number(sides[1], "0");
  if (!left && !right) return;
  const std::string sign = operator_between(unit_, sides[0], sides[1]);
  if (sign == "+" || (sign == "-" && right)) found_.push_back({CFact::plus_zero, line});
  if (sign == "!=" || (sign == "<" && left) || (sign == ">" && right))
    add_if_truth(truth_of(left ? sides[1] : sides[0]), line);
}

bool ExpressionReader::pure(CXCursor cursor) const {
  const CXCursorKind kind = libclang().getCursorKind(cursor);
  if (kind == CXCursor_CallExpr || kind == CXCursor_CompoundAssignOperator || kind == CXCursor_StmtExpr)
    return false;
  const std::vector<CXCursor> parts = children(cursor);
  if (kind == CXCursor_UnaryOperator) {
    const std::string_view text = text_of(unit_, cursor);
    if (text.starts_with("++") || text.starts_with("--") || text.ends_with("++") || text.ends_with("--"))
      return false;
  }
  if (kind == CXCursor_BinaryOperator && parts.size() == 2 &&
      operator_between(unit_, parts[0], parts[1]) == "=")
    return false;
  return std::all_of(parts.begin(), parts.end(), [&](CXCursor part) { return pure(part); });
}

// "" where it is too long, or does more than have a value.
std::string ExpressionReader::comparable_text(CXCursor cursor) const {
  const CXCursor bare = strip(cursor);
  const std::string_view text = text_of(unit_, bare);
  return text.size() <= kBranchLimit && pure(bare) ? single_spaced(text) : "";
}

void ExpressionReader::visit_conditional(CXCursor cursor, int line) {
  const std::vector<CXCursor> parts = children(cursor);
  if (parts.size() != 3) return;
  const std::string condition = comparable_text(parts[0]);
  const std::string yes = comparable_text(parts[1]);
  const auto asks_again = [&](CXCursor branch) {
    const CXCursor bare = strip(branch);
    if (condition.empty() || libclang().getCursorKind(bare) != CXCursor_ConditionalOperator) return false;
    const std::vector<CXCursor> inner = children(bare);
    return !inner.empty() && comparable_text(inner[0]) == condition;
  };
  const bool equal = !yes.empty() && yes == comparable_text(parts[2]);
  if (equal || asks_again(parts[1]) || asks_again(parts[2]))
    found_.push_back({CFact::long_distinction, line});
}

std::vector<CFinding> ExpressionReader::findings(const CFunctionBody& body) const {
  std::vector<CFinding> out = found_;
  if (!body.straight) return out;
  std::map<std::string, size_t> writes;
  for (const CStatement& statement : body.statements) {
    for (const std::string& name : statement.writes) ++writes[name];
  }
  std::set<std::string> truths;
  for (const auto& [name, truth] : declared_) {
    if ((truth.certain || truths.count(truth.variable) != 0) && writes[name] == 1) truths.insert(name);
  }
  for (const auto& [name, line] : waiting_) {
    if (truths.count(name) != 0) out.push_back({CFact::redundant_condition, line});
  }
  return out;
}

}  // namespace gradus
