// Parts of answers, and what they say: a value that may have a name ("x = 5"), bounds of one ("x > 5").
//
//   std::string name;
//   const AnswerPart five = stated_value(root, name);   // of "x = 5": 5, name "x"
//
// "x = 5" and "5 = x" state 5; so do "f(x) = 5", "x \in 5" and the last side of a chain that begins with
// what is asked for: "m + n = 2 + 3 = 5", "E(2, 3) = 5", "|r - s| = 5", "AB = 5", "2 + 3 = 5". An equation in
// x, y, z, t, u, v, w ("2x + 3y = 6", "xy = 5") is no value. "x \approx 0.33" states 0.33, "1/3 \approx 0.33"
// 1/3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/reward/answer/syntax.h"

namespace gradus {

// A node of an answer, with the tree that it is in.
struct AnswerPart {
  const AnswerTree* tree;
  uint32_t index;

  const AnswerNode& node() const { return tree->nodes[index]; }
  const std::string& text() const { return node().text; }
  AnswerPart child(size_t i) const { return {tree, node().children[i]}; }
  size_t size() const { return node().children.size(); }
  bool is(AnswerNode::Kind kind) const { return node().kind == kind; }
};
using AnswerParts = std::vector<AnswerPart>;

inline AnswerPart root_part(const AnswerTree& tree) {
  return {&tree, tree.root};
}
AnswerParts child_parts(const AnswerPart& part);

bool is_scalar(const AnswerPart& part);
int infinite_sign(const AnswerPart& part);  // of +-oo, else 0
bool is_set_name(const AnswerPart& part);   // \mathbb{R} and its like
bool has_variables(const AnswerPart& part);

// Name of a variable or an application; "" where it is neither.
std::string variable_name(const AnswerPart& part);

AnswerPart stated_value(const AnswerPart& part, std::string& name);

// Of a set or list; a single value is its own element. The name falls where all elements have the same.
AnswerParts element_parts(const AnswerPart& part, std::string& name);

struct AnswerBounds {
  AnswerPart low, high;
  bool low_open, high_open;
  int low_infinite, high_infinite;  // the sign
  std::string name;                 // of what is bounded
};

std::optional<AnswerBounds> bounds_of(const AnswerPart& part);

}  // namespace gradus
