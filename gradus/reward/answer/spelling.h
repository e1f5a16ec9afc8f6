// Spellings of the same sign in answers: Unicode as LaTeX or ASCII, commands by one name, and which commands
// only say how something looks.
//
//   in_latex("π ≤ 4");              // "\pi  \le  4"; what is not seen (zero width) is gone
//   plain_command("leqslant");      // "le"
//   look_of("hspace");              // CommandLook::spacing: its argument is no part of the answer
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

enum class CommandLook : uint8_t {
  none,
  style,    // says how the rest looks: \left, \displaystyle, \boxed
  spacing,  // with an argument that is a length or is not shown: \hspace{1cm}, \phantom{0}, \color{red}
  text,     // its argument is text: \text, \mathrm
};

std::string in_latex(std::string_view text);
std::string_view plain_command(std::string_view name);
CommandLook look_of(std::string_view name);

}  // namespace gradus
