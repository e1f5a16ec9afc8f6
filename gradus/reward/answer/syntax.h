// Answers of mathematics as expression trees, from LaTeX or plain text, never evaluated as code.
//
//   const AnswerTree tree = *parse_answer("\\frac{x+1}{2} \\text{ cm}");
//   tree.nodes[tree.root].kind;   // AnswerNode::Kind::quotient
//   tree.unit;                    // "cm"
//
// Read: integers, decimals, repeating decimals (0.\overline{3}), thousands separators outside of brackets,
// scientific notation (1e5), numbers in a base (101_2), mixed numbers, percent, fractions, roots, powers,
// factorials, binomials, absolute values, floors and ceilings, logarithms, exponentials, trigonometric
// functions and their inverses, variables with subscripts, constants pi, e, i, lists, tuples, intervals
// ("[1,2)", "]1,2["), sets, unions, plus-minus, equations and chains of inequalities, matrices, words, units.
//
// Juxtaposition multiplies and binds as * does; the argument of a function without brackets is what is
// multiplied behind it ("\sin 2x"). A run of three or more letters that is no function is one name; "xy" is a
// product. An exponent without braces takes a whole number ("x^12").
//
// Limits, since the text is hostile: 4096 bytes, 4096 nodes, a tree of 256 levels, about 48 brackets within
// each other. What does not fit, or is no expression, has no tree (std::nullopt): it can only be compared as
// text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct AnswerNode {
  enum class Kind : uint8_t {
    number,      // text: digits with at most one point; `base`, `repeating`
    name,        // a variable, constant or word
    sum,         // of its children
    negative,    // of one child
    product,     //
    quotient,    //
    power,       // base, exponent
    plus_minus,  // a, b: a + b and a - b; with one child: + and - of it
    call,        // text: function; children: its arguments
    bracketed,   // text: opening and closing sign, e.g. "(,)"; children: elements; one in () or [] is itself
    set,         // children: elements, in any order
    list,        // elements without brackets
    set_union,   // children
    relation,    // children: sides; text: one sign per place between them: = < > l(<=) g(>=) n(!=) i(in)
    matrix,      // children: rows, each `bracketed`
  };
  Kind kind = Kind::name;
  std::string text;
  int base = 10;
  size_t repeating = 0;  // of a number: how many of the last digits repeat
  std::vector<uint32_t> children;
};

struct AnswerTree {
  std::vector<AnswerNode> nodes;
  uint32_t root = 0;
  std::string unit;  // behind the last number, "" where there is none
};

std::optional<AnswerTree> parse_answer(std::string_view text);

}  // namespace gradus
