// From sampled tokens to C: statements, source text, and the rules that a program must keep besides
// compiling.
//
//   for (const StatementSpan& span : statement_spans(tokens)) ...   // one statement = one step
//   const std::vector<std::string> statements = {"const int t0 = a < b ;", "return t0 ? b : a ;"};
//   std::string source = source_text(statements);
//   std::string why = broken_rule(statements);                      // "" or a sentence
//
// The layout is one statement per line, the first on line 2: line = step + 2.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gradus {

struct StatementSpan {
  size_t begin = 0, end = 0;            // tokens of the step
  size_t text_begin = 0, text_end = 0;  // without the end token
};

// A statement ends with its semicolon; what is left over is a step too. The end token belongs to the last
// step.
std::vector<StatementSpan> statement_spans(std::span<const int32_t> tokens);

std::string source_text(std::span<const std::string> statements);

// C leaves these undefined, or libtcc lets them pass: no value returned, a variable read before a statement
// of its own gave it a value, a constant assigned to. Returns the first one found, or "".
std::string broken_rule(std::span<const std::string> statements);

// True where deleting statement `index` of a program that compiles certainly breaks it: it declares a
// temporary that another statement uses, or a rule breaks.
bool deletion_surely_breaks(std::span<const std::string> statements, size_t index);

}  // namespace gradus
