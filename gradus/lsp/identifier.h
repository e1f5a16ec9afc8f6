// What a language calls a name, without a parser: which names its lexer refuses, and where in a text a name
// stands in code.
//
//   refused_name("python", "class", false)        "'class' is a keyword of python"; empty: it may be a name
//   places_in_code(text, "cpp", "sum")            bytes at which the name stands as a whole word of code
//   is_word("sum"), word_at(text, byte)           letters, digits, `_`, and `$` where a language has it
//
// Languages are known by the ids of the protocol ("python", "cpp", "go", "typescript", ...). Of an unknown
// one nothing but control characters is refused, and all its text is code. Comments and strings are no code;
// a regular expression of JavaScript is read as code.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

// Why `name` cannot be one; empty: nothing is known against it. `is_member`: it stands behind a dot or in a
// class, where JavaScript takes keywords as names.
std::string refused_name(std::string_view language, std::string_view name, bool is_member);

bool is_word(std::string_view name);  // a whole word that does not begin with a digit

// The word that holds or ends at this byte; empty where there is none.
std::string_view word_at(std::string_view text, size_t byte);

// Is text[begin, begin + size) bounded by what is no part of a word?
bool is_whole_word(std::string_view text, size_t begin, size_t size);

std::vector<size_t> places_in_code(std::string_view text, std::string_view language, std::string_view name);

}  // namespace gradus
