// The tokens of the code environment: 0 padding, 1 begin, 2 end, the prefix operations of prompts, the names
// and constants that both share, and the C of function bodies.
//
//   int32_t id = token_id("return");
//   std::string text = code_tokens()[id];
//   std::string line = token_text(std::vector<int32_t>{...});   // "return t0 ;"
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

inline constexpr int32_t kEndToken = 2;
inline constexpr size_t kTemporaries = 8;  // t0 .. t7, and T0 .. T7

const std::vector<std::string>& code_tokens();

int32_t token_id(std::string_view text);  // throws Error::input for a text that is not a token

// Tokens with single spaces between them. A begin, end or padding token, or an id out of range, is written as
// "<name>", which no C compiler accepts.
std::string token_text(std::span<const int32_t> tokens);

// Token ids of a text with single spaces.
std::vector<int32_t> tokens_of(std::string_view text);

}  // namespace gradus
