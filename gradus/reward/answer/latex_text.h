// Small things that are done to a text of LaTeX.
//
//   closing_brace("\\boxed{5}.", 6);       // 8, the place of "}"; escaped braces do not count
//   std::string text = "a and b";
//   replace_all(text, " and ", ", ");      // "a, b", in one pass
#pragma once

#include <string>
#include <string_view>

namespace gradus {

// The place of the brace that closes the one at `open`, or text.size() where none does.
size_t closing_brace(std::string_view text, size_t open);

// Every `from` that is there, from left to right (str.replace() of Python).
void replace_all(std::string& text, std::string_view from, std::string_view to);

}  // namespace gradus
