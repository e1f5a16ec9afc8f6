#include "gradus/env/code/demonstration.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <span>

#include "gradus/base/error.h"
#include "gradus/env/code/junk.h"
#include "gradus/env/code/vocabulary.h"

namespace gradus {

namespace {

// One operation of the expression: `value` is its C expression, where "@" stands for `condition`.
struct Operation {
  Words condition;  // empty: nothing to decide
  Words value;
  std::string result;  // name of its value
};

Words words_of(const std::string& text, const std::map<std::string, Words>& names) {
  Words out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const auto it = names.find(word);
    if (it == names.end()) {
      out.push_back(word);
    } else {
      out.insert(out.end(), it->second.begin(), it->second.end());
    }
    begin = end + 1;
  }
  return out;
}

// C of each operation; x, y, p, q are its operands. `turned` is the same with the comparison the other way
// round, where there is such a form of equal length.
struct Shape {
  const char* condition;
  const char* value;
  const char* turned_condition = nullptr;
  const char* turned_value = nullptr;
};
const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> known = {
      {"max", {"x < y", "@ ? y : x", "y < x", "@ ? x : y"}},
      {"min", {"x < y", "@ ? x : y", "y < x", "@ ? y : x"}},
      {"abs", {"x < 0", "@ ? - x : x", "0 < x", "@ ? x : - x"}},
      {"clamp", {"x < y", "@ ? y : p < x ? p : x", "p < x", "@ ? p : x < y ? y : x"}},
      {"sign", {"x < 0", "@ ? - 1 : 0 < x"}},
      {"pick", {"x < y", "@ ? p : q"}},
      {"add", {"", "x + y"}},
      {"sub", {"", "x - y"}},
  };
  return known;
}

Words dense(const Operation& operation) {
  Words out;
  for (const std::string& word : operation.value) {
    if (word == "@") {
      out.insert(out.end(), operation.condition.begin(), operation.condition.end());
    } else {
      out.push_back(word);
    }
  }
  return out;
}

// Appends the operations of `e`, operands first; returns the word that stands for its value. With `turns`,
// comparisons are turned round at random.
std::string plan(const Expression& e, Stream* turns, std::vector<Operation>& out) {
  static constexpr std::array<const char*, 4> names = {"x", "y", "p", "q"};
  if (e.leaf()) return e.head;
  std::map<std::string, Words> operands;
  for (size_t i = 0; i < e.args.size(); ++i) operands[names[i]] = {plan(e.args[i], turns, out)};
  const Shape& shape = shapes().at(e.head);
  const bool turned = turns != nullptr && turns->chance(0.5) && shape.turned_condition != nullptr;
  Operation operation{words_of(turned ? shape.turned_condition : shape.condition, operands),
                      words_of(turned ? shape.turned_value : shape.value, operands), ""};
  operation.result = "r" + std::to_string(out.size());
  out.push_back(operation);
  return operation.result;
}

Words declare(const std::string& name, const Words& value) {
  Words out = {"const", "int", name, "="};
  out.insert(out.end(), value.begin(), value.end());
  out.push_back(";");
  return out;
}

Words finish(const Words& value) {
  Words out = {"return"};
  out.insert(out.end(), value.begin(), value.end());
  out.push_back(";");
  return out;
}

std::vector<Words> named_conditions(const std::vector<Operation>& operations) {
  std::vector<Words> out;
  for (size_t i = 0; i < operations.size(); ++i) {
    const Operation& operation = operations[i];
    const std::string condition = "k" + std::to_string(i);
    if (!operation.condition.empty()) out.push_back(declare(condition, operation.condition));
    const Words value = words_of(token_words(operation.value), {{"@", {condition}}});
    out.push_back(i + 1 < operations.size() ? declare(operation.result, value) : finish(value));
  }
  return out;
}

std::vector<Words> one_per_operation(const std::vector<Operation>& operations) {
  std::vector<Words> out;
  for (size_t i = 0; i < operations.size(); ++i) {
    const Words value = dense(operations[i]);
    out.push_back(i + 1 < operations.size() ? declare(operations[i].result, value) : finish(value));
  }
  return out;
}

size_t length(const std::vector<Words>& body) {
  size_t out = 0;
  for (const Words& words : body) out += words.size();
  return out;
}

// Junk beside the statement of each operation: how many, and which kinds, depends on the regime.
std::vector<Words> with_junk(const std::vector<Operation>& operations, Regime regime, Stream& stream) {
  std::vector<Words> body = one_per_operation(operations);
  const std::vector<Words> essential = body;
  JunkWriter writer(body, stream.child("junk"), regime != Regime::helpful);
  size_t room = (kBodyLimit - length(body)) / kJunkTokens;
  for (size_t i = 0; i < essential.size(); ++i) {
    size_t pieces = regime == Regime::costly ? 1 + stream.below(2) : 1;
    if (regime != Regime::costly && operations[i].condition.empty()) pieces = 0;
    pieces = std::min(pieces, room);
    room -= pieces;
    const bool last = i + 1 == essential.size();
    size_t after = 0;  // pieces behind the statement; the others come first, so that order is front to back
    for (size_t k = 0; k < pieces; ++k) after += stream.chance(last ? 0.25 : 0.5) ? 1 : 0;
    for (size_t k = 0; k < pieces; ++k) {
      const bool before = k + after < pieces;
      const size_t next = last ? body.size() : writer.position_of_essential(i + 1);
      writer.put(before ? writer.position_of_essential(i) : next);
    }
  }
  return body;
}

// Renames temporaries: those of junk to t7, t6 ... so that junk does not shift the names of the others, which
// take `order` as they are declared.
std::vector<std::string> numbered(const std::vector<Words>& body,
                                  const std::array<int, kTemporaries>& order) {
  std::map<std::string, Words> names;
  size_t low = 0, high = kTemporaries;
  std::vector<std::string> out;
  for (const Words& words : body) {
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] != "int") continue;
      const size_t place = words[i + 1][0] == kJunkName ? --high : low++;
      require(low <= high, "a demonstration needs more temporaries than there are");
      names.emplace(words[i + 1], Words{"t" + std::to_string(order[place])});
    }
    out.push_back(token_words(words_of(token_words(words), names)));
  }
  return out;
}

}  // namespace

std::vector<std::string> regime_names() {
  return {"neutral", "costly", "helpful"};
}

Regime regime_from_name(const std::string& name) {
  if (name == "neutral") return Regime::neutral;
  if (name == "costly") return Regime::costly;
  if (name == "helpful") return Regime::helpful;
  throw Error::input("unknown regime").found(name).hint(suggest(name, regime_names()));
}

std::vector<std::string> write_body(const Expression& expression, Regime regime, Style style, Stream stream) {
  const bool named = style == Style::clean && regime != Regime::costly;
  Stream turns = stream.child("turns");
  std::vector<Operation> operations;
  plan(expression, named ? &turns : nullptr, operations);
  require(!operations.empty(), "a demonstration needs an operation");
  std::array<int, kTemporaries> order{};
  std::iota(order.begin(), order.end(), 0);
  if (named && regime == Regime::helpful) stream.child("names").shuffle(std::span<int>(order));
  if (style == Style::sloppy) return numbered(with_junk(operations, regime, stream), order);
  return numbered(named ? named_conditions(operations) : one_per_operation(operations), order);
}

bool fits(const Expression& expression) {
  std::vector<Operation> operations;
  plan(expression, nullptr, operations);
  return length(named_conditions(operations)) <= kBodyLimit;
}

}  // namespace gradus
