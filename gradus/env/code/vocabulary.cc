#include "gradus/env/code/vocabulary.h"

#include <algorithm>
#include <map>

#include "gradus/base/error.h"

namespace gradus {

const std::vector<std::string>& code_tokens() {
  static const std::vector<std::string> tokens = {
      "<pad>",  "<begin>", "<end>", "max", "min", "abs", "sign", "clamp", "pick", "add",   "sub", "=>",
      "a",      "b",       "c",     "0",   "1",   "2",   "5",    "9",     "int",  "const", "=",   ";",
      "return", "+",       "-",     "<",   "?",   ":",   "(",    ")",     "t0",   "t1",    "t2",  "t3",
      "t4",     "t5",      "t6",    "t7",  "T0",  "T1",  "T2",   "T3",    "T4",   "T5",    "T6",  "T7"};
  return tokens;
}

int32_t token_id(std::string_view text) {
  static const std::map<std::string, int32_t, std::less<>> ids = [] {
    std::map<std::string, int32_t, std::less<>> out;
    for (size_t i = 0; i < code_tokens().size(); ++i) out[code_tokens()[i]] = static_cast<int32_t>(i);
    return out;
  }();
  const auto it = ids.find(text);
  if (it == ids.end()) {
    throw Error::input("not a token of the code environment")
        .found(std::string(text.substr(0, 80)))
        .hint(suggest(text.substr(0, 80), code_tokens()));
  }
  return it->second;
}

std::string token_text(std::span<const int32_t> tokens) {
  std::string out;
  for (const int32_t id : tokens) {
    if (!out.empty()) out.push_back(' ');
    const bool known = id >= 0 && static_cast<size_t>(id) < code_tokens().size();
    out += known ? code_tokens()[static_cast<size_t>(id)] : "<unknown>";
  }
  return out;
}

std::vector<int32_t> tokens_of(std::string_view text) {
  std::vector<int32_t> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    out.push_back(token_id(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace gradus
