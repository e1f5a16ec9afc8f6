#include "gradus/env/math/vocabulary.h"

#include <algorithm>

#include "gradus/base/error.h"

namespace gradus::math {

Vocabulary::Vocabulary(int modulus, int names) {
  for (const char* text : {"<pad>", "<begin>", "<end>"}) add(text);
  line_end_ = add("\n");
  for (const char* text : {"mod", ";", "?", "=", "+", "-", "*"}) add(text);
  answer_ = add("answer");
  for (int i = 0; i < names; ++i) add(std::string(1, static_cast<char>('a' + i)));
  for (int i = 0; i <= modulus; ++i) add(std::to_string(i));
}

int32_t Vocabulary::add(std::string text) {
  const auto id = static_cast<int32_t>(texts_.size());
  ids_.emplace(text, id);
  texts_.push_back(std::move(text));
  return id;
}

std::vector<int32_t> Vocabulary::encode(std::string_view text) const {
  std::vector<int32_t> out;
  while (!text.empty()) {
    if (text[0] == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const size_t length = text[0] == '\n' ? 1 : std::min(text.find_first_of(" \n"), text.size());
    const auto it = ids_.find(text.substr(0, length));
    if (it == ids_.end()) {
      throw Error::input("not a word of the math vocabulary")
          .found("'" + std::string(text.substr(0, std::min<size_t>(length, 40))) + "'");
    }
    out.push_back(it->second);
    text.remove_prefix(length);
  }
  return out;
}

std::string Vocabulary::decode(std::span<const int32_t> ids) const {
  std::string out;
  bool blank = false;  // the next token needs a blank before it
  for (const int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= texts_.size()) {
      throw Error::input("not a token of the math vocabulary")
          .found(std::to_string(id))
          .expected("0.." + std::to_string(texts_.size() - 1));
    }
    if (blank && id != line_end_) out += ' ';
    out += texts_[static_cast<size_t>(id)];
    blank = id != line_end_;
  }
  return out;
}

}  // namespace gradus::math
