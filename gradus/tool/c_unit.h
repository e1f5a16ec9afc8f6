// Many C functions in one translation unit: tools that start slowly then start once.
//
//   std::string name = shareable_name("int f(int a) {\nreturn a ;\n}\n");   // "f"
//   CUnit unit = join_functions(sources, names, indices);                   // int f_0(...) int f_1(...)
//   size_t source = unit.functions[unit.function_at(line)];                 // whose function stands there
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

// The identifiers, keywords and numbers of a C text.
std::vector<std::string> c_words(std::string_view text);

// The name of the function where `source` is one definition "int NAME(...) {...}" that cannot disturb its
// neighbours in a shared unit: balanced brackets, no directives, comments or literals, NAME used once. Else
// "".
std::string shareable_name(const std::string& source);

// The text of one translation unit and where each of its functions begins.
struct CUnit {
  std::string text;
  std::vector<int> first_line;    // 1-based, ascending, one per function
  std::vector<size_t> functions;  // indices into the sources

  size_t function_at(int line) const;
};

// The functions with these indices, renamed NAME_index where there are several.
CUnit join_functions(std::span<const std::string> sources, std::span<const std::string> names,
                     std::span<const size_t> functions);

}  // namespace gradus
