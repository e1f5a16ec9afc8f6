// Answers of mathematics as expression trees, from LaTeX or plain text, never evaluated as code.
//
//   const AnswerTree tree = *parse_answer("\\frac{x+1}{2} \\text{ cm}");
//   tree.nodes[tree.root].kind;   // AnswerNode::Kind::measured, text "cm", of a quotient
//
// Read: integers, decimals, repeating decimals (0.\overline{3}), thousands separators outside of brackets,
// scientific notation (1e5), numbers in a base (101_2), mixed numbers, percent, fractions, roots, powers,
// factorials, binomials, absolute values, floors and ceilings, gcd, lcm, mod, max, min, determinants,
// logarithms, exponentials, trigonometric functions and their inverses, variables with subscripts, constants
// pi, e, i, functions that are applied (f(x), P(A), E(2020, 1993)), lists, tuples, intervals ("[1,2)",
// "]1,2["), sets and their conditions, unions, intersections, differences, plus-minus, equations and chains
// of relations, congruences, matrices, words, units.
//
// Juxtaposition multiplies and binds as * does, but only what is known to be a number: a letter, a number, a
// bracket, a known command. A word, an unknown command, a condition ("at t = 0") is no factor; such an answer
// has no tree and can only be compared as text. The argument of a function without brackets is what is
// multiplied behind it ("\sin 2x"). A run of three or more letters is a word, except for short ones without
// vowels ("xyz", "mgh") and the usual products ("abc"); "xy" is a product. An exponent without braces takes a
// whole number ("x^12").
//
// Some answers can be read in two ways: "125,216" (a number or a list), "5 m" (metres or a variable),
// "180^\circ - x" (radians or plain numbers). `other_reading` gives the second of each.
//
// Limits, since the text is hostile: 4096 bytes, 4096 nodes, a tree of 256 levels, about 48 brackets within
// each other. What does not fit, or is no expression, has no tree (std::nullopt).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct AnswerNode {
  enum class Kind : uint8_t {
    number,       // text: digits with at most one point; `base`, `repeating`
    name,         // a variable or constant
    word,         // text: one or more words in lower case, without space
    sum,          // of its children
    negative,     // of one child
    product,      // of two children
    quotient,     // of two children
    power,        // base, exponent
    plus_minus,   // a, b: a + b and a - b; with one child: + and - of it
    call,         // text: function that is known; children: its arguments
    application,  // text: name of a function; children: its arguments
    measured,     // a value with a unit; text: the unit
    bracketed,    // text: opening and closing sign, e.g. "(,)"; children: elements; one in () or [] is itself
    set,          // children: elements, in any order
    list,         // elements without brackets; text: "," or "or" or "and", what stands between them
    set_union,    // children
    intersection,  // children
    difference,    // of two sets
    relation,      // children: sides; text: one sign per place between them: = < > l(<=) g(>=) n(!=) i(in) ~
    congruence,    // text "named": left side, residues, modulus; text "": residues, modulus
    matrix,        // children: rows, each `bracketed`
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
  // What the other reading would read otherwise.
  bool ambiguous_comma = false, ambiguous_letter = false, ambiguous_degree = false;
};

struct AnswerTokens;  // tokens.h

std::optional<AnswerTree> parse_answer(std::string_view text, bool other_reading = false);
std::optional<AnswerTree> parse_answer(AnswerTokens tokens, bool other_reading = false);

}  // namespace gradus
