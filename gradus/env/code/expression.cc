#include "gradus/env/code/expression.h"

#include <algorithm>
#include <set>

#include "gradus/base/error.h"
#include "gradus/env/code/vocabulary.h"

namespace gradus {

namespace {

struct Operation {
  std::string_view name;
  size_t arity;
  uint64_t weight;  // how often the generator draws it
};

constexpr std::array<Operation, 8> kOperations = {{{"max", 2, 3},
                                                   {"min", 2, 3},
                                                   {"abs", 1, 2},
                                                   {"sign", 1, 2},
                                                   {"clamp", 3, 2},
                                                   {"pick", 4, 3},
                                                   {"add", 2, 2},
                                                   {"sub", 2, 2}}};
constexpr std::array<std::string_view, 3> kVariables = {"a", "b", "c"};
constexpr std::array<std::string_view, 5> kConstants = {"0", "1", "2", "5", "9"};

const Operation* find_operation(std::string_view name) {
  const auto it = std::find_if(kOperations.begin(), kOperations.end(),
                               [&](const Operation& known) { return known.name == name; });
  return it == kOperations.end() ? nullptr : &*it;
}

bool is_leaf_name(std::string_view name) {
  return std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end() ||
         std::find(kConstants.begin(), kConstants.end(), name) != kConstants.end();
}

Error malformed(std::string_view text) {
  return Error::input("not an expression of the code environment")
      .found(std::string(text.substr(0, 80)))
      .expected("prefix notation with at most four operations, e.g. 'max a clamp b 0 9'");
}

Expression parse(std::string_view& rest, int& budget, std::string_view whole) {
  const size_t end = std::min(rest.find(' '), rest.size());
  Expression out{std::string(rest.substr(0, end)), {}};
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const Operation* operation = find_operation(out.head);
  if (operation == nullptr) {
    if (!is_leaf_name(out.head)) throw malformed(whole);
    return out;
  }
  if (--budget < 0) throw malformed(whole);
  for (size_t i = 0; i < operation->arity; ++i) out.args.push_back(parse(rest, budget, whole));
  const bool clamp = out.head == "clamp";
  if (clamp && !(out.args[1].constant() && out.args[2].constant() && out.args[1].head < out.args[2].head)) {
    throw malformed(whole);
  }
  return out;
}

Expression random_leaf(Stream& stream, double constant_share) {
  if (stream.chance(constant_share)) {
    return {std::string(kConstants[stream.below(kConstants.size())]), {}};
  }
  return {std::string(kVariables[stream.below(kVariables.size())]), {}};
}

const Operation& draw_operation(Stream& stream) {
  uint64_t total = 0;
  for (const Operation& operation : kOperations) total += operation.weight;
  uint64_t ticket = stream.below(total);
  for (const Operation& operation : kOperations) {
    if (ticket < operation.weight) return operation;
    ticket -= operation.weight;
  }
  throw Error::internal("an operation was drawn beyond the last");
}

Expression draw(int count, Stream& stream) {
  if (count == 0) return random_leaf(stream, 0.2);
  const Operation& operation = draw_operation(stream);
  Expression out{std::string(operation.name), {}};
  const size_t open = operation.name == "clamp" ? 1 : operation.arity;
  std::vector<int> share(open, 0);
  for (int i = 1; i < count; ++i) ++share[stream.below(open)];
  for (const int part : share) out.args.push_back(draw(part, stream));
  if (operation.name == "clamp") {
    const size_t low = stream.below(kConstants.size() - 1);
    const size_t high = low + 1 + stream.below(kConstants.size() - 1 - low);
    out.args.push_back({std::string(kConstants[low]), {}});
    out.args.push_back({std::string(kConstants[high]), {}});
  }
  return out;
}

int sums(const Expression& expression) {
  int out = expression.head == "add" || expression.head == "sub" ? 1 : 0;
  for (const Expression& arg : expression.args) out += sums(arg);
  return out;
}

bool same_everywhere(const Expression& x, const Expression& y, const std::vector<Inputs>& pool) {
  return std::all_of(pool.begin(), pool.end(),
                     [&](const Inputs& inputs) { return evaluate(x, inputs) == evaluate(y, inputs); });
}

// Calls visit(whole expression with one node replaced) for every replacement that `edits` gives for a node.
template <class Edits, class Visit>
void each_edit(Expression& whole, Expression& node, const Edits& edits, const Visit& visit) {
  for (const Expression& replacement : edits(node)) {
    Expression kept = std::move(node);
    node = replacement;
    visit(whole);
    node = std::move(kept);
  }
  for (Expression& arg : node.args) each_edit(whole, arg, edits, visit);
}

std::vector<Expression> operands(const Expression& node) {
  return node.args;
}

std::vector<Expression> slips(const Expression& node) {
  std::vector<Expression> out = node.args;
  const auto renamed = [&](std::string head) { out.push_back({std::move(head), node.args}); };
  if (node.head == "max") renamed("min");
  if (node.head == "min") renamed("max");
  if (node.head == "add") renamed("sub");
  if (node.head == "sub") renamed("add");
  if (node.head == "abs") renamed("sign");
  if (node.head == "sign") renamed("abs");
  if (node.head == "sub") out.push_back({"sub", {node.args[1], node.args[0]}});
  if (node.head == "pick") {
    const std::vector<Expression>& x = node.args;
    out.push_back({"pick", {x[1], x[0], x[2], x[3]}});
    out.push_back({"pick", {x[0], x[1], x[3], x[2]}});
    out.push_back({"pick", {x[1], x[0], x[3], x[2]}});  // <= for <
  }
  if (node.leaf()) {
    for (const std::string_view name : kVariables) {
      if (name != node.head) out.push_back({std::string(name), {}});
    }
  }
  return out;
}

}  // namespace

Expression parse_expression(std::string_view prefix) {
  std::string_view rest = prefix;
  int budget = kOperationsLimit;
  Expression out = parse(rest, budget, prefix);
  if (!rest.empty()) throw malformed(prefix);
  return out;
}

std::string prefix_text(const Expression& expression) {
  std::string out = expression.head;
  for (const Expression& arg : expression.args) out += " " + prefix_text(arg);
  return out;
}

std::string canonical_text(const Expression& expression) {
  std::vector<std::string> parts;
  for (const Expression& arg : expression.args) parts.push_back(canonical_text(arg));
  if (expression.head == "max" || expression.head == "min" || expression.head == "add") {
    std::sort(parts.begin(), parts.end());
  }
  std::string out = expression.head;
  for (const std::string& part : parts) out += " " + part;
  return out;
}

int32_t evaluate(const Expression& e, const Inputs& inputs) {
  const auto value = [&](size_t i) { return evaluate(e.args[i], inputs); };
  if (e.leaf()) {
    if (e.constant()) return e.head[0] - '0';
    return inputs[static_cast<size_t>(e.head[0] - 'a')];
  }
  if (e.head == "max") return std::max(value(0), value(1));
  if (e.head == "min") return std::min(value(0), value(1));
  if (e.head == "add") return value(0) + value(1);
  if (e.head == "sub") return value(0) - value(1);
  if (e.head == "abs") return std::abs(value(0));
  if (e.head == "clamp") return std::min(std::max(value(0), value(1)), value(2));
  if (e.head == "pick") return value(0) < value(1) ? value(2) : value(3);
  const int32_t x = value(0);  // sign
  return x < 0 ? -1 : 0 < x;
}

int operations(const Expression& expression) {
  int out = expression.leaf() ? 0 : 1;
  for (const Expression& arg : expression.args) out += operations(arg);
  return out;
}

Expression random_expression(int count, Stream stream) {
  const std::vector<Inputs> pool = input_pool(48, stream.child("pool"));
  while (true) {
    Expression out = draw(count, stream);
    if (sums(out) > 1) continue;
    bool every_operation_matters = true;
    Expression work = out;
    each_edit(work, work, operands, [&](const Expression& changed) {
      every_operation_matters = every_operation_matters && !same_everywhere(changed, out, pool);
    });
    if (every_operation_matters) return out;
  }
}

std::vector<Expression> mutants(const Expression& expression) {
  std::vector<Expression> out;
  Expression work = expression;
  each_edit(work, work, slips, [&](const Expression& changed) { out.push_back(changed); });
  return out;
}

std::vector<Inputs> input_pool(size_t count, Stream stream) {
  constexpr std::array<int32_t, 14> edges = {-1,           0,          1, 2, 3, 4, 5, 6, 8, 9, 10, -2,
                                             -kInputRange, kInputRange};
  std::set<Inputs> seen;
  std::vector<Inputs> out;
  while (out.size() < count) {
    Inputs row{};
    for (int32_t& value : row) {
      value = stream.chance(0.4) ? edges[stream.below(edges.size())]
                                 : static_cast<int32_t>(stream.between(-kInputRange, kInputRange));
    }
    if (stream.chance(0.2)) row[stream.below(3)] = row[stream.below(3)];
    if (stream.chance(0.1)) row[stream.below(3)] = -row[stream.below(3)];
    if (seen.insert(row).second) out.push_back(row);
  }
  return out;
}

}  // namespace gradus
