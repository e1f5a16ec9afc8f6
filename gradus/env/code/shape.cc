#include "gradus/env/code/shape.h"

#include <algorithm>

namespace gradus {

namespace {

// x, y, p, q are the operands.
struct Shape {
  Words condition, value, turned_condition, turned_value;
};

Words split(const std::string& text) {
  Words out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> known = {
      {"max", {split("x < y"), split("@ ? y : x"), split("y < x"), split("@ ? x : y")}},
      {"min", {split("x < y"), split("@ ? x : y"), split("y < x"), split("@ ? y : x")}},
      {"abs", {split("x < 0"), split("@ ? - x : x"), split("0 < x"), split("@ ? x : - x")}},
      {"clamp",
       {split("x < y"), split("@ ? y : p < x ? p : x"), split("p < x"), split("@ ? p : x < y ? y : x")}},
      {"sign", {split("x < 0"), split("@ ? - 1 : 0 < x"), {}, {}}},
      {"pick", {split("x < y"), split("@ ? p : q"), {}, {}}},
      {"add", {{}, split("x + y"), {}, {}}},
      {"sub", {{}, split("x - y"), {}, {}}},
  };
  return known;
}

// Returns the word that stands for the value of `e`.
std::string append(const Expression& e, Stream& turns, std::vector<PlannedOperation>& out) {
  static const Words names = {"x", "y", "p", "q"};
  if (e.leaf()) return e.head;
  std::map<std::string, Words> operands;
  for (size_t i = 0; i < e.args.size(); ++i) operands[names[i]] = {append(e.args[i], turns, out)};
  const Shape& shape = shapes().at(e.head);
  const bool turned = turns.chance(0.5) && !shape.turned_condition.empty();
  PlannedOperation operation;
  operation.condition = replaced(turned ? shape.turned_condition : shape.condition, operands);
  operation.value = replaced(turned ? shape.turned_value : shape.value, operands);
  operation.dense = replaced(replaced(shape.value, {{"@", shape.condition}}), operands);
  operation.result = "r" + std::to_string(out.size());
  out.push_back(operation);
  return operation.result;
}

}  // namespace

std::string token_words(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += out.empty() ? word : " " + word;
  return out;
}

Words replaced(const Words& words, const std::map<std::string, Words>& names) {
  Words out;
  for (const std::string& word : words) {
    const auto it = names.find(word);
    if (it == names.end()) {
      out.push_back(word);
    } else {
      out.insert(out.end(), it->second.begin(), it->second.end());
    }
  }
  return out;
}

std::vector<PlannedOperation> operations_of(const Expression& expression, Stream turns) {
  std::vector<PlannedOperation> out;
  append(expression, turns, out);
  return out;
}

}  // namespace gradus
