#include "gradus/reward/answer/latex_text.h"

namespace gradus {

size_t closing_brace(std::string_view text, size_t open) {
  size_t depth = 0;
  for (size_t at = open; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '{') {
      ++depth;
    } else if (text[at] == '}' && --depth == 0) {
      return at;
    }
  }
  return text.size();
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  size_t next = text.find(from);
  if (next == std::string::npos) return;
  std::string out;
  size_t at = 0;
  for (; next != std::string::npos; next = text.find(from, at)) {
    out.append(text, at, next - at).append(to);
    at = next + from.size();
  }
  text = out.append(text, at);
}

}  // namespace gradus
